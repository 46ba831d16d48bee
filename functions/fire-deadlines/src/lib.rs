//! Ends stays in states, and runs, that take too long, and looks after the executions of runs. A
//! timer names one instance; without a name, everything is looked for that is due, so that a lost
//! timer only makes it late.

use groundplane_lifecycle::{Execution, Occurrence, RunOutcome};
use groundplane_lives::{Lives, Whose};
use groundplane_model::{Failure, FailureKind, Index, InstanceId, Life, TenantId};
use groundplane_ports::{Clock, ReadRuns, ReadTable, RunState, WriteTable};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How many lives are read at a time.
const PAGE: u16 = 100;

/// Whom to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Request {
    /// One instance, whose timer it is.
    One {
        /// The tenant.
        tenant: TenantId,
        /// The instance.
        instance: InstanceId,
    },
    /// All that are due.
    Sweep(Nothing),
}

/// An input without fields: what is meant for one instance and is malformed is no sweep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// What was done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// How many lives were due.
    pub due: usize,
}

/// Looks at one instance, or at all that are due.
///
/// # Errors
/// As the table says; in a sweep where it cannot be listed what is due, or `Unavailable` where
/// some of it could not be ended, once all the others were. The next sweep finds them again.
pub async fn handle<T: ReadTable + WriteTable, C: Clock>(
    lives: &Lives<'_, T, C>,
    machine: &impl ReadRuns,
    request: Request,
) -> Result<Answer, Failure> {
    match request {
        Request::One { tenant, instance } => {
            let whose = Whose { tenant, instance };
            let due = usize::from(fire(lives, machine, &whose).await?);
            Ok(Answer { due })
        }
        Request::Sweep(Nothing {}) => sweep(lives, machine).await,
    }
}

async fn sweep<T: ReadTable + WriteTable, C: Clock>(
    lives: &Lives<'_, T, C>,
    machine: &impl ReadRuns,
) -> Result<Answer, Failure> {
    let (mut due, mut failed) = (0, 0);
    let now = lives.clock.now();
    for shard in 0..Index::ACTIVE_SHARDS {
        for whose in overdue(lives.table, shard, now).await? {
            due += 1;
            if let Err(failure) = fire(lives, machine, &whose).await {
                let Whose { tenant, instance } = &whose;
                tracing::warn!(%tenant, %instance, cause = %failure, "still due");
                failed += 1;
            }
        }
    }
    if failed > 0 {
        let message = format!("{failed} of {due} could not be ended");
        return Err(Failure::new(FailureKind::Unavailable, message));
    }
    Ok(Answer { due })
}

/// The instances of a shard that are due, the longest overdue first.
async fn overdue(table: &impl ReadTable, shard: u8, now: Timestamp) -> Result<Vec<Whose>, Failure> {
    let index = Index::due_lives(shard, "");
    let mut found = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let page = table.list::<Life>(&index, PAGE, cursor.as_deref()).await?;
        for life in page.records {
            // They are listed in the order in which they fall due.
            if life.due().is_none_or(|at| at > now) {
                return Ok(found);
            }
            found.push(Whose {
                tenant: life.tenant,
                instance: life.instance,
            });
        }
        cursor = page.next;
        if cursor.is_none() {
            return Ok(found);
        }
    }
}

/// Does what is due for an instance; no, where nothing is.
async fn fire<T: ReadTable + WriteTable, C: Clock>(
    lives: &Lives<'_, T, C>,
    machine: &impl ReadRuns,
    whose: &Whose,
) -> Result<bool, Failure> {
    // The listing may be behind; what is stored now counts.
    let key = Life::key_of(&whose.tenant, &whose.instance);
    let Some(life) = lives.table.get::<Life>(&key).await? else {
        return Ok(false);
    };
    let now = lives.clock.now();
    let run = life.run.as_ref();
    let run = run.filter(|run| run.deadline.min(run.watch_at) <= now);
    match run {
        Some(run) if run.deadline <= now => {
            lives.settle(whose, &run.id, &RunOutcome::TimedOut).await?;
        }
        Some(run) => {
            let execution = match machine.run_state(run.id.as_str()).await? {
                RunState::Running => Execution::Running,
                RunState::Missing => Execution::Missing,
                RunState::Over => Execution::Over,
            };
            if execution != Execution::Running {
                let Whose { tenant, instance } = whose;
                tracing::warn!(%tenant, %instance, run = %run.id, ?execution, "not running");
            }
            lives.watch(whose, &run.id, execution).await?;
        }
        None => {}
    }
    let over = life.deadline.as_ref().is_some_and(|it| it.at <= now);
    if over {
        let occurrence = Occurrence::deadline(&life, life.stay);
        lives.tell(whose, &occurrence).await?;
    }
    Ok(over || run.is_some())
}
