//! The end of a step: what its engine gave goes into the context, or its error into the record.

use std::collections::{BTreeMap, BTreeSet};

use groundplane_model::{
    Applied, Change, Context, ContextKey, Deployment, DeploymentError, DeploymentStatus,
    EngineOutput, Failure, FailureKind, MissingKey, Step, StepAction, StepStatus, UnitState,
};
use jiff::Timestamp;

use crate::bind::{bind, context_of};

/// Records that the engine of `step` ended well.
///
/// # Errors
/// `Internal` where the engine did not give an output that the unit declares.
pub fn collect(
    deployment: &Deployment,
    step: &Step,
    units: &[UnitState],
    output: &EngineOutput,
    now: Timestamp,
) -> Result<Vec<Change>, Failure> {
    let own = units.iter().find(|unit| unit.unit == step.unit);
    if step.status != StepStatus::Running {
        // It was collected before: this is a repeated delivery.
        return Ok(Vec::new());
    }
    let done = Step {
        status: StepStatus::Succeeded,
        ended_at: Some(now),
        ..step.clone()
    };
    let StepAction::Apply { .. } = &step.action else {
        let gone = own.map(Change::remove);
        return Ok([Change::save(&done)].into_iter().chain(gone).collect());
    };
    let own = own.ok_or_else(|| internal(format!("`{}` was never prepared", step.unit)))?;
    let applied = applied(deployment, step, units, output)?;
    let shown = applied.context.exported();
    let done = Step {
        outputs: shown
            .map(|(key, value)| (key.clone(), value.to_owned()))
            .collect(),
        ..done
    };
    let unit = UnitState {
        applied: Some(applied),
        pending: None,
        stack_name: step.stack_name.clone(),
        ..own.clone()
    };
    Ok(vec![Change::save(&done), Change::save(&unit)])
}

/// What a step that applies its unit has applied.
fn applied(
    deployment: &Deployment,
    step: &Step,
    units: &[UnitState],
    output: &EngineOutput,
) -> Result<Applied, Failure> {
    let StepAction::Apply {
        artifact,
        parameters,
        outputs,
        exports,
        after,
    } = &step.action
    else {
        return Err(internal(format!("`{}` applies nothing", step.id)));
    };
    let parameters = bind(parameters, &context_of(units)).map_err(|missing: MissingKey| {
        internal(format!("`{}` lost its ground: {missing}", step.unit))
    })?;
    Ok(Applied {
        deployment: deployment.id.clone(),
        artifact: artifact.clone(),
        parameters,
        context: context(outputs, exports, &output.outputs)?,
        resources: output.resources.clone(),
        after: after.clone(),
    })
}

fn context(
    declared: &BTreeMap<ContextKey, String>,
    exports: &BTreeSet<ContextKey>,
    given: &BTreeMap<String, String>,
) -> Result<Context, Failure> {
    let mut context = Context::default();
    for (key, output) in declared {
        let value = given.get(output).ok_or_else(|| {
            internal(format!(
                "the template gave no output `{output}` for `{key}`"
            ))
        })?;
        if exports.contains(key) {
            context.export(key.clone(), value);
        } else {
            context.set(key.clone(), value);
        }
    }
    Ok(context)
}

/// Records that `step` of `deployment` failed. Its unit stays marked as being changed: it has to be
/// taken back. Once that has begun, it is too late for a step to fail.
#[must_use]
pub fn fail_step(
    deployment: &Deployment,
    step: &Step,
    error: DeploymentError,
    now: Timestamp,
) -> Vec<Change> {
    if deployment.status != DeploymentStatus::Running {
        return Vec::new();
    }
    match step.status {
        StepStatus::Pending | StepStatus::Running => vec![
            Change::check(deployment),
            Change::save(&Step {
                status: StepStatus::Failed,
                error: Some(DeploymentError {
                    unit: Some(step.unit.clone()),
                    ..error
                }),
                ended_at: Some(now),
                ..step.clone()
            }),
        ],
        StepStatus::Succeeded
        | StepStatus::Unchanged
        | StepStatus::Failed
        | StepStatus::Undone
        | StepStatus::UndoFailed => Vec::new(),
    }
}

fn internal(message: String) -> Failure {
    Failure::new(FailureKind::Internal, message)
}

#[cfg(test)]
#[path = "collect_tests.rs"]
mod tests;
