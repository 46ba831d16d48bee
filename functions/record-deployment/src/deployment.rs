//! How deployments end.

use groundplane_deployment::{Holdings, Run, cause_of, fail, finish, releases};
use groundplane_model::{
    Action, Allocation, Deployment, DeploymentRef, DeploymentSpec, DeploymentStatus, Failure,
    Instance, Member, Partition, Revision, Step, UnitState,
};
use groundplane_ports::{ReadTable, WriteTable};
use jiff::Timestamp;

use crate::{Answer, life};

pub(crate) async fn failed(
    table: &(impl ReadTable + WriteTable),
    DeploymentRef {
        tenant,
        deployment: id,
    }: &DeploymentRef,
    (error, cause): (&str, &str),
) -> Result<Answer, Failure> {
    let deployment: Deployment = table.require(&Deployment::key_of(tenant, id)).await?;
    let steps: Vec<Step> = table
        .query(&Partition::deployment(tenant, id), Step::PREFIX)
        .await?;

    let compensation = fail(&deployment, &steps, cause_of(error, cause));

    table.commit(compensation.changes).await?;
    Ok(Answer::Undo {
        waves: compensation.waves,
    })
}

pub(crate) async fn settled(
    table: &impl ReadTable,
    DeploymentRef {
        tenant,
        deployment: id,
    }: &DeploymentRef,
) -> Result<Answer, Failure> {
    let deployment: Deployment = table.require(&Deployment::key_of(tenant, id)).await?;
    let partition = Partition::instance(tenant, &deployment.instance);
    let allocations: Vec<Allocation> = table.query(&partition, Allocation::PREFIX).await?;
    let units: Vec<UnitState> = table.query(&partition, UnitState::PREFIX).await?;
    let submitted: DeploymentSpec = table.require(&DeploymentSpec::key_of(tenant, id)).await?;
    let revision = deployed(table, &deployment).await?;
    let holdings = Holdings {
        allocations: &allocations,
        units: &units,
        revision: revision.as_ref(),
    };
    Ok(Answer::Release {
        releases: releases(&deployment, &submitted, holdings),
    })
}

/// The revision that is deployed, if one is.
async fn deployed(
    table: &impl ReadTable,
    deployment: &Deployment,
) -> Result<Option<Revision>, Failure> {
    let (tenant, id) = (&deployment.tenant, &deployment.instance);
    let instance: Instance = table.require(&Instance::key_of(tenant, id)).await?;
    let Some(number) = instance.revision else {
        return Ok(None);
    };
    Ok(table.get(&Revision::key_of(tenant, id, number)).await?)
}

pub(crate) async fn finished(
    table: &(impl ReadTable + WriteTable),
    DeploymentRef {
        tenant,
        deployment: id,
    }: &DeploymentRef,
    now: Timestamp,
) -> Result<Answer, Failure> {
    let deployment: Deployment = table.require(&Deployment::key_of(tenant, id)).await?;
    let submitted: DeploymentSpec = table.require(&DeploymentSpec::key_of(tenant, id)).await?;
    let instance: Instance = table
        .require(&Instance::key_of(tenant, &deployment.instance))
        .await?;
    let steps: Vec<Step> = table
        .query(&Partition::deployment(tenant, id), Step::PREFIX)
        .await?;
    let partition = Partition::instance(tenant, &deployment.instance);
    let units: Vec<UnitState> = table.query(&partition, UnitState::PREFIX).await?;
    let allocations: Vec<Allocation> = table.query(&partition, Allocation::PREFIX).await?;
    let member = leaving(table, &deployment, &instance).await?;

    let mut changes = finish(
        Run {
            deployment: &deployment,
            submitted: &submitted,
            instance: &instance,
            steps: &steps,
            units: &units,
            allocations: &allocations,
            member: member.as_ref(),
        },
        now,
    );

    // A deployment that fails changes nothing of the life: what was there before still is.
    if deployment.status == DeploymentStatus::Running && !changes.is_empty() {
        let life = life::changes(table, &deployment, &submitted, &instance, now);
        changes.extend(life.await?);
    }

    table.commit(changes).await?;
    Ok(Answer::Nothing {})
}

/// The instance in the list of its environment, if it is to leave it.
async fn leaving(
    table: &impl ReadTable,
    deployment: &Deployment,
    instance: &Instance,
) -> Result<Option<Member>, Failure> {
    if deployment.action != Action::Destroy {
        return Ok(None);
    }
    let key = Member::key_of(&instance.environment, &instance.tenant, &instance.id);
    Ok(table.get(&key).await?)
}
