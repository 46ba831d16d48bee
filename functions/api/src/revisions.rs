//! `/v1/instances/{id}/revisions`: what successful deployments applied, and how two of them
//! differ.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use groundplane_model::{
    ContextKey, DeploymentId, Failure, FailureKind, InstanceId, InstanceStatus, Partition,
    ResolvedValue, Revision, TenantId, UnitName,
};
use groundplane_ports::{Page, ReadArtifacts, ReadTable};
use groundplane_preview::{Rendered, RevisionDifference};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::gate::Caller;
use crate::problem::{Refused, shown};
use crate::request::{Asked, Named, Paging, Pair, page_of};
use crate::view::Listing;
use crate::{Platform, System, Table, instances};

/// A revision as a listing shows it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Revision)]
pub(crate) struct RevisionView {
    number: u64,
    deployment: DeploymentId,
    created_at: Timestamp,
}

/// A revision in full.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RevisionDetail {
    instance: InstanceId,
    #[serde(flatten)]
    summary: RevisionView,
    /// The document with every default and what resolvers gave.
    spec: Value,
    /// The versions of environment and landing zone.
    ground: BTreeMap<String, u64>,
    resolved: Vec<ResolvedView>,
    /// The digest of each unit's template.
    templates: BTreeMap<UnitName, String>,
    outputs: BTreeMap<ContextKey, String>,
}

/// What a resolver gave.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ResolvedValue)]
pub(crate) struct ResolvedView {
    unit: UnitName,
    input: String,
    resolver: String,
    outputs: BTreeMap<String, String>,
    layer: &'static str,
}

impl From<&Revision> for RevisionView {
    fn from(revision: &Revision) -> Self {
        Self {
            number: revision.number,
            deployment: revision.deployment.clone(),
            created_at: revision.created_at,
        }
    }
}

impl From<ResolvedValue> for ResolvedView {
    fn from(value: ResolvedValue) -> Self {
        Self {
            unit: value.unit,
            input: value.input,
            resolver: value.resolver.to_string(),
            outputs: value.outputs,
            layer: value.layer.as_str(),
        }
    }
}

impl From<Revision> for RevisionDetail {
    fn from(revision: Revision) -> Self {
        let templates = revision.artifacts.into_iter();
        Self {
            summary: RevisionView {
                number: revision.number,
                deployment: revision.deployment,
                created_at: revision.created_at,
            },
            instance: revision.instance,
            spec: revision.spec,
            ground: revision.ground,
            resolved: revision.resolved.into_iter().map(Into::into).collect(),
            templates: templates
                .map(|(unit, artifact)| (unit, artifact.digest.to_string()))
                .collect(),
            outputs: revision.outputs,
        }
    }
}

/// `GET /v1/instances/{id}/revisions`, the oldest first.
pub(crate) async fn list<T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    caller: Caller,
    Named(id): Named,
    Asked(query): Asked<Paging>,
) -> Result<Json<Listing<RevisionView>>, Refused> {
    let tenant = &caller.principal.tenant;
    let id = instances::parse_id(&id)?;
    if instances::current(&platform, tenant, &id).await?.is_none() {
        return Err(instances::absent(&id).into());
    }
    let partition = Partition::instance(tenant, &id);
    let place = (&partition, Revision::PREFIX);
    let cursor = query.cursor.as_deref();
    let page: Page<Revision> = page_of(&platform.table, place, query.limit, cursor).await?;
    Ok(Json(Listing {
        items: page.records.iter().map(RevisionView::from).collect(),
        next: page.next,
    }))
}

/// `GET /v1/instances/{id}/revisions/{number}`
pub(crate) async fn show<T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    caller: Caller,
    Pair(id, number): Pair,
) -> Result<Json<RevisionDetail>, Refused> {
    let tenant = &caller.principal.tenant;
    let id = instances::parse_id(&id)?;
    let found = match number.parse() {
        Ok(number) => find(&platform.table, tenant, (&id, number)).await?,
        // What cannot be a number is answered like one that does not exist.
        Err(_) => return Err(no_revision(&id, &shown(&number))),
    };
    Ok(Json(found.into()))
}

/// The query of `GET /v1/instances/{id}/difference`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DifferenceQuery {
    from: u64,
    to: u64,
}

/// How two revisions differ.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RevisionDifferences)]
pub(crate) struct DifferenceView {
    instance: InstanceId,
    from: u64,
    to: u64,
    #[serde(flatten)]
    difference: RevisionDifference,
}

/// `GET /v1/instances/{id}/difference?from=&to=`
pub(crate) async fn difference<T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    caller: Caller,
    Named(id): Named,
    Asked(query): Asked<DifferenceQuery>,
) -> Result<Json<DifferenceView>, Refused> {
    let tenant = &caller.principal.tenant;
    let id = instances::parse_id(&id)?;
    let table = &platform.table;
    let before = find(table, tenant, (&id, query.from)).await?;
    let after = find(table, tenant, (&id, query.to)).await?;
    let before_templates = templates(&platform.system, &before, &after).await?;
    let after_templates = templates(&platform.system, &after, &before).await?;
    let difference = RevisionDifference::between(
        Rendered {
            spec: &before.spec,
            templates: &before_templates,
        },
        Rendered {
            spec: &after.spec,
            templates: &after_templates,
        },
    );
    let difference = difference.map_err(|error| {
        tracing::error!(%error, "two revisions cannot be compared");
        Failure::new(FailureKind::Internal, "the platform has a fault")
    })?;
    Ok(Json(DifferenceView {
        instance: id,
        from: query.from,
        to: query.to,
        difference,
    }))
}

/// The templates of a revision, but for those that the other one has too.
async fn templates(
    artifacts: &impl ReadArtifacts,
    of: &Revision,
    other: &Revision,
) -> Result<BTreeMap<UnitName, Vec<u8>>, Refused> {
    let mut templates = BTreeMap::new();
    for (unit, artifact) in &of.artifacts {
        let same = other.artifacts.get(unit);
        if same.is_none_or(|same| same.digest != artifact.digest) {
            templates.insert(unit.clone(), artifacts.read(artifact).await?);
        }
    }
    Ok(templates)
}

/// The revision that is deployed.
pub(crate) async fn deployed<T: Table, S: System>(
    platform: &Platform<T, S>,
    tenant: &TenantId,
    id: &str,
) -> Result<Revision, Refused> {
    let id = instances::parse_id(id)?;
    let instance = instances::current(platform, tenant, &id).await?;
    let alive = instance.filter(|instance| instance.status != InstanceStatus::Destroyed);
    let instance = alive.ok_or_else(|| instances::absent(&id))?;
    let Some(number) = instance.revision else {
        let message = format!("`{id}` has no revision: no deployment of it has succeeded yet");
        return Err(Failure::new(FailureKind::NotFound, message).into());
    };
    find(&platform.table, tenant, (&id, number)).await
}

async fn find(
    table: &impl ReadTable,
    tenant: &TenantId,
    (id, number): (&InstanceId, u64),
) -> Result<Revision, Refused> {
    let found: Option<Revision> = table.get(&Revision::key_of(tenant, id, number)).await?;
    found.ok_or_else(|| no_revision(id, &number.to_string()))
}

fn no_revision(id: &InstanceId, number: &str) -> Refused {
    let message = format!("there is no revision {number} of `{id}`");
    Failure::new(FailureKind::NotFound, message).into()
}
