//! `/v1/event-sources`: who may send webhooks, what they send, and how they prove who they are. A
//! tenant has its own. Each secret is shown once, in the answer to the request that makes it.

mod secret;
mod settings;
mod view;

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use groundplane_model::{
    Change, EventSource, EventSourceName, Failure, FailureKind, Partition, Problem, Record,
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::gate::Caller;
use crate::problem::Refused;
use crate::request::{Asked, Named, Paging, page_of};
use crate::submission::Written;
use crate::view::Listing;
use crate::{Platform, System, Table};

pub(crate) use settings::Settings;
use view::{Shown, SourceView};

/// `PUT /v1/event-sources/{name}`
pub(crate) async fn apply<T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    caller: Caller,
    Named(name): Named,
    written: Written,
) -> Result<Shown, Refused> {
    let mut problems = Vec::new();
    let name = EventSourceName::parse(&name)
        .map_err(|error| problems.push(Problem::error("", error.to_string())))
        .ok();
    let settings = Settings::read(written.value())
        .map_err(|more| problems.extend(more))
        .ok();
    let Some((name, settings)) = name.zip(settings) else {
        return Err(written.refused("the event source", problems).into());
    };
    let now = platform.system.now();
    let key = EventSource::key_of(&caller.principal.tenant, &name);
    let known: Option<EventSource> = platform.table.get(&key).await?;
    let by = &caller.principal;
    let known = known.unwrap_or_else(|| settings.register(name, by, now));
    must_be_free(&known, now)?;
    let next = EventSource {
        format: settings.format,
        auth: settings.auth,
        ..known.clone()
    };
    let is_new = known.current.is_none();
    if is_new || next.auth != known.auth {
        let next = EventSource {
            previous: None,
            ..touched(next, &caller, now)
        };
        let (source, value) = secret::renew(&platform, known, next).await?;
        let status = if is_new {
            StatusCode::CREATED
        } else {
            StatusCode::OK
        };
        return Ok(Shown::once(status, SourceView::new(source, now), value));
    }
    if next == known {
        return Ok(Shown::plain(SourceView::new(known, now)));
    }
    let source = secret::save(&platform.table, touched(next, &caller, now)).await?;
    Ok(Shown::plain(SourceView::new(source, now)))
}

/// The query of a rotation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct RotateQuery {
    /// How long the secret before stays valid, in hours.
    #[schema(value_type = Option<u8>, minimum = 0, maximum = 168, default = 24)]
    previous_valid_hours: Option<settings::Hours>,
}

/// `POST /v1/event-sources/{name}/rotations`
pub(crate) async fn rotate<T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    caller: Caller,
    Named(name): Named,
    Asked(query): Asked<RotateQuery>,
) -> Result<Shown, Refused> {
    let now = platform.system.now();
    let known = find(&platform.table, &caller, &name).await?;
    must_be_free(&known, now)?;
    let overlap = query.previous_valid_hours.map(SignedDuration::from);
    let next = EventSource {
        previous: known.beside(overlap.unwrap_or(EventSource::OVERLAP), now),
        ..touched(known.clone(), &caller, now)
    };
    let (source, value) = secret::renew(&platform, known, next).await?;
    let view = SourceView::new(source, now);
    Ok(Shown::once(StatusCode::CREATED, view, value))
}

/// `GET /v1/event-sources`
pub(crate) async fn list<T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    caller: Caller,
    Asked(query): Asked<Paging>,
) -> Result<Json<Listing<SourceView>>, Refused> {
    let partition = Partition::event_sources(&caller.principal.tenant);
    let place = (&partition, "");
    let page = page_of(&platform.table, place, query.limit, query.cursor.as_deref()).await?;
    let now = platform.system.now();
    let views = page.records.into_iter();
    Ok(Json(Listing {
        items: views.map(|source| SourceView::new(source, now)).collect(),
        next: page.next,
    }))
}

/// `GET /v1/event-sources/{name}`
pub(crate) async fn show<T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    caller: Caller,
    Named(name): Named,
) -> Result<Json<SourceView>, Refused> {
    let source = find(&platform.table, &caller, &name).await?;
    Ok(Json(SourceView::new(source, platform.system.now())))
}

/// What became of a source that was to be deleted.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EventSourceRemoved)]
pub(crate) struct Removed {
    name: EventSourceName,
}

/// `DELETE /v1/event-sources/{name}`
pub(crate) async fn remove<T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    caller: Caller,
    Named(name): Named,
) -> Result<Json<Removed>, Refused> {
    let source = find(&platform.table, &caller, &name).await?;
    must_be_free(&source, platform.system.now())?;
    // The record goes last: while it is there, a delete that was cut short can be repeated.
    let secret = EventSource::secret_name(&source.tenant, &source.name);
    platform.system.forget(&secret).await?;
    platform.table.commit(vec![Change::remove(&source)]).await?;
    Ok(Json(Removed { name: source.name }))
}

/// The source of the caller's tenant; what cannot be a name is answered like one that does not
/// exist.
async fn find(table: &impl Table, caller: &Caller, name: &str) -> Result<EventSource, Refused> {
    let unknown = || Failure::new(FailureKind::NotFound, "there is no such event source");
    let name = EventSourceName::parse(name).map_err(|_| unknown())?;
    let key = EventSource::key_of(&caller.principal.tenant, &name);
    let source: Option<EventSource> = table.get(&key).await?;
    Ok(source.ok_or_else(unknown)?)
}

/// Refuses what would get in the way of somebody who is making a secret.
fn must_be_free(source: &EventSource, now: Timestamp) -> Result<(), Failure> {
    if !source.is_changing(now) {
        return Ok(());
    }
    let message = format!(
        "a secret of the event source `{}` is being made; try again in a minute",
        source.name
    );
    Err(Failure::new(FailureKind::Conflict, message))
}

fn touched(source: EventSource, caller: &Caller, now: Timestamp) -> EventSource {
    EventSource {
        updated_at: now,
        updated_by: caller.principal.subject.clone(),
        ..source
    }
}

/// The record as it is once it is saved.
fn saved(source: EventSource) -> EventSource {
    EventSource {
        version: source.next_version(),
        ..source
    }
}
