//! `/v1/lifecycles`: the state machines that instances live in, published once per version.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use groundplane_lifecycle::{Definition, Workflows, built_in, diagram};
use groundplane_lives::{Published, publish};
use groundplane_model::{
    Digest, Failure, FailureKind, Index, Lifecycle, LifecycleName, LifecycleRef, LifecycleSpec,
    LifecycleVersion, Partition, Problem, Workflow,
};
use groundplane_ports::{Page, ReadTable};
use groundplane_spec::{Document, ValidDocument};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::contract::Made;
use crate::gate::Caller;
use crate::problem::Refused;
use crate::request::{Asked, Named, Paging, Pair, page};
use crate::submission::Submitted;
use crate::view::Listing;
use crate::{Platform, System, Table};

/// A version in a listing.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Lifecycle)]
pub(crate) struct LifecycleView {
    kind: &'static str,
    name: LifecycleName,
    version: LifecycleVersion,
    digest: Digest,
    published_at: Timestamp,
    published_by: String,
    /// Whether this request published it.
    #[serde(skip_serializing_if = "Option::is_none")]
    changed: Option<bool>,
}

/// A version by itself.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LifecycleDetail {
    #[serde(flatten)]
    lifecycle: LifecycleView,
    #[schema(value_type = Object)]
    spec: LifecycleSpec,
    /// The states and the ways between them, as a Mermaid diagram.
    diagram: String,
}

impl From<&Lifecycle> for LifecycleView {
    fn from(lifecycle: &Lifecycle) -> Self {
        Self {
            kind: "Lifecycle",
            name: lifecycle.name.clone(),
            version: lifecycle.release.clone(),
            digest: lifecycle.digest.clone(),
            published_at: lifecycle.published_at,
            published_by: lifecycle.published_by.clone(),
            changed: None,
        }
    }
}

impl From<Lifecycle> for LifecycleDetail {
    fn from(lifecycle: Lifecycle) -> Self {
        Self {
            lifecycle: LifecycleView::from(&lifecycle),
            diagram: diagram(&lifecycle.spec, None),
            spec: lifecycle.spec,
        }
    }
}

/// `PUT /v1/lifecycles/{name}`: publishes a version.
pub(crate) async fn apply<T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    caller: Caller,
    Named(name): Named,
    submitted: Submitted,
) -> Result<Made<LifecycleView>, Refused> {
    let ValidDocument::Lifecycle(document) = submitted.document else {
        let kind = submitted.document.kind();
        let message = format!("lifecycles are made from `kind: Lifecycle`, not `{kind}`");
        return Err(Failure::new(FailureKind::Invalid, message).into());
    };
    if document.reference.name.as_str() != name {
        let problem = Problem::error("/metadata/name", "the path names another lifecycle");
        let problem = submitted.source.locate(problem);
        return Err(Failure::invalid_document("the document has a problem", vec![problem]).into());
    }
    check(&platform.table, &document.spec, &submitted.source).await?;
    let lifecycle = Lifecycle::publish(
        document.reference,
        document.spec,
        caller.principal.subject.clone(),
        platform.system.now(),
    );
    let (lifecycle, is_new) = match publish(&platform.table, lifecycle).await? {
        Published::New(lifecycle) => (lifecycle, true),
        Published::Same(lifecycle) => (lifecycle, false),
    };
    let view = LifecycleView {
        changed: Some(is_new),
        ..LifecycleView::from(&lifecycle)
    };
    Ok(Made { view, is_new })
}

/// Refused with everything that is wrong with a lifecycle as a whole, each with its place.
async fn check(
    table: &impl ReadTable,
    spec: &LifecycleSpec,
    source: &Document,
) -> Result<(), Refused> {
    let workflows = workflows(table).await?;
    let Err(problems) = Definition::parse(spec, &workflows) else {
        return Ok(());
    };
    let problems = problems.into_iter();
    let problems = problems.map(|problem| source.locate(problem)).collect();
    Err(Failure::invalid_document("the lifecycle cannot work", problems).into())
}

/// The workflows of the platform, and those that platform engineers have registered.
pub(crate) async fn workflows(table: &impl ReadTable) -> Result<Workflows, Refused> {
    let mut known = Workflows::own();
    let mut cursor: Option<String> = None;
    loop {
        let page: Page<Workflow> = table
            .list(&Index::workflows(""), 200, cursor.as_deref())
            .await?;
        for workflow in page.records {
            known = known.with(workflow.name, workflow.spec.input.as_ref());
        }
        cursor = page.next;
        if cursor.is_none() {
            return Ok(known);
        }
    }
}

/// `GET /v1/lifecycles`: every version, by name and version. The built-in one is not listed.
pub(crate) async fn list<T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    _caller: Caller,
    Asked(query): Asked<Paging>,
) -> Result<Json<Listing<LifecycleView>>, Refused> {
    let index = Index::lifecycles("");
    let cursor = query.cursor.as_deref();
    let page: Page<Lifecycle> = page(&platform.table, &index, query.limit, cursor).await?;
    Ok(Json(Listing {
        items: page.records.iter().map(LifecycleView::from).collect(),
        next: page.next,
    }))
}

/// `GET /v1/lifecycles/{name}`: the newest version.
pub(crate) async fn newest<T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    _caller: Caller,
    Named(name): Named,
) -> Result<Json<LifecycleDetail>, Refused> {
    let absent = || Failure::new(FailureKind::NotFound, "there is no such lifecycle");
    let name = LifecycleName::parse(&name).map_err(|_| absent())?;
    let partition = Partition::lifecycle(&name);
    let versions: Vec<Lifecycle> = platform.table.query(&partition, Lifecycle::PREFIX).await?;
    let newest = versions.into_iter().next_back();
    let newest = newest.or_else(|| own().filter(|own| own.name == name));
    Ok(Json(newest.ok_or_else(absent)?.into()))
}

/// `GET /v1/lifecycles/{name}/{version}`
pub(crate) async fn show<T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    _caller: Caller,
    Pair(name, version): Pair,
) -> Result<Json<LifecycleDetail>, Refused> {
    let absent = || Failure::new(FailureKind::NotFound, "there is no such lifecycle");
    let reference = LifecycleRef::parse(&format!("{name}@{version}")).map_err(|_| absent())?;
    let stored: Option<Lifecycle> = platform.table.get(&Lifecycle::key_of(&reference)).await?;
    let found = stored.or_else(|| own().filter(|own| own.reference() == reference));
    Ok(Json(found.ok_or_else(absent)?.into()))
}

/// The built-in one, as if it had been published.
fn own() -> Option<Lifecycle> {
    let (reference, spec, _) = built_in();
    let (by, at) = ("groundplane", Timestamp::UNIX_EPOCH);
    Some(Lifecycle::publish(reference.clone(), spec.clone(), by, at))
}

/// What becomes of states, as a request says it.
pub(crate) type States = BTreeMap<groundplane_model::StateName, groundplane_model::StateName>;
