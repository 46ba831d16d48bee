//! `/v1/environments`, `/v1/landing-zones`, `/v1/resolvers` and `/v1/workflows`: the ground that
//! instances stand on. These nouns are documents that are applied whole, and behave alike.

mod kinds;
mod standing;

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use groundplane_model::{
    Change, Environment, EnvironmentName, Failure, FailureKind, Index, Key, LandingZone,
    LandingZoneName, Partition, Problem, Record, Resolver, Severity,
};
use groundplane_ports::{Page, PortError, ReadTable};
use groundplane_spec::Document;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::gate::Caller;
use crate::problem::Refused;
use crate::request::{Asked, Named, Paging, page};
use crate::submission::Submitted;
use crate::view::{AppliedView, Listing};
use crate::{Platform, System, Table};
pub(crate) use kinds::Ground;

/// How many names a refusal lists.
const NAMED: u16 = 20;

/// `PUT /v1/environments/{name}`, `PUT /v1/landing-zones/{name}`, `PUT /v1/resolvers/{name}`,
/// `PUT /v1/workflows/{name}`
pub(crate) async fn apply<G: Ground, T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    caller: Caller,
    Named(name): Named,
    submitted: Submitted,
) -> Result<Json<AppliedView>, Refused> {
    let kind = G::DOCUMENT;
    if submitted.document.name() != name {
        let message = format!("the document is about `{}`", submitted.document.name());
        return Err(Failure::new(FailureKind::Invalid, message).into());
    }
    let wanted = G::from_document(submitted.document, &caller, &platform.system);
    let (Some(wanted), Some(key)) = (wanted, G::key_of(&name)) else {
        let message = format!("this endpoint takes a document of `kind: {kind}`");
        return Err(Failure::new(FailureKind::Invalid, message).into());
    };
    let found = wanted.check().into_iter();
    let found = found.map(|problem| submitted.source.locate(problem));
    let found: Vec<Problem> = found.collect();
    if found.iter().any(|it| it.severity == Severity::Error) {
        let what = "the document has a problem";
        return Err(Failure::invalid_document(what, found).into());
    }
    // A warning refuses nothing.
    let mut warnings = submitted.warnings;
    warnings.extend(found);
    if let Some(below) = wanted.stands_on() {
        // An environment in a landing zone that is not there could never be deployed to.
        landing_zone(&platform.table, below).await?;
    }
    let current: Option<G> = platform.table.get(&key).await?;
    if let Some(before) = &current {
        may_follow(&platform.table, &submitted.source, (before, &wanted)).await?;
    }
    let version = current.as_ref().map_or(0, Record::version);
    if current.is_some_and(|current| current.says_the_same(&wanted)) {
        return Ok(Json(AppliedView {
            kind,
            name,
            version,
            changed: false,
            warnings,
        }));
    }
    match platform
        .table
        .commit(vec![Change::save(&wanted.over(version))])
        .await
    {
        Ok(()) => Ok(Json(AppliedView {
            kind,
            name,
            version: version + 1,
            changed: true,
            warnings,
        })),
        Err(PortError::Conflict(_)) => {
            let message = format!("`{name}` was applied by someone else just now");
            Err(Failure::new(FailureKind::Conflict, message).into())
        }
        Err(error) => Err(error.into()),
    }
}

/// Refused where `wanted` takes back what `before` must go on saying, or moves what stands on it.
async fn may_follow<G: Ground>(
    table: &impl ReadTable,
    source: &Document,
    (before, wanted): (&G, &G),
) -> Result<(), Refused> {
    let broken = wanted.breaks(before).into_iter();
    let broken: Vec<Problem> = broken.map(|problem| source.locate(problem)).collect();
    if !broken.is_empty() {
        let what = "the document takes back what cannot be taken back";
        return Err(Failure::invalid_document(what, broken).into());
    }
    match wanted.moves(before) {
        Some(zone) => standing::must_be_empty(table, zone).await,
        None => Ok(()),
    }
}

/// `GET /v1/environments/{name}`, `GET /v1/landing-zones/{name}`, `GET /v1/workflows/{name}`
pub(crate) async fn show<G: Ground, T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    _caller: Caller,
    Named(name): Named,
) -> Result<Json<DocumentView>, Refused> {
    let found: Option<G> = match G::key_of(&name) {
        Some(key) => platform.table.get(&key).await?,
        None => None,
    };
    let absent = || {
        Failure::new(
            FailureKind::NotFound,
            format!("there is no such {}", G::KIND),
        )
    };
    Ok(Json(found.ok_or_else(absent)?.view()))
}

/// `GET /v1/environments`, `GET /v1/landing-zones`, `GET /v1/workflows`
pub(crate) async fn list<G: Ground, T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    _caller: Caller,
    Asked(query): Asked<Paging>,
) -> Result<Json<Listing<DocumentView>>, Refused> {
    let page: Page<G> = page(
        &platform.table,
        &G::all(),
        query.limit,
        query.cursor.as_deref(),
    )
    .await?;
    Ok(Json(Listing {
        items: page.records.into_iter().map(Ground::view).collect(),
        next: page.next,
    }))
}

/// A document that was applied, at one version.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AppliedDocument)]
pub(crate) struct DocumentView {
    kind: &'static str,
    name: String,
    /// What the document says.
    spec: Value,
    version: u64,
    updated_at: Timestamp,
    updated_by: String,
}

/// The environment, and the landing zone that it is in.
pub(crate) async fn load(
    table: &impl ReadTable,
    name: &EnvironmentName,
) -> Result<(Environment, LandingZone), Refused> {
    let environment = environment(table, name).await?;
    let landing_zone = landing_zone(table, &environment.spec.landing_zone).await?;
    Ok((environment, landing_zone))
}

/// Every resolver that was configured.
pub(crate) async fn resolvers(table: &impl ReadTable) -> Result<Vec<Resolver>, Refused> {
    Ok(table
        .query(&Partition::resolvers(), Resolver::PREFIX)
        .await?)
}

/// The environment.
pub(crate) async fn environment(
    table: &impl ReadTable,
    name: &EnvironmentName,
) -> Result<Environment, Refused> {
    let key = Key::meta(Partition::environment(name));
    if let Some(environment) = table.get(&key).await? {
        return Ok(environment);
    }
    let known = table
        .list::<Environment>(&Index::environments(""), NAMED, None)
        .await?;
    let known: Vec<String> = known
        .records
        .iter()
        .map(|environment| format!("`{}`", environment.name))
        .collect();
    let message = if known.is_empty() {
        format!("there is no environment `{name}`; none was applied yet")
    } else {
        format!(
            "there is no environment `{name}`; there are {}",
            known.join(", ")
        )
    };
    Err(Failure::new(FailureKind::Invalid, message).into())
}

/// The landing zone.
pub(crate) async fn landing_zone(
    table: &impl ReadTable,
    name: &LandingZoneName,
) -> Result<LandingZone, Refused> {
    let found: Option<LandingZone> = table.get(&Key::meta(Partition::landing_zone(name))).await?;
    found.ok_or_else(|| {
        Failure::new(
            FailureKind::Invalid,
            format!("there is no landing zone `{name}`"),
        )
        .into()
    })
}
