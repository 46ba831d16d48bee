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
    let conflict = |message: String| {
        Failure::new(FailureKind::Conflict, message).with_link(format!("/v1/deployments/{id}"))
    };
    let wake = match deployment.status {
        DeploymentStatus::Succeeded => {
            return Err(conflict(format!("`{id}` has succeeded already")));
        }
        DeploymentStatus::Failed => return Err(conflict(format!("`{id}` has failed already"))),
        DeploymentStatus::Compensating => {
            let message = format!("`{id}` has failed and is being taken back");
            return Err(conflict(message));
        }
        DeploymentStatus::Running if is_past_return(deployment, steps) => {
            let message = format!(
                "`{id}` has begun to remove something, which cannot be taken back; it goes on to \
                 its end"
            );
            return Err(conflict(message));
        }
        DeploymentStatus::Running => None,
        DeploymentStatus::Accepted => Some(OutboxMessage::StartDeployment {
            tenant: deployment.tenant.clone(),
            instance: deployment.instance.clone(),
            deployment: id.clone(),
        }),
        DeploymentStatus::Waiting => callback.map(|callback| OutboxMessage::ResumeDeployment {
            token: callback.token.clone(),
        }),
    };
    let status = match deployment.status {
        DeploymentStatus::Waiting => DeploymentStatus::Running,
        other => other,
    };
    let cancelled = Deployment {
        status,
        cancelled: Some(Cancellation {
            by: by.to_owned(),
            at: now,
        }),
        ..deployment.clone()
    };
    let mut changes = vec![Change::save(&cancelled)];
    if let Some(message) = wake {
        let message = Outbox::new(format!("{id}.cancelled"), message, now);
        changes.push(Change::save(&message));
    }
    // The token that is woken is the one that counts.
    let token = callback.filter(|_| deployment.status == DeploymentStatus::Waiting);
    changes.extend(token.map(Change::check));
    Ok(changes)
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
