//! `/v1/environments` and `/v1/landing-zones`: the ground that instances stand on. Both nouns are
//! documents that are applied whole, and behave alike.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use groundplane_model::{
    Change, Environment, EnvironmentName, Failure, FailureKind, Index, Key, LandingZone,
    LandingZoneName, Partition, Record,
};
use groundplane_ports::{Clock, Page, PortError, ReadTable};
use groundplane_spec::ValidDocument;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::principal::Caller;
use crate::problem::Refused;
use crate::request::{Asked, Limit, Named, page};
use crate::submission::Submitted;
use crate::view::{AppliedView, Listing};
use crate::{Platform, System, Table};

/// How many names a refusal lists.
const NAMED: u16 = 20;

/// A document that is applied whole and of which the newest version counts.
pub(crate) trait Ground: Record + PartialEq {
    /// The `kind` of its document.
    const DOCUMENT: &'static str;

    /// Where the one of that name lies, if it can be a name.
    fn key_of(name: &str) -> Option<Key>;

    /// All of them.
    fn all() -> Index;

    /// The record that a document makes over `version`, if the document is of this kind.
    fn from_document(document: ValidDocument, by: &Caller, clock: &impl Clock) -> Option<Self>;

    /// The record over the version that is stored.
    fn over(self, version: u64) -> Self;

    /// Whether both say the same.
    fn says_the_same(&self, other: &Self) -> bool;

    /// The name of another ground that this one stands on.
    fn stands_on(&self) -> Option<&LandingZoneName> {
        None
    }
}

impl Ground for Environment {
    const DOCUMENT: &'static str = "Environment";

    fn key_of(name: &str) -> Option<Key> {
        Some(Key::meta(Partition::environment(
            &EnvironmentName::parse(name).ok()?,
        )))
    }

    fn all() -> Index {
        Index::environments("")
    }

    fn from_document(document: ValidDocument, by: &Caller, clock: &impl Clock) -> Option<Self> {
        let ValidDocument::Environment(document) = document else {
            return None;
        };
        Some(Self {
            name: document.name,
            spec: document.spec,
            updated_at: clock.now(),
            updated_by: by.principal.subject.clone(),
            version: 0,
        })
    }

    fn over(self, version: u64) -> Self {
        Self { version, ..self }
    }

    fn says_the_same(&self, other: &Self) -> bool {
        self.spec == other.spec
    }

    fn stands_on(&self) -> Option<&LandingZoneName> {
        Some(&self.spec.landing_zone)
    }
}

impl Ground for LandingZone {
    const DOCUMENT: &'static str = "LandingZone";

    fn key_of(name: &str) -> Option<Key> {
        Some(Key::meta(Partition::landing_zone(
            &LandingZoneName::parse(name).ok()?,
        )))
    }

    fn all() -> Index {
        Index::landing_zones("")
    }

    fn from_document(document: ValidDocument, by: &Caller, clock: &impl Clock) -> Option<Self> {
        let ValidDocument::LandingZone(document) = document else {
            return None;
        };
        Some(Self {
            name: document.name,
            spec: document.spec,
            updated_at: clock.now(),
            updated_by: by.principal.subject.clone(),
            version: 0,
        })
    }

    fn over(self, version: u64) -> Self {
        Self { version, ..self }
    }

    fn says_the_same(&self, other: &Self) -> bool {
        self.spec == other.spec
    }
}

/// `PUT /v1/environments/{name}` and `PUT /v1/landing-zones/{name}`
pub(crate) async fn apply<G: Ground, T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    caller: Caller,
    Named(name): Named,
    submitted: Submitted,
) -> Result<Json<AppliedView>, Refused> {
    caller.must_run_the_platform()?;
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
    if let Some(below) = wanted.stands_on() {
        // An environment in a landing zone that is not there could never be deployed to.
        landing_zone(&platform.table, below).await?;
    }
    let current: Option<G> = platform.table.get(&key).await?;
    let version = current.as_ref().map_or(0, Record::version);
    if current.is_some_and(|current| current.says_the_same(&wanted)) {
        return Ok(Json(AppliedView {
            kind,
            name,
            version,
            changed: false,
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
        })),
        Err(PortError::Conflict(_)) => {
            let message = format!("`{name}` was applied by someone else just now");
            Err(Failure::new(FailureKind::Conflict, message).into())
        }
        Err(error) => Err(error.into()),
    }
}

/// `GET /v1/environments/{name}` and `GET /v1/landing-zones/{name}`
pub(crate) async fn show<G: Ground, T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    _caller: Caller,
    Named(name): Named,
) -> Result<Json<Value>, Refused> {
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
    Ok(Json(view(&found.ok_or_else(absent)?)))
}

/// The query of a listing.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListQuery {
    limit: Option<Limit>,
    cursor: Option<String>,
}

/// `GET /v1/environments` and `GET /v1/landing-zones`
pub(crate) async fn list<G: Ground, T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    _caller: Caller,
    Asked(query): Asked<ListQuery>,
) -> Result<Json<Listing<Value>>, Refused> {
    let page: Page<G> = page(
        &platform.table,
        &G::all(),
        query.limit,
        query.cursor.as_deref(),
    )
    .await?;
    Ok(Json(Listing {
        items: page.records.iter().map(view).collect(),
        next: page.next,
    }))
}

fn view<G: Ground>(ground: &G) -> Value {
    // INVARIANT: records are plain structs with string keys, which always serialise.
    let record = serde_json::to_value(ground).unwrap_or_default();
    json!({
        "kind": G::DOCUMENT,
        "name": record.get("name"),
        "spec": record.get("spec"),
        "version": ground.version(),
        "updatedAt": record.get("updated_at"),
        "updatedBy": record.get("updated_by"),
    })
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
