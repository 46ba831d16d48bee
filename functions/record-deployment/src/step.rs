//! How steps end.

use groundplane_deployment::{
    cause_of, collect, fail_step, undo_failed as not_undone, undone as taken_back,
};
use groundplane_model::{
    Deployment, DeploymentRef, EngineOutput, Failure, Partition, Resource, Step, StepId, UnitState,
};
use groundplane_ports::{ReadTable, WriteTable};
use jiff::Timestamp;

use crate::Answer;
use crate::owned::Owned;

pub(crate) async fn done(
    table: &(impl ReadTable + WriteTable),
    target: &DeploymentRef,
    step: &StepId,
    output: &EngineOutput,
    now: Timestamp,
) -> Result<Answer, Failure> {
    let (deployment, step) = load(table, target, step).await?;
    let units = units(table, &deployment).await?;

    let changes = collect(&deployment, &step, &units, output, now)?;

    if !changes.is_empty() {
        own(table, &deployment, &step, &units, &output.resources).await?;
    }
    table.commit(changes).await?;
    Ok(Answer::Nothing {})
}

pub(crate) async fn failed(
    table: &(impl ReadTable + WriteTable),
    target: &DeploymentRef,
    step: &StepId,
    (error, cause): (&str, &str),
    now: Timestamp,
) -> Result<Answer, Failure> {
    let (deployment, step) = load(table, target, step).await?;
    let changes = fail_step(&deployment, &step, cause_of(error, cause), now);
    table.commit(changes).await?;
    Ok(Answer::Nothing {})
}

pub(crate) async fn undone(
    table: &(impl ReadTable + WriteTable),
    target: &DeploymentRef,
    step: &StepId,
    now: Timestamp,
) -> Result<Answer, Failure> {
    let (deployment, step) = load(table, target, step).await?;
    let units = units(table, &deployment).await?;
    let changes = taken_back(&deployment, &step, &units, now);

    // A unit that was there before has what it had; of a new one nothing is left.
    if !changes.is_empty() {
        let left = step.before.as_ref();
        let left = left.map_or(&[][..], |before| &before.resources);
        own(table, &deployment, &step, &units, left).await?;
    }
    table.commit(changes).await?;
    Ok(Answer::Nothing {})
}

pub(crate) async fn undo_failed(
    table: &(impl ReadTable + WriteTable),
    target: &DeploymentRef,
    step: &StepId,
    (error, cause): (&str, &str),
    now: Timestamp,
) -> Result<Answer, Failure> {
    let (deployment, step) = load(table, target, step).await?;
    let changes = not_undone(&deployment, &step, cause_of(error, cause), now);
    table.commit(changes).await?;
    Ok(Answer::Nothing {})
}

/// Writes who owns what the unit of `step` has, `resources`.
async fn own(
    table: &(impl ReadTable + WriteTable),
    deployment: &Deployment,
    step: &Step,
    units: &[UnitState],
    resources: &[Resource],
) -> Result<(), Failure> {
    let unit = units.iter().find(|unit| unit.unit == step.unit);
    let owned = Owned {
        deployment,
        unit: &step.unit,
        before: unit.and_then(|unit| unit.applied.as_ref()),
        now: resources,
    };
    owned.save(table).await
}

async fn load(
    table: &impl ReadTable,
    DeploymentRef {
        tenant,
        deployment: id,
    }: &DeploymentRef,
    step: &StepId,
) -> Result<(Deployment, Step), Failure> {
    let deployment: Deployment = table.require(&Deployment::key_of(tenant, id)).await?;
    let step: Step = table.require(&Step::key_of(tenant, id, step)).await?;
    Ok((deployment, step))
}

async fn units(table: &impl ReadTable, deployment: &Deployment) -> Result<Vec<UnitState>, Failure> {
    let partition = Partition::instance(&deployment.tenant, &deployment.instance);
    Ok(table.query(&partition, UnitState::PREFIX).await?)
}
