//! Ends stays in states, and runs, that take too long. A timer names one instance; without a name,
//! everything is looked for that is due, so that a lost timer only makes it late.

use groundplane_lifecycle::{Occurrence, RunOutcome};
use groundplane_lives::{Lives, Whose};
use groundplane_model::{Failure, Index, InstanceId, Life, TenantId};
use groundplane_ports::{Clock, ReadTable, WriteTable};
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
    Sweep {},
}

/// What was done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// How many lives were due.
    pub due: usize,
    /// How many of them could not be dealt with; the next sweep finds them again.
    pub failed: usize,
}

/// Looks at one instance, or at all that are due.
///
/// # Errors
/// As the table says; in a sweep only where it cannot be listed what is due.
pub async fn handle<T: ReadTable + WriteTable, C: Clock>(
    lives: &Lives<'_, T, C>,
    request: Request,
) -> Result<Answer, Failure> {
    match request {
        Request::One { tenant, instance } => {
            let whose = Whose { tenant, instance };
            let due = usize::from(fire(lives, &whose).await?);
            Ok(Answer { due, failed: 0 })
        }
        Request::Sweep {} => sweep(lives).await,
    }
}

async fn sweep<T: ReadTable + WriteTable, C: Clock>(
    lives: &Lives<'_, T, C>,
) -> Result<Answer, Failure> {
    let mut answer = Answer::default();
    let now = lives.clock.now();
    for shard in 0..Index::ACTIVE_SHARDS {
        for whose in due(lives.table, shard, now).await? {
            answer.due += 1;
            if let Err(failure) = fire(lives, &whose).await {
                let Whose { tenant, instance } = &whose;
                tracing::warn!(%tenant, %instance, cause = %failure, "still due");
                answer.failed += 1;
            }
        }
    }
    Ok(answer)
}

/// The instances of a shard that are due, the longest overdue first.
async fn due(table: &impl ReadTable, shard: u8, now: Timestamp) -> Result<Vec<Whose>, Failure> {
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

/// Ends what is due of an instance; no, where nothing is.
async fn fire<T: ReadTable + WriteTable, C: Clock>(
    lives: &Lives<'_, T, C>,
    whose: &Whose,
) -> Result<bool, Failure> {
    // The listing may be behind; what is stored now counts.
    let key = Life::key_of(&whose.tenant, &whose.instance);
    let Some(life) = lives.table.get::<Life>(&key).await? else {
        return Ok(false);
    };
    let now = lives.clock.now();
    let late = life.run.as_ref().filter(|run| run.deadline <= now);
    if let Some(run) = late {
        lives.settle(whose, &run.id, &RunOutcome::TimedOut).await?;
    }
    let over = life.deadline.as_ref().is_some_and(|it| it.at <= now);
    if over {
        let occurrence = Occurrence::deadline(&life, life.stay);
        lives.tell(whose, &occurrence).await?;
    }
    Ok(over || late.is_some())
}
