//! How every change of what is deployed is accepted: once for each idempotency key, in one
//! transaction, and answered with where it can be followed.

use groundplane_deployment::{Accepted, IdempotencyClaim};
use groundplane_model::{
    Change, DeploymentId, DeploymentStatus, Digest, Failure, FailureKind, Idempotency, InstanceId,
    Problem,
};
use groundplane_ports::PortError;

use crate::contract::Begun;
use crate::gate::Caller;
use crate::problem::Refused;
use crate::view::AcceptedView;
use crate::{Platform, System, Table, quota};

/// How often acceptance is decided again where someone else was faster.
pub(crate) const ATTEMPTS: u32 = 3;

/// What a request's idempotency key says.
pub(crate) enum Claim {
    /// The request was answered before.
    Answered(Idempotency),
    /// It was not; the claim is written with the answer.
    Fresh(Option<IdempotencyClaim>),
}

pub(crate) async fn claim<T: Table, S: System>(
    platform: &Platform<T, S>,
    caller: &Caller,
    key: Option<&Digest>,
    request: &Digest,
) -> Result<Claim, Refused> {
    let Some(key) = key else {
        return Ok(Claim::Fresh(None));
    };
    let lies = Idempotency::key_of(&caller.principal.tenant, key);
    let known: Option<Idempotency> = platform.table.get(&lies).await?;
    let version = known.as_ref().map_or(0, |known| known.version);
    match known.filter(|known| !known.has_expired(platform.system.now())) {
        Some(known) if known.request_digest == *request => Ok(Claim::Answered(known)),
        Some(_) => {
            let message = "this Idempotency-Key was used for another request";
            Err(Failure::new(FailureKind::Invalid, message).into())
        }
        None => Ok(Claim::Fresh(Some(IdempotencyClaim {
            key_digest: key.clone(),
            request_digest: request.clone(),
            version,
        }))),
    }
}

/// Commits an acceptance; none where someone else was faster. Refused where the tenant has used up
/// a quota.
pub(crate) async fn commit<T: Table, S: System>(
    platform: &Platform<T, S>,
    accepted: Accepted,
) -> Result<Option<Accepted>, Refused> {
    let accepted = quota::charged(platform, accepted).await?;
    let is_saved = save(platform, accepted.changes.clone()).await?;
    Ok(is_saved.then_some(accepted))
}

/// Whether `changes` are made; they are not where someone else was faster.
pub(crate) async fn save<T: Table, S: System>(
    platform: &Platform<T, S>,
    changes: Vec<Change>,
) -> Result<bool, Refused> {
    match platform.table.commit(changes).await {
        Ok(()) => Ok(true),
        Err(PortError::Conflict(_)) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

pub(crate) fn busy(id: &InstanceId) -> Refused {
    Failure::new(
        FailureKind::Unavailable,
        format!("`{id}` keeps changing; try again"),
    )
    .into()
}

/// The answer to a change that was accepted now.
pub(crate) fn accepted(done: Accepted, warnings: Vec<Problem>) -> Begun<AcceptedView> {
    begun(done.instance.id, done.deployment.id, warnings)
}

/// The answer to a change that was accepted before: the same.
pub(crate) fn answered(known: Idempotency, warnings: Vec<Problem>) -> Begun<AcceptedView> {
    begun(known.instance, known.deployment, warnings)
}

/// The answer to a change whose deployment is under way.
pub(crate) fn begun(
    instance: InstanceId,
    deployment: DeploymentId,
    warnings: Vec<Problem>,
) -> Begun<AcceptedView> {
    Begun {
        location: format!("/v1/deployments/{deployment}"),
        view: AcceptedView {
            instance,
            deployment,
            status: DeploymentStatus::Accepted,
            warnings,
        },
    }
}
