//! `GET /v1/audit`: who did what, by tenant, time, object and actor.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use groundplane_model::{AuditEntry, Index, Partition, TenantId, parse_duration};
use groundplane_ports::{Page, ReadTable};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::gate::Caller;
use crate::problem::Refused;
use crate::request::{Asked, Limit, Sought, page, page_of};
use crate::view::Listing;
use crate::{Platform, System, Table};

/// How far back a question goes that does not say it.
const SPAN: SignedDuration = SignedDuration::from_hours(24);

/// How many days, or pages of an object's entries, one answer looks through; the next page goes on.
const READS: u8 = 31;

/// The query.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AuditQuery {
    /// The tenant; the gate has decided whether the caller may name it.
    #[serde(rename = "tenant")]
    _tenant: Option<TenantId>,
    object: Option<Sought>,
    actor: Option<Sought>,
    /// How far back, instead of `from`.
    since: Option<String>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    limit: Option<Limit>,
    cursor: Option<String>,
}

/// One entry.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditRecord)]
pub(crate) struct EntryView {
    #[serde(flatten)]
    entry: AuditEntry,
}

impl AuditQuery {
    /// The time that is asked about.
    fn span(&self, now: Timestamp) -> Result<(Timestamp, Timestamp), Refused> {
        let to = self.to.unwrap_or(now);
        let length = match &self.since {
            Some(_) if self.from.is_some() => {
                return Err(Refused::bad_request("give `since` or `from`, not both"));
            }
            Some(length) => parse_duration(length).map_err(Refused::bad_request)?,
            None => SPAN,
        };
        let before = to.checked_sub(length).unwrap_or(Timestamp::UNIX_EPOCH);
        let from = self.from.unwrap_or(before);
        if from > to {
            return Err(Refused::bad_request("`from` is later than `to`"));
        }
        Ok((from, to))
    }

    fn takes(&self, entry: &AuditEntry, (from, to): (Timestamp, Timestamp)) -> bool {
        let is_by = |Sought(actor): &Sought| *actor == entry.actor.subject;
        (from..=to).contains(&entry.at) && self.actor.as_ref().is_none_or(is_by)
    }
}

/// `GET /v1/audit`
pub(crate) async fn list<T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    caller: Caller,
    Asked(query): Asked<AuditQuery>,
) -> Result<Json<Listing<EntryView>>, Refused> {
    let span = query.span(platform.system.now())?;
    let found = match &query.object {
        Some(Sought(object)) => {
            let index = Index::audit_of_object(Some(&caller.about), object, "");
            by_object(&platform.table, &index, &query, span).await?
        }
        None => by_day(&platform.table, &caller.about, &query, span).await?,
    };
    let records = found.records.into_iter();
    let taken = records.filter(|entry| query.takes(entry, span));
    Ok(Json(Listing {
        items: taken.map(|entry| EntryView { entry }).collect(),
        next: found.next,
    }))
}

/// The first page of an object's entries that has some that are asked for.
async fn by_object(
    table: &impl ReadTable,
    index: &Index,
    query: &AuditQuery,
    (from, to): (Timestamp, Timestamp),
) -> Result<Page<AuditEntry>, Refused> {
    let mut found: Page<AuditEntry> =
        page(table, index, query.limit, query.cursor.as_deref()).await?;
    for _ in 1..READS {
        // They are in the order of time.
        if found.records.last().is_some_and(|entry| entry.at > to) {
            found.next = None;
        }
        let mut records = found.records.iter();
        if found.next.is_none() || records.any(|entry| query.takes(entry, (from, to))) {
            break;
        }
        found = page(table, index, query.limit, found.next.as_deref()).await?;
    }
    Ok(found)
}

/// The entries of the first day that has some. A cursor names the day and the place in it.
async fn by_day(
    table: &impl ReadTable,
    tenant: &TenantId,
    query: &AuditQuery,
    (from, to): (Timestamp, Timestamp),
) -> Result<Page<AuditEntry>, Refused> {
    let unknown = || Refused::bad_request("the cursor is none that this listing gave");
    let (mut day, mut place) = match &query.cursor {
        None => (AuditEntry::day_of(from), None),
        Some(cursor) => {
            let (day, place) = cursor.split_once('.').ok_or_else(unknown)?;
            let day: Date = day.parse().map_err(|_| unknown())?;
            (
                day,
                Some(place.to_owned()).filter(|place| !place.is_empty()),
            )
        }
    };
    let last = AuditEntry::day_of(to);
    for _ in 0..READS {
        if day > last {
            break;
        }
        let partition = Partition::audit(Some(tenant), day);
        let found: Page<AuditEntry> =
            page_of(table, (&partition, ""), query.limit, place.as_deref()).await?;
        let (next_day, next_place) = match found.next {
            Some(place) => (day, Some(place)),
            None => (day.checked_add(1.day()).map_err(|_| unknown())?, None),
        };
        let next = (next_day <= last).then(|| cursor_of(next_day, next_place.as_deref()));
        let mut records = found.records.iter();
        if next.is_none() || records.any(|entry| query.takes(entry, (from, to))) {
            let records = found.records;
            return Ok(Page { records, next });
        }
        (day, place) = (next_day, next_place);
    }
    let next = (day <= last).then(|| cursor_of(day, place.as_deref()));
    Ok(Page {
        records: Vec::new(),
        next,
    })
}

/// Where a listing by days goes on.
fn cursor_of(day: Date, place: Option<&str>) -> String {
    format!("{day}.{}", place.unwrap_or_default())
}
