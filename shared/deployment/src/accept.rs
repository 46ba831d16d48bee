//! Acceptance: what is written before a submission is answered, in one transaction.

use std::collections::BTreeMap;

use groundplane_model::{
    Action, BoundInput, Change, Deployment, DeploymentId, DeploymentSpec, DeploymentStatus, Digest,
    Environment, Failure, FailureKind, Idempotency, Instance, InstanceId, InstanceStatus,
    KeptInput, LandingZone, LifecycleRef, Member, Origin, Outbox, OutboxMessage, Principal, Quota,
    Repair, Resolver, SpecLines,
};
use jiff::Timestamp;
use serde_json::Value;

/// An idempotency key that is free to be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyClaim {
    /// The digest of the key.
    pub key_digest: Digest,
    /// The digest of the request.
    pub request_digest: Digest,
    /// The version of the expired record that the table has not forgotten yet; 0 without one.
    pub version: u64,
}

impl IdempotencyClaim {
    /// What is written with the answer: that the request was answered with `deployment`.
    #[must_use]
    pub fn taken_by(self, deployment: &Deployment, now: Timestamp) -> Change {
        Change::save(&Idempotency {
            tenant: deployment.tenant.clone(),
            key_digest: self.key_digest,
            request_digest: self.request_digest,
            instance: deployment.instance.clone(),
            deployment: deployment.id.clone(),
            created_at: now,
            version: self.version,
        })
    }
}

/// A wish to deploy or destroy, with what is needed to accept it.
#[derive(Debug, Clone)]
pub struct Demand<'a> {
    /// Who asks.
    pub principal: &'a Principal,
    /// The instance.
    pub instance: InstanceId,
    /// The environment as it is now.
    pub environment: Environment,
    /// The landing zone as it is now.
    pub landing_zone: LandingZone,
    /// The resolvers as they are configured now.
    pub resolvers: Vec<Resolver>,
    /// A fresh id for the deployment.
    pub deployment: DeploymentId,
    /// Where what is to be done comes from.
    pub origin: Origin,
    /// The client's idempotency key, if it sent one.
    pub idempotency: Option<IdempotencyClaim>,
    /// The time.
    pub now: Timestamp,
}

/// A spec that is to be deployed.
#[derive(Debug, Clone)]
pub struct Submission<'a> {
    /// The wish.
    pub demand: Demand<'a>,
    /// The validated document with every default filled in.
    pub spec: Value,
    /// The document with the line of each value in its place, where it was written as text.
    pub lines: Option<Value>,
    /// The inputs that resolvers give values to.
    pub bound: Vec<BoundInput>,
    /// Those of its inputs whose values resolvers gave before, and which stay as they are.
    pub kept: Vec<KeptInput>,
    /// The lifecycle that a new instance follows; the built-in one if none.
    pub lifecycle: Option<LifecycleRef>,
    /// What a check of drift has it do; none where somebody asks for it.
    pub repair: Option<Repair>,
    /// The labels of the document.
    pub labels: BTreeMap<String, String>,
    /// A fresh id in case the instance begins a new life.
    pub incarnation: String,
}

/// What acceptance writes.
#[derive(Debug, Clone, PartialEq)]
pub struct Accepted {
    /// The instance as it will be.
    pub instance: Instance,
    /// The new deployment.
    pub deployment: Deployment,
    /// The changes to commit, together.
    pub changes: Vec<Change>,
}

impl Accepted {
    /// The same, if then the tenant has no more instances than `at_most`.
    #[must_use]
    pub fn within(mut self, at_most: Option<u64>) -> Self {
        for change in &mut self.changes {
            if let Change::Count { at_most: bound, .. } = change {
                *bound = at_most;
            }
        }
        self
    }

    /// Whether an instance begins to exist.
    #[must_use]
    pub fn is_new(&self) -> bool {
        let counts = |change: &Change| matches!(change, Change::Count { .. });
        self.changes.iter().any(counts)
    }
}

/// Accepts a spec: a new instance, a new life of a destroyed one, or an update.
///
/// # Errors
/// `Conflict` with a link while another deployment of the instance runs; `Invalid` where the
/// environment has moved to another landing zone since the instance was deployed.
pub fn accept(submission: Submission<'_>, current: Option<Instance>) -> Result<Accepted, Failure> {
    let Submission {
        demand,
        spec,
        lines,
        bound,
        kept,
        lifecycle,
        repair,
        labels,
        incarnation,
    } = submission;
    if let Some(current) = &current {
        refuse_while_busy(current)?;
        refuse_a_move(current, &demand)?;
    }
    let is_new = !current.as_ref().is_some_and(is_alive);
    let instance = deploying(&demand, current, (labels, incarnation));
    let wanted = Wanted {
        spec,
        bound,
        kept,
        lifecycle,
        repair,
    };
    let member = Member::new(
        instance.environment.clone(),
        instance.tenant.clone(),
        instance.id.clone(),
    );
    let mut accepted = accepted(demand, instance, Action::Apply, wanted);
    if is_new {
        // Counted with the record that says that it is there, and back with its removal.
        let one = Quota::Instances.count(&member.tenant, (1, None), accepted.deployment.created_at);
        accepted.changes.extend([Change::save(&member), one]);
    }
    let kept_lines = lines.map(|lines| SpecLines {
        tenant: accepted.deployment.tenant.clone(),
        deployment: accepted.deployment.id.clone(),
        lines,
        version: 0,
    });
    accepted
        .changes
        .extend(kept_lines.as_ref().map(Change::save));
    Ok(accepted)
}

fn is_alive(instance: &Instance) -> bool {
    instance.status != InstanceStatus::Destroyed
}

/// The instance while it is deployed: as it is, in a new life, or new.
fn deploying(
    demand: &Demand<'_>,
    current: Option<Instance>,
    (labels, incarnation): (BTreeMap<String, String>, String),
) -> Instance {
    let (version, last_revision) = current.as_ref().map_or((0, 0), |instance| {
        (instance.version, instance.last_revision)
    });
    let (incarnation, created_at, revision) = current
        .filter(is_alive)
        .map_or((incarnation, demand.now, None), |instance| {
            (instance.incarnation, instance.created_at, instance.revision)
        });
    Instance {
        tenant: demand.principal.tenant.clone(),
        id: demand.instance.clone(),
        incarnation,
        environment: demand.environment.name.clone(),
        landing_zone: demand.landing_zone.name.clone(),
        labels,
        status: InstanceStatus::Deploying,
        revision,
        last_revision,
        active_deployment: Some(demand.deployment.clone()),
        last_deployment: demand.deployment.clone(),
        created_at,
        updated_at: demand.now,
        version,
    }
}

/// Accepts a wish to destroy an instance.
///
/// # Errors
/// `NotFound` where it was destroyed already; `Conflict` with a link while a deployment of it
/// runs.
pub fn accept_destroy(demand: Demand<'_>, current: Instance) -> Result<Accepted, Failure> {
    if current.status == InstanceStatus::Destroyed {
        let message = format!("there is no instance `{}`", current.id);
        return Err(Failure::new(FailureKind::NotFound, message));
    }
    refuse_while_busy(&current)?;
    let instance = Instance {
        status: InstanceStatus::Destroying,
        active_deployment: Some(demand.deployment.clone()),
        last_deployment: demand.deployment.clone(),
        updated_at: demand.now,
        ..current
    };
    Ok(accepted(
        demand,
        instance,
        Action::Destroy,
        Wanted::default(),
    ))
}

fn refuse_while_busy(current: &Instance) -> Result<(), Failure> {
    let Some(running) = &current.active_deployment else {
        return Ok(());
    };
    let message = format!(
        "`{}` is being deployed by `{running}`; wait for its end, or end it with \
         `groundplane cancel {running}`",
        current.id
    );
    Err(Failure::new(FailureKind::Conflict, message)
        .with_link(format!("/v1/deployments/{running}")))
}

fn refuse_a_move(current: &Instance, demand: &Demand<'_>) -> Result<(), Failure> {
    let target = &demand.landing_zone.name;
    if current.status == InstanceStatus::Destroyed || current.landing_zone == *target {
        return Ok(());
    }
    let message = format!(
        "`{}` stands in landing zone `{}`, and its environment is now in `{target}`; destroy it first",
        current.id, current.landing_zone
    );
    Err(Failure::new(FailureKind::Invalid, message))
}

/// What is to be deployed; nothing for a destroy.
#[derive(Default)]
struct Wanted {
    spec: Value,
    bound: Vec<BoundInput>,
    kept: Vec<KeptInput>,
    lifecycle: Option<LifecycleRef>,
    repair: Option<Repair>,
}

fn accepted(demand: Demand<'_>, instance: Instance, action: Action, wanted: Wanted) -> Accepted {
    let deployment = deployment(&demand, &instance, action);
    let (tenant, id) = (deployment.tenant.clone(), deployment.id.clone());
    let submitted = DeploymentSpec {
        tenant: tenant.clone(),
        deployment: id.clone(),
        spec: wanted.spec,
        environment: demand.environment,
        landing_zone: demand.landing_zone,
        resolvers: demand.resolvers,
        bound: wanted.bound,
        kept: wanted.kept,
        lifecycle: wanted.lifecycle,
        repair: wanted.repair,
        version: 0,
    };
    let start = OutboxMessage::StartDeployment {
        tenant: tenant.clone(),
        instance: instance.id.clone(),
        deployment: id.clone(),
    };
    let mut changes = vec![
        Change::save(&instance),
        Change::save(&deployment),
        Change::save(&submitted),
        Change::save(&Outbox::new(format!("{id}.start"), start, demand.now)),
    ];
    if let Some(claim) = demand.idempotency {
        changes.push(claim.taken_by(&deployment, demand.now));
    }
    Accepted {
        instance,
        deployment,
        changes,
    }
}

fn deployment(demand: &Demand<'_>, instance: &Instance, action: Action) -> Deployment {
    Deployment {
        tenant: demand.principal.tenant.clone(),
        id: demand.deployment.clone(),
        instance: instance.id.clone(),
        incarnation: instance.incarnation.clone(),
        action,
        status: DeploymentStatus::Accepted,
        outcome: None,
        waves: Vec::new(),
        plan_digest: None,
        revision: None,
        error: None,
        requested_by: demand.principal.subject.clone(),
        created_at: demand.now,
        started_at: None,
        ended_at: None,
        recoveries: 0,
        recovered_at: None,
        origin: demand.origin.clone(),
        approval: None,
        cancelled: None,
        version: 0,
    }
}

#[cfg(test)]
#[path = "accept_tests.rs"]
mod tests;
