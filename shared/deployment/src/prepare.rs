//! The begin of a step: its parameters are bound, and its engine is called only if there is
//! something to do.

use std::collections::BTreeMap;

use groundplane_model::{
    AccountRole, Applied, Artifact, Change, Deployment, DeploymentStatus, EngineAction,
    EngineInput, Failure, FailureKind, Step, StepAction, StepStatus, UnitState,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::bind::{bind, context_of};

/// The tag that names the deployment by which a stack became what it is.
pub(crate) const DEPLOYMENT_TAG: &str = "groundplane:deployment";

/// What every engine call needs beside the step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Tells this installation's stacks from those of another.
    pub installation: String,
    /// The service role that provisions, if the landing zone names one.
    pub role_arn: Option<String>,
    /// How the account is reached, if it is another one than the platform's.
    pub account: Option<AccountRole>,
    /// The tags of the unit beside those that say whose it is.
    pub tags: BTreeMap<String, String>,
}

/// What to do about a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Prepared {
    /// Nothing: it is done, or there is nothing to do.
    Done,
    /// Call the engine.
    Engine {
        /// The engine's input.
        input: Box<EngineInput>,
    },
}

/// Prepares `step` of `deployment`. `units` are all units of the instance. Before an engine
/// starts, the unit is marked as being changed: no stack is ever there that nobody knows of.
///
/// # Errors
/// `Invalid` where a parameter's value is missing from the context; `Internal` where the
/// deployment is not running or the step has failed already.
pub fn prepare(
    settings: &Settings,
    deployment: &Deployment,
    step: &Step,
    units: &[UnitState],
    now: Timestamp,
) -> Result<(Prepared, Vec<Change>), Failure> {
    if deployment.status != DeploymentStatus::Running {
        let message = format!("`{}` is not running", deployment.id);
        return Err(Failure::new(FailureKind::Internal, message));
    }
    match step.status {
        StepStatus::Succeeded | StepStatus::Unchanged => return Ok((Prepared::Done, Vec::new())),
        StepStatus::Pending | StepStatus::Running => {}
        StepStatus::Failed | StepStatus::Undone | StepStatus::UndoFailed => {
            let message = format!("the step `{}` has failed already", step.id);
            return Err(Failure::new(FailureKind::Internal, message));
        }
    }
    let own = units.iter().find(|unit| unit.unit == step.unit);
    let target = target(step, units)?;
    if step.status == StepStatus::Running {
        return Ok((engine(settings, deployment, step, &target), Vec::new()));
    }
    if !step.repair && is_reached(&target, own) {
        let done = Step {
            status: StepStatus::Unchanged,
            ended_at: Some(now),
            ..step.clone()
        };
        return Ok((Prepared::Done, vec![Change::save(&done)]));
    }
    let changes = vec![
        // Nothing begins any more once the deployment is being taken back.
        Change::check(deployment),
        Change::save(&Step {
            status: StepStatus::Running,
            before: own.and_then(|unit| unit.applied.clone()),
            started_at: Some(now),
            ..step.clone()
        }),
        Change::save(&intended(deployment, step, own)),
    ];
    Ok((engine(settings, deployment, step, &target), changes))
}

/// What a step is to reach: a template with bound parameters, or nothing.
pub(crate) enum Target<'a> {
    /// The unit is as the template says.
    Applied(&'a Artifact, BTreeMap<String, String>),
    /// The unit is gone.
    Gone,
}

fn target<'a>(step: &'a Step, units: &[UnitState]) -> Result<Target<'a>, Failure> {
    match &step.action {
        StepAction::Apply {
            artifact,
            parameters,
            ..
        } => Ok(Target::Applied(
            artifact,
            bind(parameters, &context_of(units))?,
        )),
        StepAction::Destroy => Ok(Target::Gone),
    }
}

fn is_reached(target: &Target<'_>, own: Option<&UnitState>) -> bool {
    match (target, own) {
        (Target::Gone, None) => true,
        (Target::Gone, Some(_)) | (Target::Applied(..), None) => false,
        // A unit that an earlier deployment left half done is applied again, whatever it says.
        (Target::Applied(artifact, parameters), Some(own)) => {
            own.pending.is_none()
                && own.applied.as_ref().is_some_and(|applied| {
                    applied.artifact.digest == artifact.digest && applied.parameters == *parameters
                })
        }
    }
}

/// Whether `step` would change something, as far as can be said before the steps that it reads
/// from have ended. They change something themselves where it turns out otherwise.
pub(crate) fn changes_something(step: &Step, units: &[UnitState]) -> bool {
    let own = units.iter().find(|unit| unit.unit == step.unit);
    target(step, units).map_or(true, |target| !is_reached(&target, own))
}

/// The unit as it is marked before its engine starts.
fn intended(deployment: &Deployment, step: &Step, own: Option<&UnitState>) -> UnitState {
    let fresh = || UnitState {
        tenant: deployment.tenant.clone(),
        instance: deployment.instance.clone(),
        unit: step.unit.clone(),
        stack_name: step.stack_name.clone(),
        applied: None,
        pending: None,
        version: 0,
    };
    marked(deployment, own.cloned().unwrap_or_else(fresh))
}

/// `unit` as being changed by `deployment`.
pub(crate) fn marked(deployment: &Deployment, unit: UnitState) -> UnitState {
    UnitState {
        pending: Some(deployment.id.clone()),
        ..unit
    }
}

fn engine(
    settings: &Settings,
    deployment: &Deployment,
    step: &Step,
    target: &Target<'_>,
) -> Prepared {
    let input = engine_input(settings, deployment, step, target, "do");
    Prepared::Engine {
        input: Box::new(EngineInput {
            repair: step.repair,
            ..input
        }),
    }
}

/// The input of an engine that brings `step`'s unit to `target`. `purpose` tells doing from
/// undoing, so that each has an idempotency token of its own.
pub(crate) fn engine_input(
    settings: &Settings,
    deployment: &Deployment,
    step: &Step,
    target: &Target<'_>,
    purpose: &str,
) -> EngineInput {
    let own = [
        ("groundplane:installation", settings.installation.as_str()),
        ("groundplane:tenant", deployment.tenant.as_str()),
        ("groundplane:instance", deployment.instance.as_str()),
        ("groundplane:unit", step.unit.as_str()),
        (DEPLOYMENT_TAG, deployment.id.as_str()),
    ];
    let mut tags = settings.tags.clone();
    // Whose it is has the last word.
    tags.extend(own.map(|(key, value)| (key.to_owned(), value.to_owned())));
    let (action, artifact, parameters) = match target {
        Target::Applied(artifact, parameters) => (
            EngineAction::Apply,
            Some((*artifact).clone()),
            parameters.clone(),
        ),
        Target::Gone => (EngineAction::Destroy, None, BTreeMap::new()),
    };
    EngineInput {
        tenant: deployment.tenant.clone(),
        instance: deployment.instance.clone(),
        deployment: deployment.id.clone(),
        unit: step.unit.clone(),
        step: step.id.clone(),
        token: format!("{}-{}-{purpose}", deployment.id, step.id).replace('.', "-"),
        action,
        artifact,
        stack_name: step.stack_name.clone(),
        parameters,
        tags,
        role_arn: settings.role_arn.clone(),
        account: settings.account.clone(),
        repair: false,
    }
}

/// What was applied before, as a target.
pub(crate) fn restored(before: &Applied) -> Target<'_> {
    Target::Applied(&before.artifact, before.parameters.clone())
}

#[cfg(test)]
#[path = "prepare_tests.rs"]
mod tests;
