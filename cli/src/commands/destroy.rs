//! `groundplane destroy INSTANCE`: removes an instance, once its name was typed.

use groundplane_model::InstanceId;

use crate::answer::Report;
use crate::arguments::{Destroy, Global};
use crate::client::{Client, WHATEVER_IS_THERE};
use crate::error::Error;
use crate::world::World;
use crate::{following, render, submission};

/// Runs the command.
pub(super) fn run(
    arguments: &Destroy,
    global: &Global,
    world: &mut World<'_>,
) -> Result<Report, Error> {
    let instance = &arguments.instance;
    if !arguments.yes {
        super::refuse_to_ask_nobody(world, &format!("`{instance}` is to be destroyed"))?;
    }
    let client = super::connect(global, world)?;
    let tag = match arguments.yes {
        true => WHATEVER_IS_THERE.to_owned(),
        false => confirm(&client, world, instance)?,
    };
    let accepted = submission::destroy(&client, world, (instance, &tag))?;
    if arguments.waiting.wait {
        let limit = arguments.waiting.timeout;
        return following::to_the_end(&client, world, &accepted.deployment, limit);
    }
    Ok(Report::new(
        render::deployment::accepted(&accepted),
        &accepted,
    ))
}

/// The state of the instance that the user has agreed to.
fn confirm(client: &Client, world: &mut World<'_>, instance: &InstanceId) -> Result<String, Error> {
    let found = client.instance(instance)?;
    world.say(&render::instance::question(&found));
    if super::is_typed(world, instance) {
        let tag = found.summary.etag;
        return Ok(tag.unwrap_or_else(|| WHATEVER_IS_THERE.to_owned()));
    }
    Err(Error::NotConfirmed(instance.clone()))
}
