//! Moves the workflow of one run a step further: it begins what was not begun, and otherwise looks
//! how far it is. The state machine calls it until it is done.
//!
//! What a run has begun is written down before the cloud is asked, so every call may be repeated,
//! after a crash or a second delivery, and the work is begun once.

mod deploy;
mod failover;
mod found;
mod input;
mod pace;
mod pause;
mod registered;
mod restart;
mod rollout;
mod scale;
mod work;

use groundplane_model::{
    Failure, FailureKind, InstanceId, Life, RunId, TenantId, WorkflowName, WorkflowRun,
};
use groundplane_ports::{
    ChangeScaling, ChangeServices, Clock, FailOverDatabases, Ids, Reach, ReadDatabases,
    ReadScaling, ReadServices, ReadTable, WriteTable,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::deploy::Deploy;
use crate::pause::Pause;
use crate::work::Work;

/// Which run is to be moved on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The tenant.
    pub tenant: TenantId,
    /// The instance.
    pub instance: InstanceId,
    /// The run, which is also the name of the execution.
    pub run: RunId,
}

/// What the state machine does next.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "next", rename_all = "snake_case")]
pub enum Answer {
    /// It waits, and asks again.
    Poll {
        /// For how long, in seconds.
        seconds: u64,
    },
    /// It runs another state machine, waits for its end, and is done.
    Machine {
        /// The ARN of the other machine.
        arn: String,
        /// What it is told.
        input: Value,
        /// How long it may take, in seconds.
        timeout_seconds: u64,
    },
    /// The work is done.
    Done,
}

/// Moves a run on. One that is not what the instance is running any more is done.
///
/// # Errors
/// `ProvisionFailed` where the work failed or took too long; `Invalid` and `NotFound` where it
/// cannot be done to this instance; `Conflict` where someone else was faster, and the same again
/// may succeed; otherwise as the ports say.
pub async fn handle(
    table: &(impl ReadTable + WriteTable),
    services: &impl Reach<Port: ReadServices + ChangeServices + ReadScaling + ChangeScaling>,
    databases: &impl Reach<Port: ReadDatabases + FailOverDatabases>,
    system: &(impl Clock + Ids),
    Request {
        tenant,
        instance,
        run: id,
    }: Request,
) -> Result<Answer, Failure> {
    let life: Option<Life> = table.get(&Life::key_of(&tenant, &instance)).await?;
    let running = life
        .as_ref()
        .and_then(|life| Some((life, life.run.as_ref()?)));
    let Some((life, run)) = running.filter(|(_, run)| run.id == id) else {
        tracing::info!(%id, "an old run");
        return Ok(Answer::Done);
    };
    let now = system.now();
    if now >= run.deadline {
        let message = format!("`{}` did not end before {}", run.workflow, run.deadline);
        return Err(Failure::new(FailureKind::ProvisionFailed, message));
    }
    let begun: Option<WorkflowRun> = table
        .get(&WorkflowRun::key_of(&tenant, &instance, &id))
        .await?;
    let work = Work {
        life,
        run,
        begun,
        now,
    };
    match Kind::of(&run.workflow) {
        Kind::Restart => {
            let account = work.account(table).await?;
            let services = services.reach(account.as_ref()).await?;
            Box::pin(restart::advance(table, &*services, &work)).await
        }
        Kind::Scale => {
            let account = work.account(table).await?;
            let services = services.reach(account.as_ref()).await?;
            Box::pin(scale::advance(table, &*services, &work)).await
        }
        Kind::Pause(pause) => {
            let account = work.account(table).await?;
            let services = services.reach(account.as_ref()).await?;
            Box::pin(pause::advance(table, &*services, (&work, pause))).await
        }
        Kind::Failover => {
            let account = work.account(table).await?;
            let databases = databases.reach(account.as_ref()).await?;
            Box::pin(failover::advance(table, &*databases, (system, &work))).await
        }
        Kind::Deploy(deploy) => deploy::advance(table, system, (&work, deploy)).await,
        Kind::Registered => registered::advance(table, &work).await,
    }
}

/// What a workflow is, by its name.
enum Kind {
    Restart,
    Scale,
    Pause(Pause),
    Failover,
    Deploy(Deploy),
    Registered,
}

impl Kind {
    fn of(workflow: &WorkflowName) -> Self {
        match workflow.as_str() {
            "restart" => Self::Restart,
            "scale" => Self::Scale,
            "stop" => Self::Pause(Pause::Stop),
            "start" => Self::Pause(Pause::Start),
            "failover" => Self::Failover,
            "redeploy" => Self::Deploy(Deploy::Redeploy),
            "rollback" => Self::Deploy(Deploy::Rollback),
            "destroy" => Self::Deploy(Deploy::Destroy),
            _ => Self::Registered,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_workflow_is_one_of_the_platforms_own() {
        for name in WorkflowName::BUILT_IN {
            let kind = Kind::of(&name.parse().unwrap());
            assert!(!matches!(kind, Kind::Registered), "{name}");
        }
        let other = Kind::of(&"warm-cache".parse().unwrap());
        assert!(matches!(other, Kind::Registered));
    }

    #[test]
    fn answers_read_as_the_state_machine_expects_them() {
        let poll = serde_json::to_value(Answer::Poll { seconds: 5 }).unwrap();
        assert_eq!(poll, serde_json::json!({"next": "poll", "seconds": 5}));
        let done = serde_json::to_value(Answer::Done).unwrap();
        assert_eq!(done, serde_json::json!({"next": "done"}));
    }
}
