//! Recovery: a deployment whose execution is gone is started once more, so that nothing is stuck.

use groundplane_model::{Change, Deployment, DeploymentStatus};
use jiff::{SignedDuration, Timestamp};

/// How long a deployment is left alone after its acceptance or its last recovery: the stream and
/// Step Functions need seconds, so minutes mean that a start was lost.
const PATIENCE: SignedDuration = SignedDuration::from_mins(5);

/// The same where someone asks for a start: an execution that was started a minute ago is to be
/// seen, or it never was.
const SHORT_PATIENCE: SignedDuration = SignedDuration::from_mins(1);

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
    recover_after(PATIENCE, deployment, is_running, now)
}

/// The same where someone asks for it.
pub(crate) fn recover_now(
    deployment: &Deployment,
    is_running: bool,
    now: Timestamp,
) -> Option<Recovery> {
    recover_after(SHORT_PATIENCE, deployment, is_running, now)
}

/// When an execution that is not to be seen counts as lost, at the earliest, where someone asks.
pub(crate) fn lost_from(deployment: &Deployment) -> Timestamp {
    let last_start = deployment.recovered_at.unwrap_or(deployment.created_at);
    last_start
        .checked_add(SHORT_PATIENCE)
        .unwrap_or(Timestamp::MAX)
}

fn recover_after(
    patience: SignedDuration,
    deployment: &Deployment,
    is_running: bool,
    now: Timestamp,
) -> Option<Recovery> {
    let last_start = deployment.recovered_at.unwrap_or(deployment.created_at);
    let too_early = now.duration_since(last_start) < patience;
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
        mode: match deployment.status {
            // Neither has changed anything yet.
            DeploymentStatus::Accepted | DeploymentStatus::Waiting => "run",
            DeploymentStatus::Running
            | DeploymentStatus::Compensating
            | DeploymentStatus::Succeeded
            | DeploymentStatus::Failed => "recover",
        },
    })
}

#[cfg(test)]
#[path = "recover_tests.rs"]
mod tests;
