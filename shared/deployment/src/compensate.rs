//! Compensation: what a failed deployment has done is taken back, in reverse order. What it
//! created is destroyed, what it changed is restored.

use groundplane_model::{
    Action, Change, Deployment, DeploymentError, DeploymentStatus, Step, StepAction, StepStatus,
    UnitState,
};
use jiff::Timestamp;

use crate::plan::{StepRef, Wave};
use crate::prepare::{Prepared, Settings, Target, engine_input, restored};

/// How a failed deployment goes on.
#[derive(Debug, Clone, PartialEq)]
pub struct Compensation {
    /// The changes to commit.
    pub changes: Vec<Change>,
    /// The steps to take back, last wave first.
    pub waves: Vec<Wave>,
}

/// Begins the compensation of `deployment`, or begins it again. The recorded cause is that of the
/// first step that failed; `error` is what the state machine caught.
#[must_use]
pub fn fail(
    deployment: &Deployment,
    steps: &[Step],
    error: DeploymentError,
) -> Compensation {
    if deployment.status.has_ended() {
        return Compensation { changes: Vec::new(), waves: Vec::new() };
    }
    let mut changes = Vec::new();
    if deployment.status != DeploymentStatus::Compensating {
        let first = steps
            .iter()
            .filter(|step| step.status == StepStatus::Failed)
            .min_by_key(|step| step.ended_at)
            .and_then(|step| step.error.clone());
        changes.push(Change::save(&Deployment {
            status: DeploymentStatus::Compensating,
            error: Some(first.unwrap_or(error)),
            ..deployment.clone()
        }));
    }
    Compensation { changes, waves: undo_waves(deployment, steps) }
}

/// What must be taken back. A destroy is never taken back, and neither is what led up to it: data
/// that a removed unit held is gone, and what used it cannot be made to use it again.
fn undo_waves(deployment: &Deployment, steps: &[Step]) -> Vec<Wave> {
    let has_begun = |step: &Step| {
        matches!(
            step.status,
            StepStatus::Running | StepStatus::Succeeded | StepStatus::Failed | StepStatus::UndoFailed
        ) && step.started_at.is_some()
    };
    let removed = steps.iter().any(|step| step.action == StepAction::Destroy && has_begun(step));
    if deployment.action == Action::Destroy || removed {
        return Vec::new();
    }
    let mut waves: Vec<Wave> = Vec::new();
    let last = steps.iter().map(|step| step.wave).max().unwrap_or(0);
    for wave in (0..=last).rev() {
        let steps: Vec<StepRef> = steps
            .iter()
            .filter(|step| step.wave == wave && has_begun(step))
            .map(|step| StepRef { step: step.id.clone() })
            .collect();
        if !steps.is_empty() {
            waves.push(Wave { steps });
        }
    }
    waves
}

/// How to take `step` back.
#[must_use]
pub fn undo(
    settings: &Settings,
    deployment: &Deployment,
    step: &Step,
    units: &[UnitState],
) -> Prepared {
    let exists = units.iter().any(|unit| unit.unit == step.unit);
    if step.status == StepStatus::Undone || !exists {
        return Prepared::Done;
    }
    let target = step.before.as_ref().map_or(Target::Gone, restored);
    let input = engine_input(settings, deployment, step, &target, "undo");
    Prepared::Engine { input: Box::new(input) }
}

/// Records that `step` was taken back.
#[must_use]
pub fn undone(step: &Step, units: &[UnitState], now: Timestamp) -> Vec<Change> {
    if step.status == StepStatus::Undone {
        return Vec::new();
    }
    // A step that has failed keeps its error: it is the cause that people look for.
    let done = Step { status: StepStatus::Undone, ended_at: Some(now), ..step.clone() };
    let mut changes = vec![Change::save(&done)];
    if let Some(own) = units.iter().find(|unit| unit.unit == step.unit) {
        changes.push(match &step.before {
            None => Change::remove(own),
            Some(before) => Change::save(&UnitState {
                applied: Some(before.clone()),
                pending: None,
                ..own.clone()
            }),
        });
    }
    changes
}

/// Records that `step` could not be taken back. Its unit stays marked, so that the next
/// deployment or destroy deals with it.
#[must_use]
pub fn undo_failed(step: &Step, error: DeploymentError, now: Timestamp) -> Vec<Change> {
    if matches!(step.status, StepStatus::Undone | StepStatus::UndoFailed) {
        return Vec::new();
    }
    vec![Change::save(&Step {
        status: StepStatus::UndoFailed,
        error: Some(DeploymentError { unit: Some(step.unit.clone()), ..error }),
        ended_at: Some(now),
        ..step.clone()
    })]
}
