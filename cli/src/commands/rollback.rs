//! `groundplane rollback INSTANCE`: shows what deploying an earlier revision would do, and does exactly
//! that once the instance's name was typed.

use groundplane_deployment::PlanId;

use crate::answer::Report;
use crate::arguments::{Global, Rollback};
use crate::client::Client;
use crate::error::Error;
use crate::world::World;
use crate::{following, render, submission};

/// Runs the command.
pub(super) fn run(
    arguments: &Rollback,
    global: &Global,
    world: &mut World<'_>,
) -> Result<Report, Error> {
    let instance = &arguments.instance;
    if !arguments.yes && !arguments.preview {
        super::refuse_to_ask_nobody(world, &format!("`{instance}` is to be rolled back"))?;
    }
    let client = super::connect(global, world)?;
    if arguments.preview {
        let preview = submission::look_back(&client, (instance, arguments.revision))?;
        let text = render::preview::alone(&preview, world.has_colours());
        return Ok(Report::new(text, &preview));
    }
    let plan = match arguments.yes {
        true => None,
        false => Some(confirm(&client, world, arguments)?),
    };
    let wanted = (instance, arguments.revision, plan.as_ref());
    let accepted = submission::roll_back(&client, world, wanted)?;
    if arguments.waiting.wait {
        let limit = arguments.waiting.timeout;
        return following::to_the_end(&client, world, &accepted.deployment, limit);
    }
    Ok(Report::new(
        render::deployment::accepted(&accepted),
        &accepted,
    ))
}

/// The plan that the user has agreed to.
fn confirm(client: &Client, world: &mut World<'_>, arguments: &Rollback) -> Result<PlanId, Error> {
    let instance = &arguments.instance;
    let preview = submission::look_back(client, (instance, arguments.revision))?;
    let text = render::preview::alone(&preview, world.has_colours());
    world.say(&format!("{text}type {instance} to have this done: "));
    if super::is_typed(world, instance) {
        return Ok(preview.plan);
    }
    Err(Error::Declined(instance.clone()))
}
