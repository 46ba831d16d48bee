//! Deploying what was there before, once more: an earlier revision, or what a deployment has failed
//! to do.

use std::collections::BTreeMap;

use groundplane_model::{
    Allocation, Change, Deployment, DeploymentStatus, Failure, FailureKind, Instance, InstanceId,
    KeptInput, Outbox, OutboxMessage, Problem, ResolverName, Revision,
};
use jiff::Timestamp;
use serde_json::Value;

use crate::outlook::shown_input;
use crate::recover::{lost_from, recover_now};

/// An instance that has no revision before the one that is deployed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` has no earlier revision to go back to")]
pub struct NothingEarlier(InstanceId);

/// The revision to go back to: the one that was asked for, or the one before what is deployed.
///
/// # Errors
/// Where there is none before it.
pub fn earlier(instance: &Instance, asked: Option<u64>) -> Result<u64, NothingEarlier> {
    let before = instance.revision.filter(|now| *now > 1).map(|now| now - 1);
    let found = asked.or(before);
    found.ok_or_else(|| NothingEarlier(instance.id.clone()))
}

/// The inputs of the spec of `revision` whose values resolvers gave and which the instance still
/// holds. They stay its own for as long as the spec that has them is deployed.
///
/// # Errors
/// With every value that was given back since, so that others may have it by now. Images are not:
/// any number of instances has the same.
pub fn kept_inputs(
    revision: &Revision,
    instance: &Instance,
    allocations: &[Allocation],
) -> Result<Vec<KeptInput>, Vec<Problem>> {
    let mut kept = Vec::new();
    let mut problems = Vec::new();
    let of_the_spec = revision.resolved.iter();
    let of_the_spec = of_the_spec.filter(|value| value.unit.as_str() == Allocation::SPEC);
    for value in of_the_spec {
        let is_held = allocations.iter().any(|held| {
            held.is_of_the_spec()
                && held.resolver == value.resolver
                && held.owner.input == value.input
                && held.owner.incarnation == instance.incarnation
                && held.outputs == value.outputs
        });
        if is_held {
            kept.push(KeptInput {
                resolver: value.resolver.clone(),
                input: value.input.clone(),
            });
        } else if value.resolver != ResolverName::image() {
            let given = value.outputs.values().next();
            let given = given.map_or("a value", String::as_str);
            let message = format!(
                "revision {} has `{given}` here, which was given back to the resolver `{}` since",
                revision.number, value.resolver
            );
            let problem = Problem::error(shown_input(&value.input), message);
            problems.push(problem.with_hint("deploy the document of that time instead"));
        }
    }
    if problems.is_empty() {
        Ok(kept)
    } else {
        Err(problems)
    }
}

/// The labels that a spec gives to its instance.
#[must_use]
pub fn labels_of(spec: &Value) -> BTreeMap<String, String> {
    let labels = spec.pointer("/metadata/labels").and_then(Value::as_object);
    let texts = labels.into_iter().flatten();
    texts
        .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
        .collect()
}

/// How a deployment is tried again.
#[derive(Debug, Clone, PartialEq)]
pub enum Retry {
    /// As another deployment of the same.
    Anew,
    /// Its execution is lost and is started once more: these are the changes to commit.
    Restart(Vec<Change>),
}

/// How `deployment` is tried again; `is_running` says whether its execution is at work.
///
/// # Errors
/// `Conflict` where there is nothing to try again, or where something else was deployed since.
pub fn retry(
    deployment: &Deployment,
    instance: &Instance,
    is_running: bool,
    now: Timestamp,
) -> Result<Retry, Failure> {
    let id = &deployment.id;
    let conflict = |message: String| Failure::new(FailureKind::Conflict, message);
    match deployment.status {
        DeploymentStatus::Succeeded => Err(conflict(format!(
            "`{id}` has succeeded; there is nothing to try again"
        ))),
        DeploymentStatus::Failed if instance.last_deployment == *id => Ok(Retry::Anew),
        DeploymentStatus::Failed => {
            let since = &instance.last_deployment;
            let message = format!(
                "`{}` was deployed since by `{since}`; trying `{id}` again would undo that",
                instance.id
            );
            Err(conflict(message).with_link(format!("/v1/deployments/{since}")))
        }
        DeploymentStatus::Accepted
        | DeploymentStatus::Running
        | DeploymentStatus::Waiting
        | DeploymentStatus::Compensating => restart(deployment, is_running, now).ok_or_else(|| {
            let why = if now < lost_from(deployment) {
                "was started less than a minute ago"
            } else {
                "is at work; it can be tried again once it has failed"
            };
            conflict(format!("`{id}` {why}")).with_link(format!("/v1/deployments/{id}"))
        }),
    }
}

fn restart(deployment: &Deployment, is_running: bool, now: Timestamp) -> Option<Retry> {
    let recovery = recover_now(deployment, is_running, now)?;
    let message = OutboxMessage::RestartDeployment {
        tenant: deployment.tenant.clone(),
        instance: deployment.instance.clone(),
        deployment: deployment.id.clone(),
        execution: recovery.execution.clone(),
        mode: recovery.mode.to_owned(),
    };
    let start = Outbox::new(format!("{}.start", recovery.execution), message, now);
    Some(Retry::Restart(vec![recovery.change, Change::save(&start)]))
}

#[cfg(test)]
#[path = "again_tests.rs"]
mod tests;
