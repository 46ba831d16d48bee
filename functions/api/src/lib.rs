//! The HTTP API. Each module is one noun; the route table below is the whole API.

mod acceptance;
mod again;
mod allocations;
mod approvals;
mod audit;
mod cancelling;
mod compliance;
mod contract;
mod deployments;
mod drift;
mod drift_view;
mod endpoints;
mod event_sources;
mod explanation;
mod fitness;
mod gate;
mod ground;
mod groups;
mod images;
mod instances;
mod json_body;
mod life_view;
mod lifecycles;
mod lives;
mod names;
mod pools;
mod precondition;
mod preview;
mod principal;
mod problem;
mod proposal;
mod quota;
mod request;
mod request_id;
mod resolvers;
mod revisions;
mod routes;
mod sign_in;
mod simulate;
mod submission;
mod surroundings;
mod tenants;
mod uploads;
mod view;
mod visit;
mod whoami;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{Method, Uri};
use axum::{Extension, Json, middleware};
use groundplane_audit::Audited;
use groundplane_guarding::Guards;
use groundplane_lives::Definitions;
use groundplane_model::{Failure, FailureKind};
use groundplane_ports::{
    Clock, Ids, Random, ReadArtifacts, ReadDeploymentRuns, ReadTable, Uploads, WriteSecrets,
    WriteTable,
};
use serde::Serialize;
use utoipa::ToSchema;

pub use contract::{Retirement, Says, openapi};
use endpoints::routes;
pub use gate::Gate;
use gate::Gatekeeper;
pub use principal::Identity;
use problem::{Refused, shown};
pub use routes::{Access, Route};
pub use sign_in::{SignIn, sign_in};
pub use surroundings::Surroundings;

/// The largest request body, in bytes; a larger document is uploaded.
pub const MAX_BODY: usize = 256 * 1024;

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
    Clock + Ids + Random + ReadArtifacts + ReadDeploymentRuns + Uploads + WriteSecrets + 'static
{
}
impl<S> System for S where
    S: Clock + Ids + Random + ReadArtifacts + ReadDeploymentRuns + Uploads + WriteSecrets + 'static
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
        .layer(middleware::from_fn(request_id::give))
        .with_state(Arc::new(platform))
}

/// Every endpoint, with what it takes to call it.
#[must_use]
pub fn route_table<T: Table, S: System>() -> Vec<Route> {
    routes::<T, S>().into_table()
}

/// That the API answers, and which one.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    status: &'static str,
    version: &'static str,
}

pub(crate) async fn health() -> Json<Health> {
    Json(Health {
        status: "ok",
        version: env!("CARGO_PKG_VERSION"),
    })
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
