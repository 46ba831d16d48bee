//! `groundplane status INSTANCE`: one instance with its latest deployment.

use crate::answer::Report;
use crate::arguments::{Global, Status};
use crate::client::{CallError, Client, Deployment, Instance};
use crate::error::Error;
use crate::following::Situation;
use crate::render;
use crate::world::World;

/// Runs the command.
pub(super) fn run(
    arguments: &Status,
    global: &Global,
    world: &mut World<'_>,
) -> Result<Report, Error> {
    let client = super::connect(global, world)?;
    let instance = super::find(&client, &arguments.instance)?;
    let deployment = latest(&client, &instance)?;
    Ok(Report::new(
        render::instance::full(&instance, deployment.as_ref()),
        &Situation {
            instance: Some(&instance),
            deployment: deployment.as_ref(),
        },
    ))
}

/// An instance outlives the records of its deployments.
fn latest(client: &Client, instance: &Instance) -> Result<Option<Deployment>, Error> {
    match client.deployment(instance.summary.latest_deployment()) {
        Ok(deployment) => Ok(Some(deployment)),
        Err(CallError::Refused(refusal)) if refusal.status == 404 => Ok(None),
        Err(error) => Err(error.into()),
    }
}
