//! Begins the checks of every environment whose time has come. An execution is named by its
//! environment and time, so however often the schedule calls, each check begins once.

mod turn;

use groundplane_model::{Environment, Failure, FailureKind, Index, Member, Partition};
use groundplane_ports::{Clock, ReadTable, StartChecks};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// How many environments are read at a time.
const PAGE: u16 = 100;

/// What one tick did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// How many environments there are.
    pub seen: usize,
    /// Of how many the checks were begun, now or by one of the last ticks.
    pub begun: usize,
}

/// Looks at every environment.
///
/// # Errors
/// As table and state machine say; what was not reached is reached by the next tick.
pub async fn handle(
    table: &impl ReadTable,
    machine: &impl StartChecks,
    clock: &impl Clock,
) -> Result<Answer, Failure> {
    let mut answer = Answer { seen: 0, begun: 0 };
    let (index, now) = (Index::environments(""), clock.now());
    let mut cursor: Option<String> = None;
    loop {
        let page = table
            .list::<Environment>(&index, PAGE, cursor.as_deref())
            .await?;
        for environment in &page.records {
            answer.seen += 1;
            let Some(turn) = turn::of(environment, now) else {
                continue;
            };
            if is_empty(table, environment).await? {
                continue;
            }
            let input = json!({ "environment": environment.name });
            let text = serde_json::to_string(&input)
                .map_err(|error| Failure::new(FailureKind::Internal, error.to_string()))?;
            let name = format!("{}-{}", environment.name, turn.as_second());
            machine.start_check(&name, &text).await?;
            answer.begun += 1;
        }
        cursor = page.next;
        if cursor.is_none() {
            return Ok(answer);
        }
    }
}

async fn is_empty(table: &impl ReadTable, environment: &Environment) -> Result<bool, Failure> {
    let partition = Partition::environment(&environment.name);
    let page = table
        .page::<Member>(&partition, Member::PREFIX, 1, None)
        .await?;
    Ok(page.records.is_empty())
}
