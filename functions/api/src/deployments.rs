//! `/v1/deployments`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use groundplane_model::{Deployment, DeploymentId, Failure, FailureKind, Partition, Step};

use crate::principal::Caller;
use crate::problem::Refused;
use crate::request::Named;
use crate::view::DeploymentView;
use crate::{Platform, System, Table};

/// `GET /v1/deployments/{id}`
pub(crate) async fn show<T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    caller: Caller,
    Named(id): Named,
) -> Result<Json<DeploymentView>, Refused> {
    let tenant = &caller.principal.tenant;
    let absent = || Failure::new(FailureKind::NotFound, "there is no such deployment");
    // What cannot be an id is answered like an id that does not exist.
    let id = DeploymentId::parse(&id).map_err(|_| absent())?;
    let deployment: Option<Deployment> =
        platform.table.get(&Deployment::key_of(tenant, &id)).await?;
    let deployment = deployment.ok_or_else(absent)?;
    let steps: Vec<Step> = platform
        .table
        .query(&Partition::deployment(tenant, &id), Step::PREFIX)
        .await?;
    Ok(Json(DeploymentView::new(deployment, steps)))
}
