//! Compensation: what a failed deployment has done is taken back, in reverse order.

use std::collections::BTreeMap;

use groundplane_model::{
    Action, Change, Deployment, DeploymentError, DeploymentStatus, Step, StepAction, StepId,
    StepStatus,
};

use crate::cancel::{CANCELLED, stopped_by};
use crate::plan::{StepRef, Wave, is_complete};
use crate::undo::{has_begun, is_to_be_undone};

/// How a failed deployment goes on.
#[derive(Debug, Clone, PartialEq)]
pub struct Compensation {
    /// The changes to commit.
    pub changes: Vec<Change>,
    /// The steps to take back, last wave first.
    pub waves: Vec<Wave>,
}

/// Begins the compensation of `deployment`, or begins it again. The recorded cause is that of the
/// first step that failed; `error` is what the state machine caught. Where every step has ended
/// well, only the end was lost: nothing is taken back, and `finish` ends it as succeeded.
#[must_use]
pub fn fail(deployment: &Deployment, steps: &[Step], error: DeploymentError) -> Compensation {
    let only_the_end_is_missing =
        deployment.status == DeploymentStatus::Running && is_complete(deployment, steps);
    if deployment.status.has_ended() || only_the_end_is_missing {
        return Compensation {
            changes: Vec::new(),
            waves: Vec::new(),
        };
    }
    let mut changes = Vec::new();
    if deployment.status != DeploymentStatus::Compensating {
        changes.push(Change::save(&Deployment {
            status: DeploymentStatus::Compensating,
            error: Some(cause(deployment, steps, error)),
            ..deployment.clone()
        }));
    }
    Compensation {
        changes,
        waves: undo_waves(deployment, steps),
    }
}

/// Why the deployment fails: what its first step failed with, unless that was only stopped because
/// someone wanted the deployment to end; then that they did.
fn cause(deployment: &Deployment, steps: &[Step], caught: DeploymentError) -> DeploymentError {
    let is_of_its_own = |error: &&DeploymentError| error.name != CANCELLED;
    let first = steps
        .iter()
        .filter(|step| step.status == StepStatus::Failed)
        .filter(|step| {
            step.error
                .as_ref()
                .is_none_or(|error| is_of_its_own(&error))
        })
        .min_by_key(|step| step.ended_at)
        .and_then(|step| step.error.clone());
    let may_be_stopped = [
        CANCELLED,
        "Groundplane.Interrupted",
        "Groundplane.StepFailed",
    ];
    let stopped = || {
        let asks = may_be_stopped.contains(&caught.name.as_str());
        stopped_by(deployment).filter(|_| asks)
    };
    first.or_else(stopped).unwrap_or(caught)
}

/// What must be taken back. A destroy is never taken back, and neither is what led up to it: data
/// that a removed unit held is gone, and what used it cannot be made to use it again.
fn undo_waves(deployment: &Deployment, steps: &[Step]) -> Vec<Wave> {
    if deployment.action == Action::Destroy || has_begun_to_remove(steps) {
        return Vec::new();
    }
    let mut waves: BTreeMap<usize, Vec<StepRef>> = BTreeMap::new();
    for step in steps.iter().filter(|step| is_to_be_undone(step)) {
        waves.entry(step.wave).or_default().push(StepRef {
            step: step.id.clone(),
        });
    }
    waves
        .into_values()
        .rev()
        .map(|steps| Wave { steps })
        .collect()
}

/// Whether a unit is being removed that the deployed revision has, or that something else has used.
/// Those are removed after everything was applied; what is removed before that was left behind by a
/// deployment that failed and serves nobody, so nothing is lost with it.
pub(crate) fn has_begun_to_remove(steps: &[Step]) -> bool {
    let applies = steps
        .iter()
        .filter(|step| step.id == StepId::apply(&step.unit));
    let last_apply = applies.map(|step| step.wave).max();
    steps.iter().any(|step| {
        step.action == StepAction::Destroy
            && has_begun(step)
            && last_apply.is_none_or(|wave| step.wave > wave)
    })
}

#[cfg(test)]
#[path = "compensate_tests.rs"]
mod tests;
