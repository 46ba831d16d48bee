//! `/v1/instances`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use groundplane_deployment::{Accepted, Demand, IdempotencyClaim, PlanId, accept, accept_destroy};
use groundplane_model::{
    DeploymentId, DeploymentStatus, Digest, EnvironmentName, Failure, FailureKind, Idempotency,
    Index, Instance, InstanceId, Life, Origin, Partition, Problem, ServiceName, TenantId,
    UnitState,
};
use groundplane_ports::{Page, PortError};
use serde::Deserialize;

use crate::fitness::{self, Ground};
use crate::gate::Caller;
use crate::problem::Refused;
use crate::proposal::{Proposal, Wish};
use crate::request::{Asked, Limit, Named, page};
use crate::submission::{Submitted, idempotency_key};
use crate::view::{AcceptedView, InstanceDetail, InstanceView, Listing};
use crate::{Platform, System, Table, ground, preview, quota};

/// How often acceptance is decided again where someone else was faster.
pub(crate) const ATTEMPTS: u32 = 3;

/// The query of `POST /v1/instances`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SubmitQuery {
    environment: Option<EnvironmentName>,
    /// The plan that the deployment must carry out.
    plan: Option<PlanId>,
}

/// `POST /v1/instances`
pub(crate) async fn submit<T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    caller: Caller,
    Asked(query): Asked<SubmitQuery>,
    headers: HeaderMap,
    submitted: Submitted,
) -> Result<Response, Refused> {
    let mut wish = Wish::of(submitted, query.environment.as_ref())?;
    let request = request_digest(&wish, query.plan.as_ref());
    let key = idempotency_key(&headers)?;
    for _ in 0..ATTEMPTS {
        let claim = match claim(&platform, &caller, key.as_ref(), &request).await? {
            Claim::Answered(known) => {
                return Ok(accepted(known.instance, known.deployment, wish.warnings));
            }
            Claim::Fresh(claim) => claim,
        };
        let proposal = Proposal::of(&platform, &caller, &wish).await?;
        let submission = proposal.submission(&platform.system, &caller, &wish, claim);
        let acceptance = accept(submission, proposal.current.clone())?;
        if let Some(plan) = &query.plan {
            preview::must_hold(&platform, &caller, (&wish, &proposal), plan).await?;
        }
        if let Some(done) = commit(&platform, acceptance).await? {
            wish.warnings.extend(proposal.remarks);
            return Ok(accepted(
                done.instance.id,
                done.deployment.id,
                wish.warnings,
            ));
        }
    }
    Err(busy(&wish.instance))
}

/// The digest of everything that the client asks for.
fn request_digest(wish: &Wish, plan: Option<&PlanId>) -> Digest {
    let (environment, document) = (&wish.environment, &wish.digest);
    let plan = plan.map(|plan| format!("\n{plan}")).unwrap_or_default();
    Digest::of(format!("submit\n{environment}\n{document}{plan}").as_bytes())
}

/// `DELETE /v1/instances/{id}`
pub(crate) async fn destroy<T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    caller: Caller,
    Named(id): Named,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let id = parse_id(&id)?;
    let request = Digest::of(format!("destroy\n{id}").as_bytes());
    let key = idempotency_key(&headers)?;
    for _ in 0..ATTEMPTS {
        let claim = match claim(&platform, &caller, key.as_ref(), &request).await? {
            Claim::Answered(known) => {
                return Ok(accepted(known.instance, known.deployment, Vec::new()));
            }
            Claim::Fresh(claim) => claim,
        };
        let instance = current(&platform, &caller.principal.tenant, &id).await?;
        let instance = instance.ok_or_else(|| absent(&id))?;
        let acceptance = removal(&platform, &caller, instance, (Origin::Wish, claim)).await?;
        if let Some(done) = commit(&platform, acceptance).await? {
            return Ok(accepted(done.instance.id, done.deployment.id, Vec::new()));
        }
    }
    Err(busy(&id))
}

/// The acceptance of a destroy, if what is deployed may go.
pub(crate) async fn removal<T: Table, S: System>(
    platform: &Platform<T, S>,
    caller: &Caller,
    instance: Instance,
    (origin, idempotency): (Origin, Option<IdempotencyClaim>),
) -> Result<Accepted, Refused> {
    let environment = ground::environment(&platform.table, &instance.environment).await?;
    // The environment may have moved on; the instance is still where it was deployed.
    let landing_zone = ground::landing_zone(&platform.table, &instance.landing_zone).await?;
    let ground = Ground {
        tenant: &caller.principal.tenant,
        environment: &environment,
        landing_zone: &landing_zone,
        current: Some(&instance),
    };
    fitness::of_destroy(&platform.table, &ground).await?;
    let demand = Demand {
        principal: &caller.principal,
        instance: instance.id.clone(),
        environment,
        landing_zone,
        resolvers: Vec::new(),
        deployment: DeploymentId::from_number(platform.system.next().as_u128()),
        origin,
        idempotency,
        now: platform.system.now(),
    };
    Ok(accept_destroy(demand, instance)?)
}

/// The query of `GET /v1/instances`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListQuery {
    environment: Option<EnvironmentName>,
    name: Option<ServiceName>,
    limit: Option<Limit>,
    cursor: Option<String>,
}

/// `GET /v1/instances`
pub(crate) async fn list<T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    caller: Caller,
    Asked(query): Asked<ListQuery>,
) -> Result<Json<Listing<InstanceView>>, Refused> {
    // Ids start with the service's name and end with the environment's.
    let prefix = query
        .name
        .as_ref()
        .map(|name| format!("{name}."))
        .unwrap_or_default();
    let index = Index::instances(&caller.principal.tenant, &prefix);
    let page: Page<Instance> = page(
        &platform.table,
        &index,
        query.limit,
        query.cursor.as_deref(),
    )
    .await?;
    let wanted = |instance: &Instance| {
        query
            .environment
            .as_ref()
            .is_none_or(|name| instance.environment == *name)
    };
    let items = page
        .records
        .into_iter()
        .filter(wanted)
        .map(InstanceView::from)
        .collect();
    Ok(Json(Listing {
        items,
        next: page.next,
    }))
}

/// `GET /v1/instances/{id}`
pub(crate) async fn show<T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    caller: Caller,
    Named(id): Named,
) -> Result<Json<InstanceDetail>, Refused> {
    let id = parse_id(&id)?;
    let tenant = &caller.principal.tenant;
    let instance = current(&platform, tenant, &id)
        .await?
        .ok_or_else(|| absent(&id))?;
    let partition = Partition::instance(tenant, &id);
    let units: Vec<UnitState> = platform.table.query(&partition, UnitState::PREFIX).await?;
    let life: Option<Life> = platform.table.get(&Life::key_of(tenant, &id)).await?;
    let life = life.filter(|life| life.incarnation == instance.incarnation);
    Ok(Json(InstanceDetail::new(instance, units, life)))
}

pub(crate) enum Claim {
    /// The request was answered before.
    Answered(Idempotency),
    /// It was not; the claim is written with the answer.
    Fresh(Option<IdempotencyClaim>),
}

pub(crate) async fn claim<T: Table, S: System>(
    platform: &Platform<T, S>,
    caller: &Caller,
    key: Option<&Digest>,
    request: &Digest,
) -> Result<Claim, Refused> {
    let Some(key) = key else {
        return Ok(Claim::Fresh(None));
    };
    let lies = Idempotency::key_of(&caller.principal.tenant, key);
    let known: Option<Idempotency> = platform.table.get(&lies).await?;
    let version = known.as_ref().map_or(0, |known| known.version);
    match known.filter(|known| !known.has_expired(platform.system.now())) {
        Some(known) if known.request_digest == *request => Ok(Claim::Answered(known)),
        Some(_) => {
            let message = "this Idempotency-Key was used for another request";
            Err(Failure::new(FailureKind::Invalid, message).into())
        }
        None => Ok(Claim::Fresh(Some(IdempotencyClaim {
            key_digest: key.clone(),
            request_digest: request.clone(),
            version,
        }))),
    }
}

/// Commits an acceptance; none where someone else was faster. Refused where the tenant has used up
/// a quota.
pub(crate) async fn commit<T: Table, S: System>(
    platform: &Platform<T, S>,
    accepted: Accepted,
) -> Result<Option<Accepted>, Refused> {
    let accepted = quota::charged(platform, accepted).await?;
    match platform.table.commit(accepted.changes.clone()).await {
        Ok(()) => Ok(Some(accepted)),
        Err(PortError::Conflict(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The instance's record, if there is one.
pub(crate) async fn current<T: Table, S: System>(
    platform: &Platform<T, S>,
    tenant: &TenantId,
    id: &InstanceId,
) -> Result<Option<Instance>, Refused> {
    Ok(platform.table.get(&Instance::key_of(tenant, id)).await?)
}

/// The id in a path.
pub(crate) fn parse_id(text: &str) -> Result<InstanceId, Refused> {
    // What cannot be an id is answered like an id that does not exist.
    InstanceId::parse(text)
        .map_err(|_| Failure::new(FailureKind::NotFound, "there is no such instance").into())
}

/// There is no such instance.
pub(crate) fn absent(id: &InstanceId) -> Failure {
    Failure::new(
        FailureKind::NotFound,
        format!("there is no instance `{id}`"),
    )
}

pub(crate) fn busy(id: &InstanceId) -> Refused {
    Failure::new(
        FailureKind::Unavailable,
        format!("`{id}` keeps changing; try again"),
    )
    .into()
}

pub(crate) fn accepted(
    instance: InstanceId,
    deployment: DeploymentId,
    warnings: Vec<Problem>,
) -> Response {
    let location = HeaderValue::try_from(format!("/v1/deployments/{deployment}"));
    let view = AcceptedView {
        instance,
        deployment,
        status: DeploymentStatus::Accepted,
        warnings,
    };
    let mut response = (StatusCode::ACCEPTED, Json(view)).into_response();
    if let Ok(location) = location {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}
