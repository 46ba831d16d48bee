//! `restart`: every container of the service is replaced, and the new ones have to run.

use groundplane_model::{Begun, Failure, WorkflowRun};
use groundplane_ports::{
    ChangeServices, ReadServices, ReadTable, ServiceHealth, ServicePlace, WriteTable,
};

use crate::input::Input;
use crate::rollout::{Progress, progress};
use crate::work::{Work, failed};
use crate::{Answer, found};

/// What is next for a restart.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    /// ECS is asked to replace the containers.
    Ask,
    /// ECS has begun this rollout; a crash kept the run from writing it down.
    Note(String),
    /// The service is looked at again later.
    Wait,
    /// The containers are replaced.
    Done,
}

pub(crate) async fn advance(
    table: &(impl ReadTable + WriteTable),
    services: &(impl ReadServices + ChangeServices),
    work: &Work<'_>,
) -> Result<Answer, Failure> {
    let begun = match &work.begun {
        Some(begun) => begun.clone(),
        None => match begin(table, services, work).await? {
            Some(begun) => begun,
            None => return Ok(work.wait()),
        },
    };
    let Begun::Restart {
        service,
        before,
        after,
    } = &begun.begun
    else {
        return Err(work.muddled());
    };
    let place = found::place(service)?;
    let health = look(services, &place).await?;
    let after = match next(&health, before, after.as_deref())? {
        Next::Ask => newer(&services.restart(&place).await?, before),
        Next::Note(after) => Some(after),
        Next::Wait => return Ok(work.wait()),
        Next::Done => return Ok(Answer::Done),
    };
    let noted = Begun::Restart {
        service: service.clone(),
        before: before.clone(),
        after,
    };
    work.note(table, Some(&begun), noted).await?;
    Ok(work.wait())
}

/// Writes down how the service was before, unless it cannot be worked on yet.
async fn begin(
    table: &(impl ReadTable + WriteTable),
    services: &impl ReadServices,
    work: &Work<'_>,
) -> Result<Option<WorkflowRun>, Failure> {
    Input::of(work.run, &[]).end()?;
    if !work.is_free(table).await? {
        return Ok(None);
    }
    let service = found::service(work, &work.units(table).await?)?;
    let health = look(services, &found::place(&service)?).await?;
    let Some(before) = health.primary().map(|primary| primary.id.clone()) else {
        return Ok(None);
    };
    let begun = Begun::Restart {
        service,
        before,
        after: None,
    };
    Ok(Some(work.note(table, None, begun).await?))
}

/// The service as it is now.
///
/// # Errors
/// `ProvisionFailed` where there is none any more.
pub(crate) async fn look(
    services: &impl ReadServices,
    place: &ServicePlace,
) -> Result<ServiceHealth, Failure> {
    let found = services.services(&place.cluster, &[&place.name]).await?;
    let missing = || {
        failed(&format!(
            "there is no service `{}` in the cluster `{}` any more",
            place.name, place.cluster
        ))
    };
    found.into_iter().next().ok_or_else(missing)
}

/// What is next, from what ECS says: `before` was the newest rollout before the restart, `after`
/// is the one that the restart has begun, as far as the run knows.
fn next(health: &ServiceHealth, before: &str, after: Option<&str>) -> Result<Next, Failure> {
    let Some(after) = after else {
        return Ok(newer(health, before).map_or(Next::Ask, Next::Note));
    };
    // What ECS says may be a moment behind.
    let is_behind = newer(health, before).is_none()
        && !health.rollouts.iter().any(|rollout| rollout.id == after);
    if is_behind && health.is_active {
        return Ok(Next::Wait);
    }
    match progress(health, Some(after)) {
        Progress::Underway => Ok(Next::Wait),
        Progress::Steady => Ok(Next::Done),
        Progress::Failed(reason) => Err(failed(&format!("the restart failed: {reason}"))),
    }
}

/// The newest rollout, if it is another one than before.
fn newer(health: &ServiceHealth, before: &str) -> Option<String> {
    let primary = health.primary()?;
    (primary.id != before).then(|| primary.id.clone())
}

#[cfg(test)]
#[path = "restart_tests.rs"]
mod tests;
