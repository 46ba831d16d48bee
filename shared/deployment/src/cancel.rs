//! Cancelling: the wish that a deployment goes no further, kept with it, and noticed at its next
//! boundary. From there on it is a failure like any other: what was done is taken back.

use groundplane_model::{
    Action, Callback, Cancellation, Change, Deployment, DeploymentError, DeploymentStatus, Failure,
    FailureKind, Outbox, OutboxMessage, Step,
};
use jiff::Timestamp;

use crate::approval::refused_by;
use crate::compensate::has_begun_to_remove;
use crate::undo::has_begun;

/// The error name of what was stopped because someone wanted it.
pub(crate) const CANCELLED: &str = "Groundplane.Cancelled";

/// Keeps the wish of `by` that `deployment` goes no further. One that waits is woken, one that was
/// not started is started: both then end. Nothing changes where it was cancelled before.
///
/// # Errors
/// `Conflict` where it has ended, is being taken back, or has begun to remove something.
pub fn cancel(
    deployment: &Deployment,
    steps: &[Step],
    callback: Option<&Callback>,
    (by, now): (&str, Timestamp),
) -> Result<Vec<Change>, Failure> {
    let id = &deployment.id;
    if deployment.cancelled.is_some() && deployment.status != DeploymentStatus::Succeeded {
        return Ok(Vec::new());
    }
    refuse_if_too_late(deployment, steps)?;
    let is_waiting = deployment.status == DeploymentStatus::Waiting;
    let is_accepted = deployment.status == DeploymentStatus::Accepted;
    let callback = callback.filter(|_| is_waiting);
    let start = is_accepted.then(|| OutboxMessage::StartDeployment {
        tenant: deployment.tenant.clone(),
        instance: deployment.instance.clone(),
        deployment: id.clone(),
    });
    let wake = callback.map(|callback| OutboxMessage::ResumeDeployment {
        token: callback.token.clone(),
    });
    let cancelled = Deployment {
        status: match is_waiting {
            true => DeploymentStatus::Running,
            false => deployment.status,
        },
        cancelled: Some(Cancellation {
            by: by.to_owned(),
            at: now,
        }),
        ..deployment.clone()
    };
    let mut changes = vec![Change::save(&cancelled)];
    if let Some(message) = start.or(wake) {
        let message = Outbox::new(format!("{id}.cancelled"), message, now);
        changes.push(Change::save(&message));
    }
    // The token that is woken is the one that counts.
    changes.extend(callback.map(Change::check));
    Ok(changes)
}

fn refuse_if_too_late(deployment: &Deployment, steps: &[Step]) -> Result<(), Failure> {
    let why = match deployment.status {
        DeploymentStatus::Succeeded => "has succeeded already",
        DeploymentStatus::Failed => "has failed already",
        DeploymentStatus::Compensating => "has failed and is being taken back",
        DeploymentStatus::Running if is_past_return(deployment, steps) => {
            "has begun to remove something, which cannot be taken back; it goes on to its end"
        }
        DeploymentStatus::Accepted | DeploymentStatus::Running | DeploymentStatus::Waiting => {
            return Ok(());
        }
    };
    let id = &deployment.id;
    let refused = Failure::new(FailureKind::Conflict, format!("`{id}` {why}"));
    Err(refused.with_link(format!("/v1/deployments/{id}")))
}

/// Whether `deployment` has begun to remove what cannot be brought back.
#[must_use]
pub fn is_past_return(deployment: &Deployment, steps: &[Step]) -> bool {
    match deployment.action {
        Action::Destroy => steps.iter().any(has_begun),
        Action::Apply => has_begun_to_remove(steps),
    }
}

/// Refuses to go on where someone wants that.
///
/// # Errors
/// `Cancelled`.
pub fn stop_if_cancelled(deployment: &Deployment) -> Result<(), Failure> {
    match stopped_by(deployment) {
        Some(error) => Err(Failure::new(FailureKind::Cancelled, error.cause)),
        None => Ok(()),
    }
}

/// Refuses to begin a step where someone wants that. A wish that comes together with the first
/// removal comes too late: half a removal is worse than a whole one.
///
/// # Errors
/// `Cancelled`.
pub fn stop_step_if_cancelled(deployment: &Deployment, steps: &[Step]) -> Result<(), Failure> {
    if is_past_return(deployment, steps) {
        return Ok(());
    }
    stop_if_cancelled(deployment)
}

/// Why `deployment` goes no further, if someone decided that it does not.
pub(crate) fn stopped_by(deployment: &Deployment) -> Option<DeploymentError> {
    let cancelled = deployment.cancelled.as_ref().map(|it| DeploymentError {
        unit: None,
        name: CANCELLED.to_owned(),
        cause: format!("cancelled by {}", it.by),
    });
    cancelled.or_else(|| refused_by(deployment.approval.as_ref()?))
}

#[cfg(test)]
#[path = "cancel_tests.rs"]
mod tests;
