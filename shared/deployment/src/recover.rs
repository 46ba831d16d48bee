//! Recovery: a deployment whose execution is gone is started once more, so that nothing is stuck.

use groundplane_model::{Change, Deployment, DeploymentStatus};
use jiff::{SignedDuration, Timestamp};

/// How long a deployment is left alone after its acceptance or its last recovery: the stream and
/// Step Functions need seconds, so minutes mean that a start was lost.
const PATIENCE: SignedDuration = SignedDuration::from_mins(5);

/// How a lost deployment is started again.
#[derive(Debug, Clone, PartialEq)]
pub struct Recovery {
    /// The change to commit before the start.
    pub change: Change,
    /// The name of the new execution.
    pub execution: String,
    /// `run` for one that never began, `recover` for one to be taken back.
    pub mode: &'static str,
}

/// The name of the execution that should be at work on `deployment`.
#[must_use]
pub fn execution_of(deployment: &Deployment) -> String {
    match deployment.recoveries {
        0 => deployment.id.to_string(),
        count => format!("{}-recovery-{count}", deployment.id),
    }
}

/// How `deployment` is recovered, if it has to be; `is_running` says whether the execution named
/// by [`execution_of`] is at work.
#[must_use]
pub fn recover(deployment: &Deployment, is_running: bool, now: Timestamp) -> Option<Recovery> {
    let last_start = deployment.recovered_at.unwrap_or(deployment.created_at);
    let too_early = now.duration_since(last_start) < PATIENCE;
    if is_running || too_early || deployment.status.has_ended() {
        return None;
    }
    let again = Deployment {
        recoveries: deployment.recoveries + 1,
        recovered_at: Some(now),
        ..deployment.clone()
    };
    Some(Recovery {
        change: Change::save(&again),
        execution: execution_of(&again),
        mode: if deployment.status == DeploymentStatus::Accepted {
            "run"
        } else {
            "recover"
        },
    })
}

#[cfg(test)]
#[path = "recover_tests.rs"]
mod tests;
