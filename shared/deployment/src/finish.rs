//! The end of a deployment: its revision, its instance and its event, in one transaction.

use std::collections::BTreeMap;

use groundplane_model::{
    Action, Allocation, Change, Deployment, DeploymentError, DeploymentSpec, DeploymentStatus,
    Instance, InstanceStatus, Member, Outbox, OutboxMessage, Outcome, Quota, ResolvedValue,
    Revision, Step, StepStatus, UnitState,
};
use jiff::Timestamp;
use serde_json::json;

use crate::bind::context_of;
use crate::plan::is_complete;

/// A deployment at its end, with all that it touched.
#[derive(Debug, Clone, Copy)]
pub struct Run<'a> {
    /// The deployment.
    pub deployment: &'a Deployment,
    /// What it was asked for.
    pub submitted: &'a DeploymentSpec,
    /// Its instance.
    pub instance: &'a Instance,
    /// Its steps.
    pub steps: &'a [Step],
    /// The units of the instance.
    pub units: &'a [UnitState],
    /// What the resolvers handed out.
    pub allocations: &'a [Allocation],
    /// The instance in the list of its environment; of no use where nothing is destroyed.
    pub member: Option<&'a Member>,
}

/// Ends a deployment: as failed where it was compensating, as succeeded where every step has ended
/// well. Any other stays as it is; if it has not ended, the sweeper finds it.
#[must_use]
pub fn finish(run: Run<'_>, now: Timestamp) -> Vec<Change> {
    match run.deployment.status {
        DeploymentStatus::Running if is_complete(run.deployment, run.steps) => succeeded(run, now),
        DeploymentStatus::Compensating => failed(run, now),
        DeploymentStatus::Accepted
        | DeploymentStatus::Running
        | DeploymentStatus::Waiting
        | DeploymentStatus::Succeeded
        | DeploymentStatus::Failed => Vec::new(),
    }
}

fn succeeded(run: Run<'_>, now: Timestamp) -> Vec<Change> {
    let changed = run
        .steps
        .iter()
        .any(|step| step.status == StepStatus::Succeeded);
    let mut changes = Vec::new();
    let mut instance = Instance {
        active_deployment: None,
        updated_at: now,
        ..run.instance.clone()
    };
    match run.deployment.action {
        Action::Destroy => {
            instance.status = InstanceStatus::Destroyed;
            instance.revision = None;
            // The instance makes room exactly when it leaves the list of its environment.
            changes.extend(run.member.into_iter().flat_map(|member| {
                let one = Quota::Instances.count(&member.tenant, (-1, None), now);
                [Change::remove(member), one]
            }));
        }
        Action::Apply => {
            instance.status = InstanceStatus::Active;
            if changed || instance.revision.is_none() {
                let revision = revision(run, now);
                instance.revision = Some(revision.number);
                instance.last_revision = revision.number;
                changes.push(Change::save(&revision));
            }
        }
    }
    let deployment = Deployment {
        status: DeploymentStatus::Succeeded,
        outcome: Some(if changed {
            Outcome::Changed
        } else {
            Outcome::Unchanged
        }),
        revision: instance.revision,
        ended_at: Some(now),
        ..run.deployment.clone()
    };
    changes.extend(ended(&instance, &deployment, "Deployment Succeeded", now));
    changes
}

fn failed(run: Run<'_>, now: Timestamp) -> Vec<Change> {
    let instance = Instance {
        active_deployment: None,
        status: InstanceStatus::Failed,
        updated_at: now,
        ..run.instance.clone()
    };
    let deployment = Deployment {
        status: DeploymentStatus::Failed,
        ended_at: Some(now),
        ..run.deployment.clone()
    };
    let mut changes: Vec<Change> = run
        .steps
        .iter()
        .filter(|step| step.status == StepStatus::Running)
        .map(|step| Change::save(&cut_short(step, now)))
        .collect();
    changes.extend(ended(&instance, &deployment, "Deployment Failed", now));
    changes
}

/// A step that was neither taken back nor came to its end: the execution was lost while it removed
/// its unit. Nobody will collect it any more.
fn cut_short(step: &Step, now: Timestamp) -> Step {
    let error = DeploymentError {
        unit: Some(step.unit.clone()),
        name: "Groundplane.Interrupted".to_owned(),
        cause: "the deployment was interrupted before this step had ended".to_owned(),
    };
    Step {
        status: StepStatus::Failed,
        error: Some(error),
        ended_at: Some(now),
        ..step.clone()
    }
}

fn ended(
    instance: &Instance,
    deployment: &Deployment,
    detail_type: &str,
    now: Timestamp,
) -> [Change; 3] {
    let message = OutboxMessage::PublishEvent {
        detail_type: detail_type.to_owned(),
        detail: json!({
            "tenant": deployment.tenant,
            "instance": deployment.instance,
            "deployment": deployment.id,
            "action": deployment.action,
            "status": deployment.status,
            "outcome": deployment.outcome,
            "revision": deployment.revision,
            "error": deployment.error,
        }),
    };
    let event = Outbox::new(format!("{}.end", deployment.id), message, now);
    [
        Change::save(instance),
        Change::save(deployment),
        Change::save(&event),
    ]
}

fn revision(run: Run<'_>, now: Timestamp) -> Revision {
    let Run {
        deployment,
        submitted,
        instance,
        units,
        allocations,
        ..
    } = run;
    Revision {
        tenant: deployment.tenant.clone(),
        instance: deployment.instance.clone(),
        number: instance.last_revision + 1,
        deployment: deployment.id.clone(),
        spec: submitted.spec.clone(),
        ground: BTreeMap::from([
            (
                format!("environment/{}", submitted.environment.name),
                submitted.environment.version,
            ),
            (
                format!("landing-zone/{}", submitted.landing_zone.name),
                submitted.landing_zone.version,
            ),
        ]),
        resolved: allocations.iter().map(ResolvedValue::from).collect(),
        artifacts: units
            .iter()
            .filter_map(|unit| Some((unit.unit.clone(), unit.applied.as_ref()?.artifact.clone())))
            .collect(),
        outputs: context_of(units)
            .exported()
            .map(|(key, value)| (key.clone(), value.to_owned()))
            .collect(),
        created_at: now,
        version: 0,
    }
}

#[cfg(test)]
#[path = "finish_tests.rs"]
mod tests;
