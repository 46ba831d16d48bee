//! `/v1/instances/{id}/explanation`: where each effective value comes from.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use groundplane_explanation::{Evidence, Explained, at_or_below, explain};
use groundplane_model::{
    ContextKey, DeploymentId, DeploymentSpec, InstanceId, Partition, SpecLines, Step, StepAction,
    TenantId, UnitName, UnitState,
};
use groundplane_ports::ReadTable;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::gate::Caller;
use crate::problem::{Refused, shown};
use crate::request::{Asked, Named};
use crate::revisions;
use crate::{Platform, System, Table};

/// The query of `GET /v1/instances/{id}/explanation`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExplanationQuery {
    /// Only the value here and those below it.
    pointer: Option<String>,
}

/// Where the effective values of an instance come from.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Explanation)]
pub(crate) struct ExplanationView {
    instance: InstanceId,
    revision: u64,
    deployment: DeploymentId,
    items: Vec<Explained>,
}

/// For each unit the parameters of its template and what they are bound to.
type Bindings = BTreeMap<UnitName, BTreeMap<String, ContextKey>>;

/// `GET /v1/instances/{id}/explanation?pointer=`
pub(crate) async fn show<T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    caller: Caller,
    Named(id): Named,
    Asked(query): Asked<ExplanationQuery>,
) -> Result<Json<ExplanationView>, Refused> {
    let pointer = query.pointer.unwrap_or_default();
    if !pointer.is_empty() && !pointer.starts_with('/') {
        let message = format!(
            "`{}` is not a JSON pointer, such as /spec/compute",
            shown(&pointer)
        );
        return Err(Refused::bad_request(message));
    }
    let tenant = &caller.principal.tenant;
    let revision = revisions::deployed(&platform, tenant, &id).await?;
    let table = &platform.table;
    let submitted: DeploymentSpec = table
        .require(&DeploymentSpec::key_of(tenant, &revision.deployment))
        .await?;
    let lines: Option<SpecLines> = table
        .get(&SpecLines::key_of(tenant, &revision.deployment))
        .await?;
    let partition = Partition::instance(tenant, &revision.instance);
    let units: Vec<UnitState> = table.query(&partition, UnitState::PREFIX).await?;
    let bindings = bindings(table, tenant, &units).await?;
    let explained = explain(&Evidence {
        revision: &revision,
        submitted: &submitted,
        lines: lines.as_ref(),
        units: &units,
        bindings: &bindings,
    });
    Ok(Json(ExplanationView {
        items: at_or_below(explained, &pointer),
        instance: revision.instance,
        revision: revision.number,
        deployment: revision.deployment,
    }))
}

/// What the template of each unit was bound to by the deployment that applied it.
async fn bindings(
    table: &impl ReadTable,
    tenant: &TenantId,
    units: &[UnitState],
) -> Result<Bindings, Refused> {
    let applied = |unit: &UnitState| Some(unit.applied.as_ref()?.deployment.clone());
    let deployments: BTreeSet<DeploymentId> = units.iter().filter_map(applied).collect();
    let mut bindings = Bindings::new();
    for deployment in deployments {
        let partition = Partition::deployment(tenant, &deployment);
        let steps: Vec<Step> = table.query(&partition, Step::PREFIX).await?;
        let is_of = |unit: &UnitName| {
            let unit = units.iter().find(|state| state.unit == *unit);
            unit.and_then(applied).as_ref() == Some(&deployment)
        };
        for step in steps.into_iter().filter(|step| is_of(&step.unit)) {
            if let StepAction::Apply { parameters, .. } = step.action {
                bindings.insert(step.unit, parameters);
            }
        }
    }
    Ok(bindings)
}
