//! Deploying once more what was there before: an earlier revision
//! (`POST /v1/instances/{id}:rollback`), or what a deployment has failed to do
//! (`POST /v1/deployments/{id}:retry`).

mod before;

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::response::{IntoResponse, Response};
use groundplane_authority::{Action as Permission, Object};
use groundplane_deployment::{IdempotencyClaim, PlanId, Retry, execution_of, retry as tried_again};
use groundplane_model::{Action, Deployment, Digest, Instance, InstanceId, Origin, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::acceptance::{ATTEMPTS, Claim, accepted, answered, begun, busy, claim, commit, save};
use crate::contract::Begun;
use crate::deployments::{load, no_such_verb, split};
use crate::gate::Caller;
use crate::instances::{absent, current, parse_id, removal};
use crate::precondition::Precondition;
use crate::problem::Refused;
use crate::request::Named;
use crate::submission::RequestKey;
use crate::view::AcceptedView;
use crate::{Platform, System, Table, ground};
use before::Again;

/// What a rollback is asked for.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RollbackRequest)]
pub(crate) struct Wanted {
    /// The revision; the one before what is deployed if none.
    revision: Option<u64>,
    /// The plan that must still hold.
    #[schema(value_type = Option<String>)]
    plan: Option<PlanId>,
}

/// `POST /v1/instances/{id}:rollback` and `:preview`
pub(crate) async fn act<T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    caller: Caller,
    Named(target): Named,
    (RequestKey(key), precondition): (RequestKey, Precondition),
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Refused> {
    let body = body.map_err(|_| Refused::too_large())?;
    let (id, verb) = split(&target, "/v1/instances")?;
    match verb {
        "rollback" => {
            let asked = (parse_id(id)?, key, precondition);
            let begun = roll_back(&platform, &caller, asked, &body).await?;
            Ok(begun.into_response())
        }
        "preview" => look_back(&platform, &caller, parse_id(id)?, &body).await,
        other => Err(no_such_verb(other)),
    }
}

fn wanted(body: &[u8]) -> Result<Wanted, Refused> {
    if body.trim_ascii().is_empty() {
        return Ok(Wanted::default());
    }
    serde_json::from_slice(body).map_err(|error| {
        let message = format!("the body is not what was asked for: {error}");
        Refused::unreadable(vec![Problem::error("", message)])
    })
}

async fn roll_back<T: Table, S: System>(
    platform: &Platform<T, S>,
    caller: &Caller,
    (id, key, precondition): (InstanceId, Option<Digest>, Precondition),
    body: &[u8],
) -> Result<Begun<AcceptedView>, Refused> {
    let wanted = wanted(body)?;
    let plan = wanted.plan.as_ref().map(ToString::to_string);
    let request = format!("rollback\n{id}\n{:?}\n{plan:?}", wanted.revision);
    let request = Digest::of(request.as_bytes());
    for _ in 0..ATTEMPTS {
        let claim = match claim(platform, caller, key.as_ref(), &request).await? {
            Claim::Answered(known) => {
                return Ok(answered(known, Vec::new()));
            }
            Claim::Fresh(claim) => claim,
        };
        let again = Again::of_revision(platform, caller, (&id, wanted.revision)).await?;
        again.must_be_meant(&precondition, wanted.plan.is_some())?;
        let acceptance = again.acceptance(platform, caller, claim)?;
        if let Some(plan) = &wanted.plan {
            again.foresee(platform).await?.must_be(plan, &id)?;
        }
        if let Some(done) = commit(platform, acceptance).await? {
            return Ok(accepted(done, again.remarks));
        }
    }
    Err(busy(&id))
}

/// What a rollback would do; it is refused where that would be.
async fn look_back<T: Table, S: System>(
    platform: &Platform<T, S>,
    caller: &Caller,
    id: InstanceId,
    body: &[u8],
) -> Result<Response, Refused> {
    let wanted = wanted(body)?;
    let again = Again::of_revision(platform, caller, (&id, wanted.revision)).await?;
    again.acceptance(platform, caller, None)?;
    let foreseen = again.foresee(platform).await?;
    Ok(Json(foreseen.with(again.remarks)).into_response())
}

/// `POST /v1/deployments/{id}:retry`
pub(crate) async fn retry<T: Table, S: System>(
    platform: &Platform<T, S>,
    caller: &Caller,
    id: &str,
    key: Option<Digest>,
) -> Result<Begun<AcceptedView>, Refused> {
    let request = Digest::of(format!("retry\n{id}").as_bytes());
    let (mut deployment, _) = load(platform, caller, id).await?;
    for _ in 0..ATTEMPTS {
        let claim = match claim(platform, caller, key.as_ref(), &request).await? {
            Claim::Answered(known) => {
                return Ok(answered(known, Vec::new()));
            }
            Claim::Fresh(claim) => claim,
        };
        let tenant = &caller.principal.tenant;
        let instance = current(platform, tenant, &deployment.instance).await?;
        let instance = instance.ok_or_else(|| absent(&deployment.instance))?;
        let is_running = match deployment.status.has_ended() {
            true => false,
            false => {
                platform
                    .system
                    .is_running(&execution_of(&deployment))
                    .await?
            }
        };
        let now = platform.system.now();
        let done = match tried_again(&deployment, &instance, is_running, now)? {
            Retry::Restart(mut changes) => {
                changes.extend(claim.map(|claim| claim.taken_by(&deployment, now)));
                let is_saved = save(platform, changes).await?;
                is_saved.then(|| begun(instance.id, deployment.id.clone(), Vec::new()))
            }
            Retry::Anew => anew(platform, caller, (&deployment, instance), claim).await?,
        };
        if let Some(done) = done {
            return Ok(done);
        }
        deployment = load(platform, caller, id).await?.0;
    }
    Err(busy(&deployment.instance))
}

/// Accepts what `deployment` has failed to do as another deployment; none where someone else was
/// faster.
async fn anew<T: Table, S: System>(
    platform: &Platform<T, S>,
    caller: &Caller,
    (deployment, instance): (&Deployment, Instance),
    claim: Option<IdempotencyClaim>,
) -> Result<Option<Begun<AcceptedView>>, Refused> {
    let origin = Origin::Retry(deployment.id.clone());
    let (acceptance, remarks) = match deployment.action {
        Action::Destroy => {
            must_be_allowed_to_destroy(caller)?;
            let environment = ground::environment(&platform.table, &instance.environment).await?;
            let meant = (instance, environment);
            let acceptance = removal(platform, caller, meant, (origin, claim)).await?;
            (acceptance, Vec::new())
        }
        Action::Apply => {
            let again = Again::of_deployment(platform, (deployment, instance)).await?;
            let acceptance = again.acceptance(platform, caller, claim)?;
            (acceptance, again.remarks)
        }
    };
    let done = commit(platform, acceptance).await?;
    Ok(done.map(|done| accepted(done, remarks)))
}

/// To try a destroy again is to destroy, whatever was allowed to get here.
fn must_be_allowed_to_destroy(caller: &Caller) -> Result<(), Refused> {
    let needed = Permission::InstanceDestroy;
    let decision = caller.may(needed, Object::of(&caller.about));
    match decision.allowed {
        true => Ok(()),
        false => Err(caller.denied(needed, &decision).into()),
    }
}
