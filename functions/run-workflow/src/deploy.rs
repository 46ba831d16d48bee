//! `redeploy`, `rollback` and `destroy`: a deployment of the instance, which has to succeed. It is
//! accepted as one that a person asks for, and in the same transaction as the run's record of it.

mod accept;
mod weight;

use groundplane_model::{Begun, Deployment, DeploymentId, DeploymentStatus, Failure, Run};
use groundplane_ports::{Clock, Ids, ReadTable, WriteTable};

pub(crate) use weight::{Reweighed, must_be_weighted, reweigh};

use crate::Answer;
use crate::input::Input;
use crate::work::{Ready, Work, failed};

/// What kind of deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deploy {
    /// The spec that is deployed, with everything that resolvers give looked up afresh.
    Redeploy,
    /// The spec of an earlier revision, with what resolvers gave to it then.
    Rollback,
    /// Nothing any more.
    Destroy,
}

pub(crate) async fn advance(
    table: &(impl ReadTable + WriteTable),
    system: &(impl Clock + Ids),
    (work, deploy): (&Work<'_>, Deploy),
) -> Result<Answer, Failure> {
    match work.begun.as_ref().map(|record| &record.begun) {
        Some(Begun::Deployment { deployment }) => watch(table, work, deployment).await,
        Some(_) => Err(work.muddled()),
        None => begin(table, system, (work, deploy)).await,
    }
}

async fn begin(
    table: &(impl ReadTable + WriteTable),
    system: &(impl Clock + Ids),
    (work, deploy): (&Work<'_>, Deploy),
) -> Result<Answer, Failure> {
    let revision = revision_asked(work.run, deploy)?;
    match (work.ready(table).await?, deploy) {
        // It is what was wanted, whoever did it.
        (Ready::Gone, Deploy::Destroy) => return Ok(Answer::Done),
        (Ready::Gone, Deploy::Redeploy | Deploy::Rollback) => return Err(work.gone()),
        (Ready::Busy, _) => {}
        (Ready::Yes(instance), Deploy::Redeploy) => {
            accept::redeploy(table, system, (work, *instance)).await?;
        }
        (Ready::Yes(instance), Deploy::Rollback) => {
            accept::rollback(table, system, (work, *instance, revision)).await?;
        }
        (Ready::Yes(instance), Deploy::Destroy) => {
            accept::destroy(table, system, (work, *instance)).await?;
        }
    }
    Ok(work.wait())
}

fn revision_asked(run: &Run, deploy: Deploy) -> Result<Option<u64>, Failure> {
    let known: &[&'static str] = match deploy {
        Deploy::Rollback => &["revision"],
        Deploy::Redeploy | Deploy::Destroy => &[],
    };
    let mut input = Input::of(run, known);
    let revision = match deploy {
        Deploy::Rollback => input.number("revision", 1, u64::from(u32::MAX)),
        Deploy::Redeploy | Deploy::Destroy => None,
    };
    input.end()?;
    Ok(revision)
}

/// Waits for the end of the deployment that a run has begun.
pub(crate) async fn watch(
    table: &impl ReadTable,
    work: &Work<'_>,
    id: &DeploymentId,
) -> Result<Answer, Failure> {
    let key = Deployment::key_of(&work.life.tenant, id);
    let deployment: Deployment = table.require(&key).await?;
    match deployment.status {
        DeploymentStatus::Accepted
        | DeploymentStatus::Running
        | DeploymentStatus::Waiting
        | DeploymentStatus::Compensating => Ok(work.wait()),
        DeploymentStatus::Succeeded => Ok(Answer::Done),
        DeploymentStatus::Failed => {
            let cause = deployment.error.map(|error| error.cause);
            let cause = cause.unwrap_or_else(|| "no cause was recorded".to_owned());
            Err(failed(&format!("the deployment `{id}` failed: {cause}"))
                .with_link(format!("/v1/deployments/{id}")))
        }
    }
}
