//! Looking after a run: its execution may never have been started, or be gone.

use groundplane_model::{Life, Run, RunId};
use jiff::Timestamp;

use crate::{Definition, Delivery, Effect, RunOutcome, settle};

/// What there is of the execution of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Execution {
    /// It runs.
    Running,
    /// There is none of that name.
    Missing,
    /// It is over, however it ended.
    Over,
}

/// What is done about a run whose execution was looked at. One that runs is looked at again later;
/// one that is missing is started again, under the same name; one that is over without having said
/// how the run went has failed. Nothing, if that run is not in progress.
#[must_use]
pub fn watch(
    definition: &Definition,
    life: &Life,
    (run, execution): (&RunId, Execution),
    now: Timestamp,
) -> Delivery {
    let Some(current) = life.run.as_ref().filter(|current| current.id == *run) else {
        return Delivery::default();
    };
    let again = Run {
        watch_at: Run::watch_after(current.started_at, now),
        ..current.clone()
    };
    let effects = match execution {
        Execution::Over => {
            let cause = "its execution ended without saying how it went".to_owned();
            return settle(definition, life, run, &RunOutcome::Failed { cause }, now);
        }
        Execution::Running => Vec::new(),
        Execution::Missing => vec![Effect::StartRun {
            run: Box::new(again.clone()),
        }],
    };
    Delivery {
        life: Some(Life {
            run: Some(again),
            ..life.clone()
        }),
        effects,
        ..Delivery::default()
    }
}

#[cfg(test)]
mod tests;
