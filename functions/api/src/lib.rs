//! The HTTP API. Each module is one noun; the route table below is the whole API.

mod again;
mod allocations;
mod approvals;
mod audit;
mod cancelling;
mod compliance;
mod deployments;
mod drift;
mod drift_view;
mod event_sources;
mod explanation;
mod fitness;
mod gate;
mod ground;
mod images;
mod instances;
mod json_body;
mod life_view;
mod lifecycles;
mod lives;
mod names;
mod pools;
mod preview;
mod principal;
mod problem;
mod proposal;
mod quota;
mod request;
mod resolvers;
mod revisions;
mod routes;
mod sign_in;
mod simulate;
mod submission;
mod surroundings;
mod tenants;
mod view;
mod visit;
mod whoami;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{Method, Uri};
use axum::{Extension, Json};
use groundplane_audit::Audited;
use groundplane_authority::Action;
use groundplane_guarding::Guards;
use groundplane_lives::Definitions;
use groundplane_model::{
    AccessPolicy, ComplianceFramework, Environment, Failure, FailureKind, Guardrail, LandingZone,
    Resolver, Tenant, Workflow,
};
use groundplane_ports::{
    Clock, Ids, Random, ReadArtifacts, ReadDeploymentRuns, ReadTable, WriteSecrets, WriteTable,
};
use serde_json::{Value, json};

pub use gate::Gate;
use gate::Gatekeeper;
pub use principal::Identity;
use problem::{Refused, shown};
use routes::Routes;
pub use routes::{Access, Route};
pub use sign_in::{SignIn, sign_in};
pub use surroundings::Surroundings;

/// The largest request body, in bytes; a spec may be as large.
pub const MAX_BODY: usize = groundplane_spec::MAX_BYTES;

/// What every endpoint needs.
#[derive(Debug)]
pub struct Platform<T, S> {
    /// The table.
    pub table: T,
    /// The clock, the source of fresh identifiers, and the places of secrets and templates.
    pub system: S,
    /// The lifecycles that were met so far.
    pub definitions: Definitions,
    /// The guardrails that were prepared so far.
    pub guards: Guards,
}

impl<T, S> Platform<T, S> {
    /// The platform on `table` and `system`.
    #[must_use]
    pub fn new(table: T, system: S) -> Self {
        Self {
            table,
            system,
            definitions: Definitions::default(),
            guards: Guards::default(),
        }
    }
}

/// Everything that an endpoint may do with the table.
pub trait Table: ReadTable + WriteTable + 'static {}
impl<T: ReadTable + WriteTable + 'static> Table for T {}

/// The clock, the source of fresh identifiers and randomness, the places of secrets and templates,
/// and the executions of deployments.
pub trait System:
    Clock + Ids + Random + ReadArtifacts + ReadDeploymentRuns + WriteSecrets + 'static
{
}
impl<S> System for S where
    S: Clock + Ids + Random + ReadArtifacts + ReadDeploymentRuns + WriteSecrets + 'static
{
}

/// The API over `platform`. `gate` says who gets in; what it lets in leaves its traces in the audit
/// log.
pub fn router<T: Table, S: System>(platform: Platform<T, S>, gate: impl Into<Gate>) -> Router {
    let platform = Platform {
        table: Audited::new(platform.table),
        system: platform.system,
        definitions: platform.definitions,
        guards: platform.guards,
    };
    routes::<Audited<T>, S>()
        .into_router()
        .fallback(no_such_route)
        .method_not_allowed_fallback(no_such_method)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(Extension(Arc::new(Gatekeeper::new(gate.into()))))
        .with_state(Arc::new(platform))
}

/// Every endpoint, with what it takes to call it.
#[must_use]
pub fn route_table<T: Table, S: System>() -> Vec<Route> {
    routes::<T, S>().into_table()
}

/// Every endpoint.
fn routes<T: Table, S: System>() -> Routes<T, S> {
    Routes::new()
        .open("/v1/health", health)
        .anyone("/v1/whoami", whoami::show)
        .merge(of_instances())
        .merge(of_events())
        .merge(of_grounds())
        .merge(of_resolvers())
        .merge(of_governance())
}

/// Instances and what happens to them.
fn of_instances<T: Table, S: System>() -> Routes<T, S> {
    let instance = "/v1/instances/{id}";
    let deployment = "/v1/deployments/{id}";
    Routes::new()
        .get(
            "/v1/instances",
            Action::InstanceRead,
            instances::list::<T, S>,
        )
        .post(
            "/v1/instances",
            Action::InstanceDeploy,
            instances::submit::<T, S>,
        )
        .post(
            "/v1/instances:preview",
            Action::InstancePreview,
            preview::run::<T, S>,
        )
        .get(instance, Action::InstanceRead, instances::show::<T, S>)
        .delete(
            instance,
            Action::InstanceDestroy,
            instances::destroy::<T, S>,
        )
        .verbs(
            instance,
            &[
                ("rollback", Action::InstanceDeploy),
                ("preview", Action::InstancePreview),
            ],
            again::act::<T, S>,
        )
        .get(deployment, Action::InstanceRead, deployments::show::<T, S>)
        .verbs(
            deployment,
            &[
                ("approve", Action::InstanceApprove),
                ("reject", Action::InstanceApprove),
                ("cancel", Action::InstanceDeploy),
                ("retry", Action::InstanceDeploy),
            ],
            deployments::act::<T, S>,
        )
        .get(
            "/v1/deployments/{id}/preview",
            Action::InstancePreview,
            deployments::preview::<T, S>,
        )
        .merge(below_an_instance())
        .get("/v1/drift", Action::DriftRead, drift::list::<T, S>)
}

/// What one instance has.
fn below_an_instance<T: Table, S: System>() -> Routes<T, S> {
    let drift = "/v1/instances/{id}/drift";
    let read = Action::InstanceRead;
    Routes::new()
        .get(
            "/v1/instances/{id}/revisions",
            read,
            revisions::list::<T, S>,
        )
        .get(
            "/v1/instances/{id}/revisions/{number}",
            read,
            revisions::show::<T, S>,
        )
        .get(
            "/v1/instances/{id}/difference",
            read,
            revisions::difference::<T, S>,
        )
        .get(
            "/v1/instances/{id}/explanation",
            read,
            explanation::show::<T, S>,
        )
        .get(
            "/v1/instances/{id}/events",
            Action::LogRead,
            lives::events::<T, S>,
        )
        .get(
            "/v1/instances/{id}/history",
            Action::LogRead,
            lives::history::<T, S>,
        )
        .put(
            "/v1/instances/{id}/lifecycle",
            Action::InstanceUpgrade,
            lives::adopt::<T, S>,
        )
        .post(
            "/v1/instances/{id}/operations/{name}",
            Action::InstanceOperate,
            lives::operate::<T, S>,
        )
        .post(
            "/v1/instances/{id}/signals/{name}",
            Action::InstanceOperate,
            lives::signal::<T, S>,
        )
        .get(drift, Action::DriftRead, drift::show::<T, S>)
        .post(drift, Action::DriftCheck, drift::check::<T, S>)
        .get(
            "/v1/instances/{id}/drift/{checkedAt}",
            Action::DriftRead,
            drift::earlier::<T, S>,
        )
}

/// What instances live by, and what tells them.
fn of_events<T: Table, S: System>() -> Routes<T, S> {
    let lifecycle = "/v1/lifecycles/{name}";
    let workflow = "/v1/workflows/{name}";
    let source = "/v1/event-sources/{name}";
    let (read, publish) = (Action::LifecycleRead, Action::LifecyclePublish);
    let manage = Action::EventSourceManage;
    Routes::new()
        .get("/v1/lifecycles", read, lifecycles::list::<T, S>)
        .get(lifecycle, read, lifecycles::newest::<T, S>)
        .put(lifecycle, publish, lifecycles::apply::<T, S>)
        .get(
            "/v1/lifecycles/{name}/{version}",
            read,
            lifecycles::show::<T, S>,
        )
        .post("/v1/lifecycles:simulate", read, simulate::run::<T, S>)
        .get("/v1/workflows", read, ground::list::<Workflow, T, S>)
        .put(workflow, publish, ground::apply::<Workflow, T, S>)
        .get(workflow, read, ground::show::<Workflow, T, S>)
        .get(
            "/v1/event-sources",
            Action::EventSourceRead,
            event_sources::list::<T, S>,
        )
        .put(source, manage, event_sources::apply::<T, S>)
        .get(source, Action::EventSourceRead, event_sources::show::<T, S>)
        .delete(source, manage, event_sources::remove::<T, S>)
        .post(
            "/v1/event-sources/{name}/rotations",
            manage,
            event_sources::rotate::<T, S>,
        )
}

/// What instances stand on.
fn of_grounds<T: Table, S: System>() -> Routes<T, S> {
    let environment = "/v1/environments/{name}";
    let zone = "/v1/landing-zones/{name}";
    let (read, manage) = (Action::GroundRead, Action::GroundManage);
    Routes::new()
        .get("/v1/environments", read, ground::list::<Environment, T, S>)
        .put(environment, manage, ground::apply::<Environment, T, S>)
        .get(environment, read, ground::show::<Environment, T, S>)
        .get("/v1/landing-zones", read, ground::list::<LandingZone, T, S>)
        .put(zone, manage, ground::apply::<LandingZone, T, S>)
        .get(zone, read, ground::show::<LandingZone, T, S>)
}

/// What inputs become.
fn of_resolvers<T: Table, S: System>() -> Routes<T, S> {
    let resolver = "/v1/resolvers/{name}";
    let pool = "/v1/pools/{name}";
    let read = Action::ResolverRead;
    Routes::new()
        .get("/v1/resolvers", read, resolvers::list::<T, S>)
        .put(
            resolver,
            Action::ResolverConfigure,
            ground::apply::<Resolver, T, S>,
        )
        .get(resolver, read, resolvers::show::<T, S>)
        .get(
            "/v1/resolvers/{name}/config",
            read,
            resolvers::config::<T, S>,
        )
        .get("/v1/images", Action::ImageRead, images::list::<T, S>)
        .put("/v1/images", Action::ImagePublish, images::set::<T, S>)
        .get("/v1/pools", Action::PoolRead, pools::list::<T, S>)
        .put(pool, Action::PoolManage, pools::create::<T, S>)
        .get(pool, Action::PoolRead, pools::show::<T, S>)
        .delete(pool, Action::PoolManage, pools::remove::<T, S>)
        .get(
            "/v1/allocations",
            Action::PoolRead,
            allocations::list::<T, S>,
        )
        .post(
            "/v1/allocations",
            Action::PoolManage,
            allocations::take::<T, S>,
        )
        .delete(
            "/v1/allocations",
            Action::PoolManage,
            allocations::give_back::<T, S>,
        )
        .post("/v1/names:preview", read, names::preview::<T, S>)
}

/// Who may do what, and who did.
fn of_governance<T: Table, S: System>() -> Routes<T, S> {
    let policy = "/v1/access-policies/{name}";
    let read = Action::AccessRead;
    Routes::new()
        .get(
            "/v1/access-policies",
            read,
            ground::list::<AccessPolicy, T, S>,
        )
        .put(
            policy,
            Action::AccessManage,
            ground::apply::<AccessPolicy, T, S>,
        )
        .get(policy, read, ground::show::<AccessPolicy, T, S>)
        .get("/v1/audit", Action::AuditRead, audit::list::<T, S>)
        .merge(of_rules())
}

/// What is allowed, how much of it, and what proves that it was kept.
fn of_rules<T: Table, S: System>() -> Routes<T, S> {
    let guardrail = "/v1/guardrails/{name}";
    let framework = "/v1/compliance-frameworks/{name}";
    let tenant = "/v1/tenants/{name}";
    let (read, govern) = (Action::GroundRead, Action::ComponentGovern);
    Routes::new()
        .get("/v1/guardrails", read, ground::list::<Guardrail, T, S>)
        .put(guardrail, govern, ground::apply::<Guardrail, T, S>)
        .get(guardrail, read, ground::show::<Guardrail, T, S>)
        .get(
            "/v1/compliance-frameworks",
            read,
            ground::list::<ComplianceFramework, T, S>,
        )
        .put(
            framework,
            govern,
            ground::apply::<ComplianceFramework, T, S>,
        )
        .get(framework, read, ground::show::<ComplianceFramework, T, S>)
        .get(
            "/v1/compliance/report",
            Action::ComplianceRead,
            compliance::report::<T, S>,
        )
        .get(
            "/v1/tenants",
            Action::TenantManage,
            ground::list::<Tenant, T, S>,
        )
        .put(tenant, Action::TenantManage, ground::apply::<Tenant, T, S>)
        .get(tenant, read, tenants::show::<T, S>)
}

async fn health() -> Json<Value> {
    Json(json!({"status": "ok", "version": env!("CARGO_PKG_VERSION")}))
}

async fn no_such_route(uri: Uri) -> Refused {
    let path = shown(uri.path());
    Refused::from(Failure::new(
        FailureKind::NotFound,
        format!("there is no endpoint `{path}`"),
    ))
}

async fn no_such_method(method: Method, uri: Uri) -> Refused {
    let path = shown(uri.path());
    Refused::method(format!("`{path}` does not answer {method}"))
}
