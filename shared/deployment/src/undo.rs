//! Taking one step back: what it created is destroyed, what it changed is restored.

use groundplane_model::{
    Change, Deployment, DeploymentError, DeploymentStatus, Failure, FailureKind, Step, StepAction,
    StepStatus, UnitState,
};
use jiff::Timestamp;

use crate::prepare::{DEPLOYMENT_TAG, Prepared, Settings, Target, engine_input, marked, restored};

/// Whether the step has to be taken back, once its deployment fails. What a repair has brought back is
/// as it was asked for all along, so that it stays; and a repair never creates a unit that taking back
/// would have to destroy.
pub(crate) fn is_to_be_undone(step: &Step) -> bool {
    let has_healed = step.status == StepStatus::Succeeded || step.before.is_none();
    step.action != StepAction::Destroy && has_begun(step) && !(step.repair && has_healed)
}

/// Whether the step's engine may have changed something that was not taken back.
pub(crate) fn has_begun(step: &Step) -> bool {
    match step.status {
        StepStatus::Running
        | StepStatus::Succeeded
        | StepStatus::Failed
        | StepStatus::UndoFailed => step.started_at.is_some(),
        StepStatus::Pending | StepStatus::Unchanged | StepStatus::Undone => false,
    }
}

/// How to take `step` back; `steps` are all steps of the deployment and `units` all units of the
/// instance. Before an engine starts, the unit is marked as being changed: what is taken back by
/// half is never held for what was applied.
///
/// # Errors
/// `ProvisionFailed` where a unit still uses this one because it could not be taken back.
pub fn undo(
    settings: &Settings,
    deployment: &Deployment,
    step: &Step,
    steps: &[Step],
    units: &[UnitState],
) -> Result<(Prepared, Vec<Change>), Failure> {
    let own = units.iter().find(|unit| unit.unit == step.unit);
    let Some(own) = own.filter(|_| can_be_undone(deployment, step)) else {
        return Ok((Prepared::Done, Vec::new()));
    };
    if let Some(user) = steps.iter().find(|other| is_stuck_on(step, other)) {
        let message = format!(
            "`{}` stays because `{}` uses it and could not be taken back",
            step.unit, user.unit
        );
        return Err(Failure::new(FailureKind::ProvisionFailed, message));
    }
    let target = step.before.as_ref().map_or(Target::Gone, restored);
    let mut input = engine_input(settings, deployment, step, &target, &purpose(deployment));
    if let Some(before) = step.before.as_ref().filter(|_| step.repair) {
        // CloudFormation itself has gone back to what it had applied. With the tags of then, nothing
        // differs, and what drifted is not touched a second time.
        let deployment = before.deployment.to_string();
        input.tags.insert(DEPLOYMENT_TAG.to_owned(), deployment);
    }
    let mut changes = Vec::new();
    if own.pending.as_ref() != Some(&deployment.id) {
        changes.push(Change::check(deployment));
        changes.push(Change::save(&marked(deployment, own.clone())));
    }
    let input = Box::new(input);
    Ok((Prepared::Engine { input }, changes))
}

/// Whether `other` reads from the unit of `step` and could not be taken back.
fn is_stuck_on(step: &Step, other: &Step) -> bool {
    match &other.action {
        StepAction::Apply { after, .. } => {
            other.status == StepStatus::UndoFailed && after.contains(&step.unit)
        }
        StepAction::Destroy => false,
    }
}

fn can_be_undone(deployment: &Deployment, step: &Step) -> bool {
    deployment.status == DeploymentStatus::Compensating && is_to_be_undone(step)
}

/// Each recovery is another attempt: with the token of one that failed, an engine would only find
/// that it has failed.
fn purpose(deployment: &Deployment) -> String {
    match deployment.recoveries {
        0 => "undo".to_owned(),
        count => format!("undo-{count}"),
    }
}

/// Records that `step` of `deployment` was taken back.
#[must_use]
pub fn undone(
    deployment: &Deployment,
    step: &Step,
    units: &[UnitState],
    now: Timestamp,
) -> Vec<Change> {
    if !can_be_undone(deployment, step) {
        return Vec::new();
    }
    // A step that has failed keeps its error: it is the cause that people look for.
    let done = Step {
        status: StepStatus::Undone,
        ended_at: Some(now),
        ..step.clone()
    };
    let mut changes = vec![Change::check(deployment), Change::save(&done)];
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

/// Records that `step` of `deployment` could not be taken back. Its unit stays marked, so that the
/// next deployment or destroy deals with it.
#[must_use]
pub fn undo_failed(
    deployment: &Deployment,
    step: &Step,
    error: DeploymentError,
    now: Timestamp,
) -> Vec<Change> {
    if step.status == StepStatus::UndoFailed || !can_be_undone(deployment, step) {
        return Vec::new();
    }
    let failed = Step {
        status: StepStatus::UndoFailed,
        error: Some(with_first_cause(step, error)),
        ended_at: Some(now),
        ..step.clone()
    };
    vec![Change::check(deployment), Change::save(&failed)]
}

/// `error` of taking `step` back, behind the one that the step itself had failed with: that is the
/// cause that people look for.
fn with_first_cause(step: &Step, error: DeploymentError) -> DeploymentError {
    let unit = Some(step.unit.clone());
    match &step.error {
        None => DeploymentError { unit, ..error },
        Some(first) => DeploymentError {
            unit,
            name: first.name.clone(),
            cause: format!(
                "{}; taking it back failed too: {}",
                first.cause, error.cause
            ),
        },
    }
}

#[cfg(test)]
#[path = "undo_tests.rs"]
mod tests;
