//! Prepares one step of a deployment, forwards or backwards: binds the parameters, marks the unit
//! as being changed, and says whether and how the engine is to be called.

use groundplane_deployment::{Prepared, Settings, prepare, stop_step_if_cancelled, undo};
use groundplane_model::{
    AccountRole, Deployment, DeploymentId, DeploymentSpec, Failure, Partition, Ruling, Step,
    StepId, TenantId, UnitState,
};
use groundplane_ports::{Clock, ReadTable, WriteTable};
use serde::{Deserialize, Serialize};

/// Which way the step goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The step is carried out.
    Do,
    /// The step is taken back.
    Undo,
}

/// Which step is to be prepared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The tenant.
    pub tenant: TenantId,
    /// The deployment.
    pub deployment: DeploymentId,
    /// The step.
    pub step: StepId,
    /// Which way it goes.
    pub direction: Direction,
}

/// Prepares a step, or prepares it again.
///
/// # Errors
/// `Cancelled` where someone wants the deployment to go no further; otherwise as [`prepare`], [`undo`] and the table say.
pub async fn handle(
    table: &(impl ReadTable + WriteTable),
    clock: &impl Clock,
    installation: &str,
    Request {
        tenant,
        deployment: id,
        step,
        direction,
    }: Request,
) -> Result<Prepared, Failure> {
    let deployment: Deployment = table.require(&Deployment::key_of(&tenant, &id)).await?;
    let step: Step = table.require(&Step::key_of(&tenant, &id, &step)).await?;
    let submitted: DeploymentSpec = table.require(&DeploymentSpec::key_of(&tenant, &id)).await?;
    let ground = Partition::instance(&tenant, &deployment.instance);
    let units: Vec<UnitState> = table.query(&ground, UnitState::PREFIX).await?;
    let ruling: Option<Ruling> = table.get(&Ruling::key_of(&tenant, &id)).await?;
    let makeup = ruling.and_then(|mut ruling| ruling.units.remove(&step.unit));
    let settings = Settings {
        installation: installation.to_owned(),
        tags: makeup.unwrap_or_default().tags,
        account: AccountRole::of(&submitted.landing_zone),
        role_arn: submitted.landing_zone.spec.service_role_arn,
    };

    let (prepared, changes) = match direction {
        Direction::Do if deployment.cancelled.is_some() => {
            let partition = Partition::deployment(&tenant, &id);
            let steps: Vec<Step> = table.query(&partition, Step::PREFIX).await?;
            stop_step_if_cancelled(&deployment, &steps)?;
            prepare(&settings, &deployment, &step, &units, clock.now())?
        }
        Direction::Do => prepare(&settings, &deployment, &step, &units, clock.now())?,
        Direction::Undo => {
            let partition = Partition::deployment(&tenant, &id);
            let steps: Vec<Step> = table.query(&partition, Step::PREFIX).await?;
            undo(&settings, &deployment, &step, &steps, &units)?
        }
    };

    table.commit(changes).await?;
    Ok(prepared)
}
