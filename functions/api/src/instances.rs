//! `/v1/instances`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use groundplane_deployment::{Accepted, Demand, IdempotencyClaim, PlanId, accept, accept_destroy};
use groundplane_model::{
    DeploymentId, Digest, Environment, EnvironmentName, Failure, FailureKind, Index, Instance,
    InstanceId, Life, Origin, Partition, ServiceName, TenantId, UnitState,
};
use groundplane_ports::Page;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::acceptance::{ATTEMPTS, Claim, accepted, answered, busy, claim, commit};
use crate::contract::{Begun, Tagged};
use crate::fitness::{self, Ground};
use crate::gate::Caller;
use crate::precondition::{self, Precondition};
use crate::problem::Refused;
use crate::proposal::{Proposal, Wish};
use crate::request::{Asked, Limit, Named, page};
use crate::submission::{RequestKey, Submitted};
use crate::uploads::UploadId;
use crate::view::{AcceptedView, InstanceDetail, InstanceView, Listing};
use crate::{Platform, System, Table, ground, preview};

/// The query of `POST /v1/instances`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SubmitQuery {
    environment: Option<EnvironmentName>,
    /// The plan that the deployment must carry out.
    #[schema(value_type = Option<String>)]
    plan: Option<PlanId>,
    /// Read with the document ([`Submitted`]).
    #[schema(ignore)]
    #[serde(rename = "upload")]
    _upload: Option<UploadId>,
}

/// `POST /v1/instances`
pub(crate) async fn submit<T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    caller: Caller,
    Asked(query): Asked<SubmitQuery>,
    (RequestKey(key), precondition): (RequestKey, Precondition),
    submitted: Submitted,
) -> Result<Begun<AcceptedView>, Refused> {
    let mut wish = Wish::of(submitted, query.environment.as_ref())?;
    let request = request_digest(&wish, query.plan.as_ref());
    for _ in 0..ATTEMPTS {
        let claim = match claim(&platform, &caller, key.as_ref(), &request).await? {
            Claim::Answered(known) => {
                return Ok(answered(known, wish.warnings));
            }
            Claim::Fresh(claim) => claim,
        };
        let proposal = Proposal::of(&platform, &caller, &wish).await?;
        let production = (&proposal.environment, query.plan.is_some());
        precondition.must_hold(&wish.instance, proposal.current.as_ref(), production)?;
        let submission = proposal.submission(&platform.system, &caller, &wish, claim);
        let acceptance = accept(submission, proposal.current.clone())?;
        if let Some(plan) = &query.plan {
            preview::must_hold(&platform, &caller, (&wish, &proposal), plan).await?;
        }
        if let Some(done) = commit(&platform, acceptance).await? {
            wish.warnings.extend(proposal.remarks);
            return Ok(accepted(done, wish.warnings));
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
    RequestKey(key): RequestKey,
    precondition: Precondition,
) -> Result<Begun<AcceptedView>, Refused> {
    let id = parse_id(&id)?;
    let request = Digest::of(format!("destroy\n{id}").as_bytes());
    for _ in 0..ATTEMPTS {
        let claim = match claim(&platform, &caller, key.as_ref(), &request).await? {
            Claim::Answered(known) => {
                return Ok(answered(known, Vec::new()));
            }
            Claim::Fresh(claim) => claim,
        };
        let instance = current(&platform, &caller.principal.tenant, &id).await?;
        let instance = instance.ok_or_else(|| absent(&id))?;
        let environment = ground::environment(&platform.table, &instance.environment).await?;
        precondition.must_hold(&id, Some(&instance), (&environment, false))?;
        let meant = (instance, environment);
        let acceptance = removal(&platform, &caller, meant, (Origin::Wish, claim)).await?;
        if let Some(done) = commit(&platform, acceptance).await? {
            return Ok(accepted(done, Vec::new()));
        }
    }
    Err(busy(&id))
}

/// The acceptance of a destroy in an environment as it is now, if what is deployed may go.
pub(crate) async fn removal<T: Table, S: System>(
    platform: &Platform<T, S>,
    caller: &Caller,
    (instance, environment): (Instance, Environment),
    (origin, idempotency): (Origin, Option<IdempotencyClaim>),
) -> Result<Accepted, Refused> {
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
#[derive(Debug, Deserialize, ToSchema)]
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
) -> Result<Tagged<InstanceDetail>, Refused> {
    let id = parse_id(&id)?;
    let tenant = &caller.principal.tenant;
    let instance = current(&platform, tenant, &id)
        .await?
        .ok_or_else(|| absent(&id))?;
    let partition = Partition::instance(tenant, &id);
    let units: Vec<UnitState> = platform.table.query(&partition, UnitState::PREFIX).await?;
    let life: Option<Life> = platform.table.get(&Life::key_of(tenant, &id)).await?;
    let life = life.filter(|life| life.incarnation == instance.incarnation);
    Ok(Tagged {
        tag: precondition::tag(instance.version),
        view: InstanceDetail::new(instance, units, life),
    })
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
