//! How deployments end.

use groundplane_deployment::{Run, cause_of, fail, finish, releases};
use groundplane_model::{
    Allocation, Deployment, DeploymentRef, DeploymentSpec, Failure, Instance, Partition, Step,
    UnitState,
};
use groundplane_ports::{ReadTable, WriteTable};
use jiff::Timestamp;

use crate::Answer;

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
    Ok(Answer::Release {
        releases: releases(&deployment, &allocations, &units),
    })
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

    let changes = finish(
        Run {
            deployment: &deployment,
            submitted: &submitted,
            instance: &instance,
            steps: &steps,
            units: &units,
            allocations: &allocations,
        },
        now,
    );

    table.commit(changes).await?;
    Ok(Answer::Nothing {})
}
