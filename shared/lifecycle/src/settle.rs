//! The end of a run: the state that it leads to, and what has waited for it.

use groundplane_model::{EventEntry, Life, PassageOutcome, Run, RunId, Verdict, Waiting};
use jiff::Timestamp;

use crate::draft::{Cause, Draft};
use crate::occurrence::OWN_SOURCE;
use crate::step::{Decision, Signal, step};
use crate::{Definition, Delivery};

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunOutcome {
    /// It succeeded.
    Succeeded,
    /// It failed.
    Failed {
        /// Why, in one sentence for people.
        cause: String,
    },
    /// It has taken too long. Before the deadline of the run this is a failure like any other: a
    /// workflow may have a shorter limit of its own.
    TimedOut,
}

/// The longest cause that is kept, in characters.
const LONGEST_CAUSE: usize = 1_000;
/// Why a run has failed that took too long by another clock than ours.
const OWN_LIMIT: &str = "it took longer than it may";

/// What the end of a run does to an instance. Nothing, if that run is not in progress: the end of a
/// run can be noticed more than once, and late.
#[must_use]
pub fn settle(
    definition: &Definition,
    life: &Life,
    run: &RunId,
    outcome: &RunOutcome,
    now: Timestamp,
) -> Delivery {
    let Some(run) = life.run.as_ref().filter(|current| current.id == *run) else {
        return Delivery::default();
    };
    let mut draft = Draft::new(definition, life, now);
    draft.life.run = None;
    land(&mut draft, run, outcome);
    if *outcome == RunOutcome::Succeeded {
        answer(&mut draft, run);
    }
    let waiting = std::mem::take(&mut draft.life.waiting);
    decide_again(&mut draft, waiting);
    draft.finish(Some(life))
}

/// Enters the state that the run leads to.
fn land(draft: &mut Draft<'_>, run: &Run, outcome: &RunOutcome) {
    let (kind, text) = match outcome {
        RunOutcome::Succeeded => (PassageOutcome::Succeeded, None),
        RunOutcome::Failed { cause } => {
            let cause = cause.chars().take(LONGEST_CAUSE).collect();
            (PassageOutcome::Failed, Some(cause))
        }
        RunOutcome::TimedOut if draft.now < run.deadline => {
            // It may be only the look at it that took too long.
            draft.stop(run.id.clone());
            (PassageOutcome::Failed, Some(OWN_LIMIT.to_owned()))
        }
        RunOutcome::TimedOut => {
            draft.stop(run.id.clone());
            let text = format!("it did not end before {:.0}", run.deadline);
            (PassageOutcome::TimedOut, Some(text))
        }
    };
    let from = draft.life.state.clone();
    if let Some(to) = &run.to {
        let back = run.on_failure.as_ref().unwrap_or(&from);
        let next = if kind == PassageOutcome::Succeeded {
            to
        } else {
            back
        };
        // Also back where it was, this is a new stay: the old one may have been at its end.
        draft.enter(next.clone());
    }
    let next = draft.life.state.clone();
    let cause = Cause {
        event: Some(run.cause.event.clone()),
        signal: run.cause.signal.clone(),
        operation: run.cause.operation.clone(),
        run: Some(run.id.clone()),
        text,
        by: run.cause.by.clone(),
    };
    draft.passage(Some(from), &next, kind, &cause);
}

/// Gives the instance the signal of an operation that has succeeded.
fn answer(draft: &mut Draft<'_>, run: &Run) {
    let Some(name) = &run.signal_on_success else {
        return;
    };
    let waiting = Waiting {
        event: run.id.to_string(),
        identity: EventEntry::own_identity(&run.id.to_string()),
        signal: name.clone(),
        occurred_at: draft.now,
        received_at: draft.now,
        stay: None,
        // Whoever asked for the operation asked for what comes of it.
        by: run.cause.by.clone(),
    };
    again(draft, waiting, false);
}

/// Decides what has waited, in its order, until something runs again; the rest goes on waiting.
fn decide_again(draft: &mut Draft<'_>, waiting: Vec<Waiting>) {
    for signal in waiting {
        if draft.life.run.is_some() {
            draft.life.waiting.push(signal);
        } else {
            again(draft, signal, true);
        }
    }
}

fn again(draft: &mut Draft<'_>, waiting: Waiting, again: bool) {
    let signal = Signal {
        name: &waiting.signal,
        stay: waiting.stay,
    };
    let decision = step(draft.definition, &draft.life, &signal, draft.now);
    let unanswered = matches!(
        decision,
        Decision::Ignored { .. } | Decision::Rejected { .. }
    );
    // The end of the stay that has waited in vain comes again after the same time.
    let renews = unanswered && waiting.stay == Some(draft.life.stay) && !draft.life.ended;
    let from = draft.life.state.clone();
    let cause = Cause {
        event: Some(waiting.event.clone()),
        signal: Some(waiting.signal.clone()),
        by: waiting.by.clone(),
        ..Cause::default()
    };
    let applied = draft.apply(decision, waiting.clone(), &cause);
    debug_assert!(applied.verdict != Verdict::Waiting, "nothing runs");
    if renews {
        draft.renew();
    }
    let entry = EventEntry {
        again,
        source: OWN_SOURCE.to_owned(),
        detail_type: if again {
            "Waiting Signal"
        } else {
            "Operation Succeeded"
        }
        .to_owned(),
        occurred_at: waiting.occurred_at,
        signal: Some(waiting.signal),
        ..draft.entry((&waiting.event, waiting.identity), applied, from)
    };
    draft.log(entry);
}

#[cfg(test)]
mod tests;
