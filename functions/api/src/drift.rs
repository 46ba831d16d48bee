//! `/v1/instances/{id}/drift` and `/v1/drift`: what is there against what was asked for, and
//! having it looked at now.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use groundplane_model::{
    Change, Digest, DriftCheck, DriftReport, DriftState, EnvironmentName, Failure, FailureKind,
    Instance, InstanceId, InstanceStatus, Key, Member, Outbox, OutboxMessage, Partition, UnitState,
};
use groundplane_ports::{Page, ReadTable};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::acceptance::save;
use crate::contract::Begun;
use crate::drift_view::{AskedView, CheckView, DriftView, EntryView, MemberView, ReportView};
use crate::gate::Caller;
use crate::problem::Refused;
use crate::request::{Asked, Limit, Named, Paging, Pair, page_of};
use crate::view::Listing;
use crate::{Platform, System, Table, ground};

/// How often a check is decided again where someone else was faster.
const ATTEMPTS: u32 = 3;

/// `GET /v1/instances/{id}/drift`: the latest report, and a page of those that said something else
/// than the one before them.
pub(crate) async fn show<T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    caller: Caller,
    Named(id): Named,
    Asked(query): Asked<Paging>,
) -> Result<Json<DriftView>, Refused> {
    let table = &platform.table;
    let instance = existing(table, &caller, &id).await?;
    let (tenant, id) = (&instance.tenant, &instance.id);
    // The check before the report: of a check that has ended, the report is there.
    let check: Option<DriftCheck> = table.get(&DriftCheck::key_of(tenant, id)).await?;
    let check = check.filter(|check| check.incarnation == instance.incarnation);
    let state: Option<DriftState> = table.get(&DriftState::key_of(tenant, id)).await?;
    let state = state.filter(|state| state.incarnation == instance.incarnation);
    let partition = Partition::instance(tenant, id);
    let place = (&partition, DriftReport::PREFIX);
    let page: Page<DriftReport> =
        page_of(table, place, query.limit, query.cursor.as_deref()).await?;
    let own = page
        .records
        .into_iter()
        .filter(|report| report.incarnation == instance.incarnation);
    let items = own
        .map(EntryView::of)
        .collect::<Result<Vec<_>, Failure>>()?;
    let now = platform.system.now();
    Ok(Json(DriftView {
        check: check.map(|check| CheckView::of(&check, &instance, now)),
        report: state.map(ReportView::latest).transpose()?,
        history: Listing {
            items,
            next: page.next,
        },
        instance: instance.id,
        revision: instance.revision,
    }))
}

/// `GET /v1/instances/{id}/drift/{checkedAt}`: one report of the history, whole.
pub(crate) async fn earlier<T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    caller: Caller,
    Pair(id, checked_at): Pair,
) -> Result<Json<ReportView>, Refused> {
    let instance = existing(&platform.table, &caller, &id).await?;
    let absent = || Failure::new(FailureKind::NotFound, "there is no such report");
    let at = checked_at.parse().map_err(|_| absent())?;
    let key = DriftReport::key_of(&instance.tenant, &instance.id, at);
    let report: Option<DriftReport> = platform.table.get(&key).await?;
    let own = report.filter(|report| report.incarnation == instance.incarnation);
    Ok(Json(ReportView::of(own.ok_or_else(absent)?)?))
}

/// `POST /v1/instances/{id}/drift`: has an instance checked now. While a check is under way,
/// asking again is asking for the same one.
pub(crate) async fn check<T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    caller: Caller,
    Named(id): Named,
) -> Result<Begun<AskedView>, Refused> {
    for _ in 0..ATTEMPTS {
        let instance = existing(&platform.table, &caller, &id).await?;
        must_be_checkable(&instance)?;
        if let Some(check) = begin(&platform, &instance).await? {
            return Ok(asked(&instance, &check));
        }
    }
    let message = format!("`{id}` keeps changing; try again");
    Err(Failure::new(FailureKind::Unavailable, message).into())
}

/// A check never disturbs a deployment, and compares with what was deployed.
fn must_be_checkable(instance: &Instance) -> Result<(), Failure> {
    let id = &instance.id;
    let conflict = |message: String| Failure::new(FailureKind::Conflict, message);
    if let Some(deployment) = &instance.active_deployment {
        let message = format!("`{id}` is being deployed; it can be checked when that has ended");
        return Err(conflict(message).with_link(format!("/v1/deployments/{deployment}")));
    }
    if instance.status == InstanceStatus::Destroyed {
        return Err(conflict(format!("`{id}` was destroyed")));
    }
    if instance.revision.is_none() {
        let message = format!("nothing of `{id}` is deployed, so there is nothing to check");
        return Err(conflict(message));
    }
    Ok(())
}

/// The check that is under way, or one that begins now; none where someone else was faster.
async fn begin<T: Table, S: System>(
    platform: &Platform<T, S>,
    instance: &Instance,
) -> Result<Option<DriftCheck>, Refused> {
    let (tenant, id) = (&instance.tenant, &instance.id);
    let now = platform.system.now();
    let stored: Option<DriftCheck> = platform.table.get(&DriftCheck::key_of(tenant, id)).await?;
    let over = stored.as_ref().map_or(0, |check| check.version);
    let open = stored.filter(|check| check.is_of(instance) && check.is_open(now));
    if open.is_some() {
        return Ok(open);
    }
    let partition = Partition::instance(tenant, id);
    let units: Vec<UnitState> = platform.table.query(&partition, UnitState::PREFIX).await?;
    let check = DriftCheck::begun(instance, &units, now, over);
    let changes = vec![
        // A deployment that was accepted in the meantime comes first.
        Change::check(instance),
        Change::save(&check),
        Change::save(&message(&check)),
    ];
    Ok(save(platform, changes).await?.then_some(check))
}

/// What starts the state machine; one for each check.
fn message(check: &DriftCheck) -> Outbox {
    let owner = Digest::of(format!("{}#{}", check.tenant, check.instance).as_bytes());
    let begun = check.begun_at.as_microsecond();
    let id = format!("{}.{begun}.{}.check", owner.short(32), check.version);
    let message = OutboxMessage::CheckDrift {
        tenant: check.tenant.clone(),
        instance: check.instance.clone(),
        since: check.begun_at,
    };
    Outbox::new(id, message, check.begun_at)
}

fn asked(instance: &Instance, check: &DriftCheck) -> Begun<AskedView> {
    Begun {
        location: format!("/v1/instances/{}/drift", instance.id),
        view: AskedView {
            instance: instance.id.clone(),
            check: CheckView::of(check, instance, check.begun_at),
        },
    }
}

/// The query of `GET /v1/drift`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SummaryQuery {
    environment: EnvironmentName,
    limit: Option<Limit>,
    cursor: Option<String>,
}

/// `GET /v1/drift`: the caller's instances in an environment, each with its latest report in a few
/// words.
pub(crate) async fn list<T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    caller: Caller,
    Asked(query): Asked<SummaryQuery>,
) -> Result<Json<Listing<MemberView>>, Refused> {
    let environment = ground::environment(&platform.table, &query.environment).await?;
    let partition = Partition::environment(&environment.name);
    let own = Member::prefix_of(&caller.principal.tenant);
    let place = (&partition, own.as_str());
    let cursor = query.cursor.as_deref();
    let page: Page<Member> = page_of(&platform.table, place, query.limit, cursor).await?;
    Ok(Json(Listing {
        items: page.records.into_iter().map(MemberView::from).collect(),
        next: page.next,
    }))
}

/// The instance, which must exist and be the caller's.
async fn existing(table: &impl ReadTable, caller: &Caller, id: &str) -> Result<Instance, Refused> {
    let absent = || Failure::new(FailureKind::NotFound, "there is no such instance");
    // What cannot be an id is answered like an id that does not exist.
    let id = InstanceId::parse(id).map_err(|_| absent())?;
    let key: Key = Instance::key_of(&caller.principal.tenant, &id);
    let stored: Option<Instance> = table.get(&key).await?;
    Ok(stored.ok_or_else(absent)?)
}
