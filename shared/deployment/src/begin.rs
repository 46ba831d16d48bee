//! The begin of a deployment: it is marked as running, and what must be resolved is listed.

use std::collections::BTreeMap;

use groundplane_model::{
    Action, Change, Deployment, DeploymentSpec, DeploymentStatus, Failure, FailureKind, Owner,
    ResolutionRequest, ResolverName, Severity,
};
use groundplane_planner::check;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::cancel::stop_if_cancelled;
use crate::wants::wants_of;

/// The requests of a deployment to one resolver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// The resolver.
    pub resolver: ResolverName,
    /// The function that answers for it.
    pub function: String,
    /// What it is asked.
    pub requests: Vec<ResolutionRequest>,
}

/// How a deployment begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Begun {
    /// The changes to commit.
    pub changes: Vec<Change>,
    /// What must be resolved.
    pub batches: Vec<Batch>,
}

/// How many requests a resolver gets in one invocation: about 20 KB of payload, far below the
/// 256 KiB that a state may pass on.
const BATCH: usize = 50;

/// Begins `deployment`, or begins it again.
///
/// # Errors
/// `Cancelled` where someone wants it to go no further; `Invalid` where it has ended or is being
/// taken back, and with every problem where the spec
/// cannot be deployed on its ground.
pub fn begin(
    deployment: &Deployment,
    submitted: &DeploymentSpec,
    now: Timestamp,
) -> Result<Begun, Failure> {
    if !deployment.status.has_ended() {
        stop_if_cancelled(deployment)?;
    }
    let changes = match deployment.status {
        DeploymentStatus::Accepted => vec![Change::save(&Deployment {
            status: DeploymentStatus::Running,
            started_at: Some(now),
            ..deployment.clone()
        })],
        // One that waits has lost its execution: it is planned already, and asks anew.
        DeploymentStatus::Running | DeploymentStatus::Waiting => Vec::new(),
        DeploymentStatus::Compensating | DeploymentStatus::Succeeded | DeploymentStatus::Failed => {
            let message = format!("`{}` is not waiting to be run", deployment.id);
            return Err(Failure::new(FailureKind::Invalid, message));
        }
    };
    let nothing_to_resolve = |changes| Begun {
        changes,
        batches: Vec::new(),
    };
    if deployment.action == Action::Destroy {
        return Ok(nothing_to_resolve(changes));
    }
    let mut problems = check(
        &submitted.spec,
        &submitted.environment,
        &submitted.landing_zone,
    );
    problems.retain(|problem| problem.severity == Severity::Error);
    if !problems.is_empty() {
        return Err(Failure::invalid_document(
            "the spec cannot be deployed here",
            problems,
        ));
    }
    if submitted.repair.is_some() {
        // Its spec has what resolvers gave when it was deployed.
        return Ok(nothing_to_resolve(changes));
    }
    Ok(Begun {
        changes,
        batches: batches(deployment, submitted),
    })
}

/// What `deployment` wants from resolvers: what the units of its spec want, and what its spec's
/// bound inputs want. Requests to one resolver go together.
fn batches(deployment: &Deployment, submitted: &DeploymentSpec) -> Vec<Batch> {
    let mut by_resolver: BTreeMap<ResolverName, Vec<ResolutionRequest>> = BTreeMap::new();
    for wanted in wants_of(submitted) {
        let request = ResolutionRequest {
            resolver: wanted.resolver.clone(),
            owner: Owner {
                tenant: deployment.tenant.clone(),
                instance: deployment.instance.clone(),
                incarnation: deployment.incarnation.clone(),
                unit: wanted.unit,
                input: wanted.input,
            },
            deployment: deployment.id.clone(),
            inputs: wanted.inputs,
        };
        let requests = by_resolver.entry(wanted.resolver).or_default();
        requests.push(request);
    }
    let chunks = by_resolver.iter().flat_map(|(resolver, requests)| {
        requests.chunks(BATCH).map(move |chunk| (resolver, chunk))
    });
    chunks
        .map(|(resolver, requests)| Batch {
            resolver: resolver.clone(),
            function: resolver.function().to_owned(),
            requests: requests.to_vec(),
        })
        .collect()
}

#[cfg(test)]
#[path = "begin_tests.rs"]
mod tests;
