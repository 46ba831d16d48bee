//! The plan of a deployment: its steps in their waves, bound by a digest.

use std::collections::{BTreeMap, BTreeSet};

use groundplane_model::{
    Artifact, Deployment, DeploymentStatus, Digest, Failure, FailureKind, Step, StepAction, StepId,
    StepStatus,
};
use groundplane_planner::{ScheduledStep, Work};
use serde::{Deserialize, Serialize};

/// One step, as a state machine passes it on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepRef {
    /// The step.
    pub step: StepId,
}

/// Steps that run side by side, as a state machine passes them on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wave {
    /// The steps.
    pub steps: Vec<StepRef>,
}

/// What planning writes. The deployment goes last: with it the plan stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// The steps, which an earlier attempt may have written already.
    pub steps: Vec<Step>,
    /// The deployment with its plan.
    pub deployment: Deployment,
}

/// Binds the scheduled steps to `deployment`, whose templates are `stored`.
///
/// # Errors
/// `Internal` where the deployment is not running or a template was not stored.
pub fn plan(
    deployment: &Deployment,
    schedule: Vec<Vec<ScheduledStep>>,
    stored: &BTreeMap<Digest, Artifact>,
) -> Result<Planned, Failure> {
    if deployment.status != DeploymentStatus::Running {
        let message = format!("`{}` is not running", deployment.id);
        return Err(Failure::new(FailureKind::Internal, message));
    }
    let waves: Vec<Vec<StepId>> = schedule
        .iter()
        .map(|wave| wave.iter().map(|step| step.id.clone()).collect())
        .collect();
    let steps: Vec<Step> = schedule
        .into_iter()
        .enumerate()
        .flat_map(|(wave, steps)| steps.into_iter().map(move |step| (wave, step)))
        .map(|(wave, step)| pending(deployment, wave, step, stored))
        .collect::<Result<_, _>>()?;
    let plan_digest = Some(digest(&waves, &steps));
    Ok(Planned {
        steps,
        deployment: Deployment {
            waves,
            plan_digest,
            ..deployment.clone()
        },
    })
}

/// The waves of a planned deployment.
#[must_use]
pub fn waves_of(deployment: &Deployment) -> Vec<Wave> {
    deployment
        .waves
        .iter()
        .map(|steps| Wave {
            steps: steps.iter().cloned().map(|step| StepRef { step }).collect(),
        })
        .collect()
}

/// Whether the plan of `deployment` stands and every step of it has ended well.
pub(crate) fn is_complete(deployment: &Deployment, steps: &[Step]) -> bool {
    let done: BTreeSet<&StepId> = steps
        .iter()
        .filter(|step| matches!(step.status, StepStatus::Succeeded | StepStatus::Unchanged))
        .map(|step| &step.id)
        .collect();
    deployment.plan_digest.is_some()
        && deployment
            .waves
            .iter()
            .flatten()
            .all(|step| done.contains(step))
}

fn pending(
    deployment: &Deployment,
    wave: usize,
    scheduled: ScheduledStep,
    stored: &BTreeMap<Digest, Artifact>,
) -> Result<Step, Failure> {
    let action = match scheduled.work {
        Work::Apply(unit) => StepAction::Apply {
            artifact: stored.get(&unit.digest).cloned().ok_or_else(|| {
                let message = format!("the template of `{}` was not stored", scheduled.unit);
                Failure::new(FailureKind::Internal, message)
            })?,
            parameters: unit.parameters,
            outputs: unit.outputs,
            exports: unit.exports,
            after: unit.after,
        },
        Work::Destroy => StepAction::Destroy,
    };
    Ok(Step {
        tenant: deployment.tenant.clone(),
        deployment: deployment.id.clone(),
        id: scheduled.id,
        unit: scheduled.unit,
        wave,
        stack_name: scheduled.stack_name,
        action,
        repair: scheduled.repair,
        status: StepStatus::Pending,
        before: None,
        outputs: BTreeMap::new(),
        error: None,
        started_at: None,
        ended_at: None,
        version: 0,
    })
}

/// The digest of everything that decides what a plan does, but not of the deployment that carries
/// it: the same plan twice has the same digest.
fn digest(waves: &[Vec<StepId>], steps: &[Step]) -> Digest {
    let actions: Vec<_> = steps
        .iter()
        .map(|step| (&step.id, &step.stack_name, &step.action))
        .collect();
    let repaired: Vec<&StepId> = steps
        .iter()
        .filter(|step| step.repair)
        .map(|step| &step.id)
        .collect();
    // INVARIANT: all of it serialises, since records of the same types are stored as JSON.
    let text = if repaired.is_empty() {
        serde_json::to_vec(&(waves, actions))
    } else {
        serde_json::to_vec(&(waves, actions, repaired))
    };
    Digest::of(&text.unwrap_or_default())
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
