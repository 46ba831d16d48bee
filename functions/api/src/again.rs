//! Deploying once more what was there before: an earlier revision
//! (`POST /v1/instances/{id}:rollback`), or what a deployment has failed to do
//! (`POST /v1/deployments/{id}:retry`).

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use groundplane_deployment::{
    Demand, IdempotencyClaim, Intent, PlanId, Retry, Submission, accept, earlier, execution_of,
    kept_inputs, labels_of, retry as tried_again,
};
use groundplane_model::{
    Action, Allocation, BoundInput, Deployment, DeploymentId, DeploymentSpec, Digest, Environment,
    Failure, FailureKind, Instance, InstanceId, InstanceStatus, KeptInput, LandingZone, Life,
    LifecycleRef, Origin, Partition, Problem, Resolver, Revision,
};
use groundplane_ports::PortError;
use serde::Deserialize;
use serde_json::Value;

use crate::deployments::{load, no_such_verb, split};
use crate::fitness::{self, Ground};
use crate::instances::{
    ATTEMPTS, Claim, absent, accepted, busy, claim, commit, current, parse_id, removal,
};
use crate::preview::{Foreseen, foresee_intent};
use crate::principal::Caller;
use crate::problem::Refused;
use crate::submission::idempotency_key;
use crate::{Platform, System, Table, ground};

/// What a rollback is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// The revision; the one before what is deployed if none.
    revision: Option<u64>,
    /// The plan that must still hold.
    plan: Option<PlanId>,
}

/// `POST /v1/instances/{id}:rollback` and `:preview`
pub(crate) async fn act<T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    caller: Caller,
    crate::request::Named(target): crate::request::Named,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refused> {
    let (id, verb) = split(&target, "/v1/instances")?;
    match verb {
        "rollback" => roll_back(&platform, &caller, parse_id(id)?, (&headers, &body)).await,
        "preview" => look_back(&platform, &caller, parse_id(id)?, &body).await,
        other => Err(no_such_verb(other)),
    }
}

fn wanted(body: &[u8]) -> Result<Wanted, Refused> {
    if body.trim_ascii().is_empty() {
        return Ok(Wanted::default());
    }
    serde_json::from_slice(body).map_err(|error| {
        let message = format!("the body is not what was asked for: {error}");
        Refused::unreadable(vec![Problem::error("", message)])
    })
}

async fn roll_back<T: Table, S: System>(
    platform: &Platform<T, S>,
    caller: &Caller,
    id: InstanceId,
    (headers, body): (&HeaderMap, &[u8]),
) -> Result<Response, Refused> {
    let wanted = wanted(body)?;
    let plan = wanted.plan.as_ref().map(ToString::to_string);
    let request = format!("rollback\n{id}\n{:?}\n{plan:?}", wanted.revision);
    let request = Digest::of(request.as_bytes());
    let key = idempotency_key(headers)?;
    for _ in 0..ATTEMPTS {
        let claim = match claim(platform, caller, key.as_ref(), &request).await? {
            Claim::Answered(known) => {
                return Ok(accepted(known.instance, known.deployment, Vec::new()));
            }
            Claim::Fresh(claim) => claim,
        };
        let again = Again::of_revision(platform, caller, (&id, wanted.revision)).await?;
        let acceptance = again.acceptance(platform, caller, claim)?;
        if let Some(plan) = &wanted.plan {
            again.foresee(platform).await?.must_be(plan, &id)?;
        }
        if let Some(done) = commit(platform, acceptance).await? {
            let (instance, deployment) = (done.instance.id, done.deployment.id);
            return Ok(accepted(instance, deployment, again.remarks));
        }
    }
    Err(busy(&id))
}

/// What a rollback would do; it is refused where that would be.
async fn look_back<T: Table, S: System>(
    platform: &Platform<T, S>,
    caller: &Caller,
    id: InstanceId,
    body: &[u8],
) -> Result<Response, Refused> {
    let wanted = wanted(body)?;
    let again = Again::of_revision(platform, caller, (&id, wanted.revision)).await?;
    again.acceptance(platform, caller, None)?;
    let foreseen = again.foresee(platform).await?;
    Ok(Json(foreseen.with(again.remarks)).into_response())
}

/// `POST /v1/deployments/{id}:retry`
pub(crate) async fn retry<T: Table, S: System>(
    platform: &Platform<T, S>,
    caller: &Caller,
    id: &str,
    headers: &HeaderMap,
) -> Result<Response, Refused> {
    let key = idempotency_key(headers)?;
    let request = Digest::of(format!("retry\n{id}").as_bytes());
    let (mut deployment, _) = load(platform, caller, id).await?;
    for _ in 0..ATTEMPTS {
        let claim = match claim(platform, caller, key.as_ref(), &request).await? {
            Claim::Answered(known) => {
                return Ok(accepted(known.instance, known.deployment, Vec::new()));
            }
            Claim::Fresh(claim) => claim,
        };
        let tenant = &caller.principal.tenant;
        let instance = current(platform, tenant, &deployment.instance).await?;
        let instance = instance.ok_or_else(|| absent(&deployment.instance))?;
        let is_running = match deployment.status.has_ended() {
            true => false,
            false => {
                platform
                    .system
                    .is_running(&execution_of(&deployment))
                    .await?
            }
        };
        let now = platform.system.now();
        let done = match tried_again(&deployment, &instance, is_running, now)? {
            Retry::Restart(changes) => match platform.table.commit(changes).await {
                Ok(()) => Some((instance.id, deployment.id.clone(), Vec::new())),
                Err(PortError::Conflict(_)) => None,
                Err(error) => return Err(error.into()),
            },
            Retry::Anew => anew(platform, caller, (&deployment, instance), claim).await?,
        };
        if let Some((instance, deployment, remarks)) = done {
            return Ok(accepted(instance, deployment, remarks));
        }
        deployment = load(platform, caller, id).await?.0;
    }
    Err(busy(&deployment.instance))
}

/// Accepts what `deployment` has failed to do as another deployment; none where someone else was
/// faster.
async fn anew<T: Table, S: System>(
    platform: &Platform<T, S>,
    caller: &Caller,
    (deployment, instance): (&Deployment, Instance),
    claim: Option<IdempotencyClaim>,
) -> Result<Option<(InstanceId, DeploymentId, Vec<Problem>)>, Refused> {
    let origin = Origin::Retry(deployment.id.clone());
    let (acceptance, remarks) = match deployment.action {
        Action::Destroy => {
            let acceptance = removal(platform, caller, instance, (origin, claim)).await?;
            (acceptance, Vec::new())
        }
        Action::Apply => {
            let again = Again::of_deployment(platform, (deployment, instance)).await?;
            let acceptance = again.acceptance(platform, caller, claim)?;
            (acceptance, again.remarks)
        }
    };
    let done = commit(platform, acceptance).await?;
    Ok(done.map(|done| (done.instance.id, done.deployment.id, remarks)))
}

/// What was there before, on the ground as it is now.
struct Again {
    instance: Instance,
    spec: Value,
    bound: Vec<BoundInput>,
    kept: Vec<KeptInput>,
    lifecycle: Option<LifecycleRef>,
    origin: Origin,
    environment: Environment,
    landing_zone: LandingZone,
    resolvers: Vec<Resolver>,
    remarks: Vec<Problem>,
}

/// What is deployed again, before it is held against the ground.
struct Before {
    spec: Value,
    bound: Vec<BoundInput>,
    kept: Vec<KeptInput>,
    lifecycle: Option<LifecycleRef>,
    origin: Origin,
}

impl Again {
    /// An earlier revision as it was applied: nothing in it is resolved again.
    async fn of_revision<T: Table, S: System>(
        platform: &Platform<T, S>,
        caller: &Caller,
        (id, asked): (&InstanceId, Option<u64>),
    ) -> Result<Self, Refused> {
        let tenant = &caller.principal.tenant;
        let instance = current(platform, tenant, id).await?;
        let alive = instance.filter(|it| it.status != InstanceStatus::Destroyed);
        let instance = alive.ok_or_else(|| absent(id))?;
        let invalid = |message: String| Failure::new(FailureKind::Invalid, message);
        let number = earlier(&instance, asked).map_err(|error| invalid(error.to_string()))?;
        let key = Revision::key_of(tenant, id, number);
        let revision: Option<Revision> = platform.table.get(&key).await?;
        let revision = revision.ok_or_else(|| {
            let newest = instance.last_revision;
            let message = format!("`{id}` has no revision {number}; its newest one is {newest}");
            Failure::new(FailureKind::NotFound, message)
        })?;
        let partition = Partition::instance(tenant, id);
        let held: Vec<Allocation> = platform.table.query(&partition, Allocation::PREFIX).await?;
        let what = format!("revision {number} of `{id}` cannot be deployed any more");
        let kept = kept_inputs(&revision, &instance, &held)
            .map_err(|problems| Failure::invalid_document(what, problems))?;
        let life: Option<Life> = platform.table.get(&Life::key_of(tenant, id)).await?;
        let life = life.filter(|life| life.incarnation == instance.incarnation);
        let before = Before {
            spec: revision.spec,
            bound: Vec::new(),
            kept,
            lifecycle: life.map(|life| life.lifecycle),
            origin: Origin::Revision(number),
        };
        Self::on_the_ground(platform, instance, before).await
    }

    /// What a deployment was asked for.
    async fn of_deployment<T: Table, S: System>(
        platform: &Platform<T, S>,
        (deployment, instance): (&Deployment, Instance),
    ) -> Result<Self, Refused> {
        let key = DeploymentSpec::key_of(&deployment.tenant, &deployment.id);
        let submitted: DeploymentSpec = platform.table.require(&key).await?;
        let before = Before {
            spec: submitted.spec,
            bound: submitted.bound,
            kept: submitted.kept,
            lifecycle: submitted.lifecycle,
            origin: Origin::Retry(deployment.id.clone()),
        };
        Self::on_the_ground(platform, instance, before).await
    }

    async fn on_the_ground<T: Table, S: System>(
        platform: &Platform<T, S>,
        instance: Instance,
        before: Before,
    ) -> Result<Self, Refused> {
        let table = &platform.table;
        let (environment, landing_zone) = ground::load(table, &instance.environment).await?;
        let ground = Ground {
            environment: &environment,
            landing_zone: &landing_zone,
            current: Some(&instance),
        };
        let mut remarks = fitness::of_value(table, &ground, &before.spec).await?;
        // Nobody has the text at hand that these would be places in.
        for remark in &mut remarks {
            remark.position = None;
        }
        Ok(Self {
            instance,
            spec: before.spec,
            bound: before.bound,
            kept: before.kept,
            lifecycle: before.lifecycle,
            origin: before.origin,
            environment,
            landing_zone,
            resolvers: ground::resolvers(table).await?,
            remarks,
        })
    }

    fn acceptance<T: Table, S: System>(
        &self,
        platform: &Platform<T, S>,
        caller: &Caller,
        idempotency: Option<IdempotencyClaim>,
    ) -> Result<groundplane_deployment::Accepted, Refused> {
        let demand = Demand {
            principal: &caller.principal,
            instance: self.instance.id.clone(),
            environment: self.environment.clone(),
            landing_zone: self.landing_zone.clone(),
            resolvers: self.resolvers.clone(),
            deployment: DeploymentId::from_number(platform.system.next().as_u128()),
            origin: self.origin.clone(),
            idempotency,
            now: platform.system.now(),
        };
        let submission = Submission {
            demand,
            spec: self.spec.clone(),
            bound: self.bound.clone(),
            kept: self.kept.clone(),
            lifecycle: self.lifecycle.clone(),
            labels: labels_of(&self.spec),
            incarnation: platform.system.next().simple().to_string(),
        };
        Ok(accept(submission, Some(self.instance.clone()))?)
    }

    async fn foresee<T: Table, S: System>(
        &self,
        platform: &Platform<T, S>,
    ) -> Result<Foreseen, Refused> {
        let intent = Intent {
            tenant: &self.instance.tenant,
            instance: &self.instance.id,
            spec: &self.spec,
            bound: &self.bound,
            environment: &self.environment,
            landing_zone: &self.landing_zone,
        };
        let foreseen = foresee_intent(platform, &intent, Some(&self.instance)).await?;
        let what = "the spec cannot be deployed";
        Ok(foreseen.map_err(|problems| Failure::invalid_document(what, problems))?)
    }
}
