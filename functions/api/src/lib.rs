//! The HTTP API. Each module is one noun; the route table below is the whole API.

mod again;
mod allocations;
mod approvals;
mod cancelling;
mod compliance;
mod deployments;
mod drift;
mod drift_view;
mod event_sources;
mod explanation;
mod fitness;
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
mod simulate;
mod submission;
mod surroundings;
mod tenants;
mod view;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{Method, Uri};
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post, put};
use axum::{Extension, Json};
use groundplane_guarding::Guards;
use groundplane_lives::Definitions;
use groundplane_model::{
    ComplianceFramework, Environment, Failure, FailureKind, Guardrail, LandingZone, Resolver,
    Tenant, Workflow,
};
use groundplane_ports::{
    Clock, Ids, Random, ReadArtifacts, ReadDeploymentRuns, ReadTable, WriteSecrets, WriteTable,
};
use serde_json::{Value, json};

pub use principal::Identity;
use problem::{Refused, shown};
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

/// The API over `platform`. `identity` says which claims of a token name tenant and groups.
pub fn router<T: Table, S: System>(platform: Platform<T, S>, identity: Identity) -> Router {
    let platform = Arc::new(platform);
    let calls = from_fn_with_state(Arc::clone(&platform), quota::limit_calls::<T, S>);
    Router::new()
        .route("/v1/health", get(health))
        .merge(of_instances())
        .merge(of_events())
        .merge(of_grounds())
        .merge(of_resolvers())
        .merge(of_governance())
        .fallback(no_such_route)
        .method_not_allowed_fallback(no_such_method)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(calls)
        .layer(Extension(Arc::new(identity)))
        .with_state(platform)
}

/// Instances and what happens to them.
fn of_instances<T: Table, S: System>() -> Router<Arc<Platform<T, S>>> {
    Router::new()
        .route(
            "/v1/instances",
            get(instances::list::<T, S>).post(instances::submit::<T, S>),
        )
        .route("/v1/instances:preview", post(preview::run::<T, S>))
        .route(
            "/v1/instances/{id}",
            get(instances::show::<T, S>)
                .delete(instances::destroy::<T, S>)
                .post(again::act::<T, S>),
        )
        .route("/v1/instances/{id}/revisions", get(revisions::list::<T, S>))
        .route(
            "/v1/instances/{id}/revisions/{number}",
            get(revisions::show::<T, S>),
        )
        .route(
            "/v1/instances/{id}/difference",
            get(revisions::difference::<T, S>),
        )
        .route(
            "/v1/instances/{id}/explanation",
            get(explanation::show::<T, S>),
        )
        .route("/v1/instances/{id}/events", get(lives::events::<T, S>))
        .route("/v1/instances/{id}/history", get(lives::history::<T, S>))
        .route("/v1/instances/{id}/lifecycle", put(lives::adopt::<T, S>))
        .route(
            "/v1/instances/{id}/operations/{name}",
            post(lives::operate::<T, S>),
        )
        .route(
            "/v1/instances/{id}/signals/{name}",
            post(lives::signal::<T, S>),
        )
        .route(
            "/v1/instances/{id}/drift",
            get(drift::show::<T, S>).post(drift::check::<T, S>),
        )
        .route(
            "/v1/instances/{id}/drift/{checkedAt}",
            get(drift::earlier::<T, S>),
        )
        .route("/v1/drift", get(drift::list::<T, S>))
        .route(
            "/v1/deployments/{id}",
            get(deployments::show::<T, S>).post(deployments::act::<T, S>),
        )
        .route(
            "/v1/deployments/{id}/preview",
            get(deployments::preview::<T, S>),
        )
}

/// What instances live by, and what tells them.
fn of_events<T: Table, S: System>() -> Router<Arc<Platform<T, S>>> {
    Router::new()
        .route("/v1/lifecycles", get(lifecycles::list::<T, S>))
        .route(
            "/v1/lifecycles/{name}",
            get(lifecycles::newest::<T, S>).put(lifecycles::apply::<T, S>),
        )
        .route(
            "/v1/lifecycles/{name}/{version}",
            get(lifecycles::show::<T, S>),
        )
        .route("/v1/lifecycles:simulate", post(simulate::run::<T, S>))
        .route("/v1/workflows", get(ground::list::<Workflow, T, S>))
        .route(
            "/v1/workflows/{name}",
            put(ground::apply::<Workflow, T, S>).get(ground::show::<Workflow, T, S>),
        )
        .route("/v1/event-sources", get(event_sources::list::<T, S>))
        .route(
            "/v1/event-sources/{name}",
            put(event_sources::apply::<T, S>)
                .get(event_sources::show::<T, S>)
                .delete(event_sources::remove::<T, S>),
        )
        .route(
            "/v1/event-sources/{name}/rotations",
            post(event_sources::rotate::<T, S>),
        )
}

/// What instances stand on.
fn of_grounds<T: Table, S: System>() -> Router<Arc<Platform<T, S>>> {
    Router::new()
        .route("/v1/environments", get(ground::list::<Environment, T, S>))
        .route(
            "/v1/environments/{name}",
            put(ground::apply::<Environment, T, S>).get(ground::show::<Environment, T, S>),
        )
        .route("/v1/landing-zones", get(ground::list::<LandingZone, T, S>))
        .route(
            "/v1/landing-zones/{name}",
            put(ground::apply::<LandingZone, T, S>).get(ground::show::<LandingZone, T, S>),
        )
}

/// What is allowed.
fn of_governance<T: Table, S: System>() -> Router<Arc<Platform<T, S>>> {
    Router::new()
        .route("/v1/guardrails", get(ground::list::<Guardrail, T, S>))
        .route(
            "/v1/guardrails/{name}",
            put(ground::apply::<Guardrail, T, S>).get(ground::show::<Guardrail, T, S>),
        )
        .route("/v1/compliance/report", get(compliance::report::<T, S>))
        .route("/v1/tenants", get(tenants::list::<T, S>))
        .route(
            "/v1/tenants/{name}",
            put(ground::apply::<Tenant, T, S>).get(tenants::show::<T, S>),
        )
        .route(
            "/v1/compliance-frameworks",
            get(ground::list::<ComplianceFramework, T, S>),
        )
        .route(
            "/v1/compliance-frameworks/{name}",
            put(ground::apply::<ComplianceFramework, T, S>)
                .get(ground::show::<ComplianceFramework, T, S>),
        )
}

/// What inputs become.
fn of_resolvers<T: Table, S: System>() -> Router<Arc<Platform<T, S>>> {
    Router::new()
        .route("/v1/resolvers", get(resolvers::list::<T, S>))
        .route(
            "/v1/resolvers/{name}",
            put(ground::apply::<Resolver, T, S>).get(resolvers::show::<T, S>),
        )
        .route(
            "/v1/resolvers/{name}/config",
            get(resolvers::config::<T, S>),
        )
        .route(
            "/v1/images",
            get(images::list::<T, S>).put(images::set::<T, S>),
        )
        .route("/v1/pools", get(pools::list::<T, S>))
        .route(
            "/v1/pools/{name}",
            put(pools::create::<T, S>)
                .get(pools::show::<T, S>)
                .delete(pools::remove::<T, S>),
        )
        .route(
            "/v1/allocations",
            get(allocations::list::<T, S>)
                .post(allocations::take::<T, S>)
                .delete(allocations::give_back::<T, S>),
        )
        .route("/v1/names:preview", post(names::preview::<T, S>))
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
