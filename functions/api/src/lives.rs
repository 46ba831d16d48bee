//! The life of one instance: what it did, what each event did to it, and what people ask of it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use groundplane_lifecycle::{Occurrence, Refusal, Request};
use groundplane_lives::{Lives, Told, Whose, choose};
use groundplane_model::Digest;
use groundplane_model::{
    EventEntry, Failure, FailureKind, Index, Instance, InstanceId, Life, LifecycleRef,
    LifecycleRequest, OperationName, Partition, Passage, Problem, RunId, SignalName, StateName,
};
use groundplane_ports::{Page, ReadTable};
use groundplane_spec::{Document, Service};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::contract::Begun;
use crate::gate::Caller;
use crate::json_body::JsonBody;
use crate::life_view::{EntryView, PassageView};
use crate::lifecycles::States;
use crate::problem::{Refused, shown};
use crate::request::{Asked, Named, Paging, Pair, page, page_of};
use crate::submission::RequestKey;
use crate::view::Listing;
use crate::{Platform, System, Table};

/// The answer to an operation that has begun.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OperationBegun)]
pub(crate) struct OperationView {
    instance: InstanceId,
    operation: OperationName,
    run: RunId,
}

/// The answer to a move.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LifecycleMoved)]
pub(crate) struct Moved {
    instance: InstanceId,
    lifecycle: LifecycleRef,
    state: StateName,
}

/// `GET /v1/instances/{id}/events`: what each event did, in the order in which it was decided.
pub(crate) async fn events<T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    caller: Caller,
    Named(id): Named,
    Asked(query): Asked<Paging>,
) -> Result<Json<Listing<EntryView>>, Refused> {
    let whose = existing(&platform.table, &caller, &id).await?;
    let index = Index::events(&whose.tenant, &whose.instance, "");
    let cursor = query.cursor.as_deref();
    let page: Page<EventEntry> = page(&platform.table, &index, query.limit, cursor).await?;
    Ok(Json(Listing {
        items: page.records.into_iter().map(EntryView::from).collect(),
        next: page.next,
    }))
}

/// `GET /v1/instances/{id}/history`: its states over time.
pub(crate) async fn history<T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    caller: Caller,
    Named(id): Named,
    Asked(query): Asked<Paging>,
) -> Result<Json<Listing<PassageView>>, Refused> {
    let whose = existing(&platform.table, &caller, &id).await?;
    let partition = Partition::instance(&whose.tenant, &whose.instance);
    let place = (&partition, Passage::PREFIX);
    let cursor = query.cursor.as_deref();
    let page: Page<Passage> = page_of(&platform.table, place, query.limit, cursor).await?;
    Ok(Json(Listing {
        items: page.records.into_iter().map(PassageView::from).collect(),
        next: page.next,
    }))
}

/// `POST /v1/instances/{id}/operations/{name}`: runs a day-2 operation.
pub(crate) async fn operate<T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    caller: Caller,
    Pair(id, operation): Pair,
    RequestKey(key): RequestKey,
    JsonBody(input): JsonBody,
) -> Result<Begun<OperationView>, Refused> {
    let whose = existing(&platform.table, &caller, &id).await?;
    let Value::Object(input) = input else {
        let problem = Problem::error("", "the input is an object");
        return Err(Failure::invalid_document("the input has a problem", vec![problem]).into());
    };
    let operation = OperationName::parse(&operation).map_err(|_| {
        let message = format!("unknown operation `{}`", shown(&operation));
        Failure::new(FailureKind::NotFound, message)
    })?;
    let request = Request {
        id: request_id(&platform, key, &format!("operation\n{operation}")),
        operation: operation.clone(),
        input,
        by: caller.principal.subject.clone(),
    };
    let begun = platform.lives().operate(&whose, &request).await?;
    let run = begun.map_err(refused)?;
    Ok(Begun {
        location: format!("/v1/instances/{}", whose.instance),
        view: OperationView {
            instance: whose.instance,
            operation,
            run,
        },
    })
}

/// `POST /v1/instances/{id}/signals/{name}`: gives an instance a signal.
pub(crate) async fn signal<T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    caller: Caller,
    Pair(id, signal): Pair,
    RequestKey(key): RequestKey,
) -> Result<Json<EntryView>, Refused> {
    let whose = existing(&platform.table, &caller, &id).await?;
    let signal = SignalName::parse(&signal)
        .map_err(|error| Failure::new(FailureKind::Invalid, error.to_string()))?;
    let id = request_id(&platform, key, &format!("signal\n{signal}"));
    let occurrence = Occurrence::signal(id, signal, caller.principal.subject.clone());
    match platform.lives().tell(&whose, &occurrence).await? {
        Told::Decided(entry) | Told::Before(entry) => Ok(Json(EntryView::from(*entry))),
        Told::Unknown => Err(no_life(&whose.instance).into()),
    }
}

/// The body of `PUT /v1/instances/{id}/lifecycle`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LifecycleMove)]
pub(crate) struct Wish {
    #[schema(value_type = String)]
    lifecycle: LifecycleRequest,
    #[serde(default)]
    states: States,
}

/// `PUT /v1/instances/{id}/lifecycle`: moves an instance to another lifecycle or version.
pub(crate) async fn adopt<T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    caller: Caller,
    Named(id): Named,
    RequestKey(key): RequestKey,
    JsonBody(body): JsonBody,
) -> Result<Json<Moved>, Refused> {
    let whose = existing(&platform.table, &caller, &id).await?;
    let wish: Wish = serde_json::from_value(body).map_err(|error| {
        let message = format!("the move cannot be read: {error}");
        Failure::new(FailureKind::Invalid, shown(&message))
    })?;
    let reference = choose(&platform.table, Some(&wish.lifecycle)).await?;
    let lives = platform.lives();
    let id = request_id(&platform, key, &format!("move\n{reference}"));
    let asked = (id.as_str(), caller.principal.subject.as_str());
    let moved = lives.adopt(&whose, &reference, &wish.states, asked).await?;
    let state = moved.map_err(refused)?;
    Ok(Json(Moved {
        instance: whose.instance,
        lifecycle: reference,
        state,
    }))
}

/// The lifecycle that a spec's instance follows: the one that it follows already, or the newest
/// version that the spec asks for.
///
/// Refused where no version satisfies it, or where the instance follows another one: it would have
/// to be moved, which takes a word about its states.
pub(crate) async fn chosen(
    table: &impl ReadTable,
    service: &Service,
    current: Option<&Instance>,
    source: &Document,
) -> Result<LifecycleRef, Refused> {
    let wanted = service.lifecycle.as_ref();
    let at_its_place = |message: String, hint: String| {
        let problem = Problem::error("/spec/lifecycle", message).with_hint(hint);
        let problem = source.locate(problem);
        Failure::invalid_document("the spec's lifecycle cannot be used", vec![problem])
    };
    let present = match current {
        Some(instance) => present(table, instance).await?,
        None => None,
    };
    let Some(present) = present else {
        return choose(table, wanted).await.map_err(|failure| {
            if failure.kind == FailureKind::NotFound {
                let hint = "`groundplane lifecycle list` shows what there is".to_owned();
                return at_its_place(failure.message, hint).into();
            }
            failure.into()
        });
    };
    let is_met = wanted.is_none_or(|it| it.name == present.name && it.allows(&present.version));
    if is_met {
        return Ok(present);
    }
    let message = format!("the instance follows `{present}`");
    let hint = "move it first, with a word about its states: `groundplane lifecycle move`";
    Err(at_its_place(message, hint.to_owned()).into())
}

/// The lifecycle that an instance follows, if it lives.
async fn present(
    table: &impl ReadTable,
    instance: &Instance,
) -> Result<Option<LifecycleRef>, Refused> {
    let life: Option<Life> = table
        .get(&Life::key_of(&instance.tenant, &instance.id))
        .await?;
    let life = life.filter(|life| life.incarnation == instance.incarnation && !life.ended);
    Ok(life.map(|life| life.lifecycle))
}

/// The instance, which must exist and be the caller's.
async fn existing(table: &impl ReadTable, caller: &Caller, id: &str) -> Result<Whose, Refused> {
    let absent = || Failure::new(FailureKind::NotFound, "there is no such instance");
    let instance = InstanceId::parse(id).map_err(|_| absent())?;
    let tenant = caller.principal.tenant.clone();
    let stored: Option<Instance> = table.get(&Instance::key_of(&tenant, &instance)).await?;
    stored.ok_or_else(absent)?;
    Ok(Whose { tenant, instance })
}

/// What tells a request from every other: the client's key, which may be sent again, or a fresh
/// number.
fn request_id<T: Table, S: System>(
    platform: &Platform<T, S>,
    key: Option<Digest>,
    what: &str,
) -> String {
    key.map_or_else(
        || format!("request-{}", platform.system.next().simple()),
        |key| {
            let text = format!("{what}\n{key}");
            let digest = Digest::of(text.as_bytes());
            format!("request-{}", digest.short(32))
        },
    )
}

fn refused(refusal: Refusal) -> Refused {
    let message = refusal.to_string();
    let failure = match refusal {
        Refusal::UnknownOperation { .. } | Refusal::Ended => {
            Failure::new(FailureKind::NotFound, message)
        }
        Refusal::State { .. } | Refusal::Busy { .. } => {
            Failure::new(FailureKind::Conflict, message)
        }
        Refusal::Reused => Failure::new(FailureKind::Invalid, message),
        Refusal::Invalid { problems } => Failure::invalid_document(message, problems),
    };
    failure.into()
}

fn no_life(instance: &InstanceId) -> Failure {
    let message = format!("`{instance}` has no state before it is deployed");
    Failure::new(FailureKind::NotFound, message)
}

impl<T: Table, S: System> Platform<T, S> {
    /// The lives in the platform's table.
    pub(crate) const fn lives(&self) -> Lives<'_, T, S> {
        Lives {
            table: &self.table,
            clock: &self.system,
            definitions: &self.definitions,
        }
    }
}
