//! `/v1/deployments`: what they do, and what people may still say about them.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use groundplane_deployment::{Intent, waiting_for};
use groundplane_model::{
    Action, ApprovalVerdict, Deployment, DeploymentId, DeploymentSpec, Failure, FailureKind,
    Partition, Step,
};

use crate::gate::Caller;
use crate::preview::{PreviewView, foresee_intent};
use crate::problem::{Refused, shown};
use crate::request::Named;
use crate::submission::RequestKey;
use crate::view::DeploymentView;
use crate::{Platform, System, Table, again, approvals, cancelling, instances};

/// A deployment with its steps.
pub(crate) type Known = (Deployment, Vec<Step>);

/// `GET /v1/deployments/{id}`
pub(crate) async fn show<T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    caller: Caller,
    Named(id): Named,
) -> Result<Json<DeploymentView>, Refused> {
    let known = load(&platform, &caller, &id).await?;
    Ok(Json(view(&platform, known)))
}

/// `POST /v1/deployments/{id}:cancel`, `:approve`, `:reject` and `:retry`
pub(crate) async fn act<T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    caller: Caller,
    Named(target): Named,
    RequestKey(key): RequestKey,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Refused> {
    let body = body.map_err(|_| Refused::too_large())?;
    let (id, verb) = split(&target, "/v1/deployments")?;
    let known = match verb {
        "cancel" => cancelling::cancel(&platform, &caller, id).await?,
        "approve" => {
            approvals::answer(&platform, &caller, (id, ApprovalVerdict::Approved), &body).await?
        }
        "reject" => {
            approvals::answer(&platform, &caller, (id, ApprovalVerdict::Rejected), &body).await?
        }
        "retry" => {
            let begun = again::retry(&platform, &caller, id, key).await?;
            return Ok(begun.into_response());
        }
        other => return Err(no_such_verb(other)),
    };
    Ok((StatusCode::OK, Json(view(&platform, known))).into_response())
}

/// `GET /v1/deployments/{id}/preview`: what a deployment that is planned will do to what is there.
pub(crate) async fn preview<T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    caller: Caller,
    Named(id): Named,
) -> Result<Json<PreviewView>, Refused> {
    let (deployment, _) = load(&platform, &caller, &id).await?;
    let id = &deployment.id;
    let conflict = |message: String| Failure::new(FailureKind::Conflict, message);
    if deployment.status.has_ended() || deployment.plan_digest.is_none() {
        let message = format!("`{id}` is not about to do anything");
        return Err(conflict(message).into());
    }
    if deployment.action == Action::Destroy {
        let message = format!("`{id}` removes everything that its instance has");
        return Err(conflict(message).into());
    }
    let tenant = &deployment.tenant;
    let submitted = DeploymentSpec::key_of(tenant, id);
    let submitted: DeploymentSpec = platform.table.require(&submitted).await?;
    let current = instances::current(&platform, tenant, &deployment.instance).await?;
    let intent = Intent {
        tenant,
        instance: &deployment.instance,
        spec: &submitted.spec,
        // Once it is planned, every input has its value.
        bound: &[],
        environment: &submitted.environment,
        landing_zone: &submitted.landing_zone,
    };
    let foreseen = foresee_intent(&platform, &intent, current.as_ref()).await?;
    let foreseen = foreseen
        .map_err(|problems| Failure::invalid_document("the spec cannot be deployed", problems))?;
    Ok(Json(foreseen.with(Vec::new())))
}

/// The id and the verb of `id:verb`.
pub(crate) fn split<'a>(target: &'a str, path: &str) -> Result<(&'a str, &'a str), Refused> {
    target.rsplit_once(':').ok_or_else(|| {
        let path = format!("{path}/{}", shown(target));
        Refused::method(format!("`{path}` does not answer POST"))
    })
}

/// Refused since nothing is called so.
pub(crate) fn no_such_verb(verb: &str) -> Refused {
    let message = format!("there is no endpoint `:{}` here", shown(verb));
    Failure::new(FailureKind::NotFound, message).into()
}

/// The deployment of that id, if there is one of the caller's tenant.
pub(crate) async fn load<T: Table, S: System>(
    platform: &Platform<T, S>,
    caller: &Caller,
    id: &str,
) -> Result<Known, Refused> {
    let tenant = &caller.principal.tenant;
    let absent = || Failure::new(FailureKind::NotFound, "there is no such deployment");
    // What cannot be an id is answered like an id that does not exist.
    let id = DeploymentId::parse(id).map_err(|_| absent())?;
    let deployment: Option<Deployment> =
        platform.table.get(&Deployment::key_of(tenant, &id)).await?;
    let deployment = deployment.ok_or_else(absent)?;
    let steps: Vec<Step> = platform
        .table
        .query(&Partition::deployment(tenant, &id), Step::PREFIX)
        .await?;
    Ok((deployment, steps))
}

fn view<T: Table, S: System>(
    platform: &Platform<T, S>,
    (deployment, steps): Known,
) -> DeploymentView {
    let waits = waiting_for(&deployment, &steps, platform.system.now());
    DeploymentView::new(deployment, steps, waits)
}
