//! `groundplane reject DEPLOYMENT|INSTANCE --reason REASON`: ends a deployment whose plan waits.

use crate::answer::Report;
use crate::arguments::{Global, Reject};
use crate::error::Error;
use crate::world::World;

/// Runs the command.
pub(super) fn run(
    arguments: &Reject,
    global: &Global,
    world: &mut World<'_>,
) -> Result<Report, Error> {
    let client = super::connect(global, world)?;
    let id = super::deployment_of(&client, &arguments.target)?;
    let deployment = client.deployment(&id)?;
    let plan = super::approve::plan_of(&deployment, arguments.plan.as_deref())?;
    let rejected = client.reject(&id, &plan, &arguments.reason)?;
    let text = format!("the plan of {id} is rejected; what it holds is given back\n");
    Ok(Report::new(text, &rejected))
}
