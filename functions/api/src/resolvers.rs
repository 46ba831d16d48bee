//! `/v1/resolvers`: what turns abstract inputs into concrete values, and how it is configured.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use groundplane_model::{
    Binding, EnvironmentName, Failure, FailureKind, Key, LandingZoneName, Resolver, ResolverName,
};
use groundplane_resolvers::{Entry, layers_of};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::gate::Caller;
use crate::problem::Refused;
use crate::request::{Asked, Named};
use crate::view::Listing;
use crate::{Platform, System, Table, ground};

/// A resolver as it is configured for all landing zones.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Resolver)]
pub(crate) struct ResolverView {
    name: ResolverName,
    /// Whether it is one of the platform's own.
    own: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    function_arn: Option<String>,
    config: Value,
    bindings: Vec<Binding>,
    /// 0 where nothing was configured.
    version: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_by: Option<String>,
}

impl ResolverView {
    fn unconfigured(name: ResolverName) -> Self {
        Self {
            own: true,
            name,
            function_arn: None,
            config: json!({}),
            bindings: Vec::new(),
            version: 0,
            updated_at: None,
            updated_by: None,
        }
    }
}

impl From<Resolver> for ResolverView {
    fn from(resolver: Resolver) -> Self {
        Self {
            own: resolver.name.is_own(),
            name: resolver.name,
            function_arn: resolver.spec.function_arn,
            config: resolver.spec.config,
            bindings: resolver.spec.bindings,
            version: resolver.version,
            updated_at: Some(resolver.updated_at),
            updated_by: Some(resolver.updated_by),
        }
    }
}

/// `GET /v1/resolvers`: the platform's own, configured or not, and those that were registered.
pub(crate) async fn list<T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    _caller: Caller,
) -> Result<Json<Listing<ResolverView>>, Refused> {
    let configured = ground::resolvers(&platform.table).await?;
    let silent = |name: &ResolverName| configured.iter().all(|known| known.name != *name);
    let mut items: Vec<ResolverView> = ResolverName::own()
        .into_iter()
        .filter(silent)
        .map(ResolverView::unconfigured)
        .collect();
    items.extend(configured.into_iter().map(ResolverView::from));
    items.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(Json(Listing { items, next: None }))
}

/// `GET /v1/resolvers/{name}`
pub(crate) async fn show<T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    _caller: Caller,
    Named(name): Named,
) -> Result<Json<ResolverView>, Refused> {
    let name = parse(&name)?;
    let key: Key = Resolver::key_of(&name);
    let found: Option<Resolver> = platform.table.get(&key).await?;
    match found {
        Some(resolver) => Ok(Json(resolver.into())),
        None if name.is_own() => Ok(Json(ResolverView::unconfigured(name))),
        None => Err(absent()),
    }
}

/// The query of `GET /v1/resolvers/{name}/config`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConfigQuery {
    environment: EnvironmentName,
}

/// What a resolver is told in one environment, and where each value comes from.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ResolverConfiguration)]
pub(crate) struct ConfigView {
    resolver: ResolverName,
    environment: EnvironmentName,
    landing_zone: LandingZoneName,
    config: Value,
    sources: Vec<Entry>,
}

/// `GET /v1/resolvers/{name}/config?environment=`
pub(crate) async fn config<T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    _caller: Caller,
    Named(name): Named,
    Asked(query): Asked<ConfigQuery>,
) -> Result<Json<ConfigView>, Refused> {
    let name = parse(&name)?;
    let (environment, landing_zone) = ground::load(&platform.table, &query.environment).await?;
    let resolvers = ground::resolvers(&platform.table).await?;
    if !name.is_own() && resolvers.iter().all(|known| known.name != name) {
        return Err(absent());
    }
    let effective = layers_of(&name, &resolvers, &landing_zone, &environment);
    Ok(Json(ConfigView {
        resolver: name,
        environment: environment.name,
        landing_zone: landing_zone.name,
        config: effective.value,
        sources: effective.entries,
    }))
}

fn parse(name: &str) -> Result<ResolverName, Refused> {
    // What cannot be a name is answered like a name that does not exist.
    ResolverName::parse(name).map_err(|_| absent())
}

fn absent() -> Refused {
    Failure::new(FailureKind::NotFound, "there is no such resolver").into()
}
