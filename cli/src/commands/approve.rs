//! `groundplane approve DEPLOYMENT|INSTANCE`: shows what a deployment will do, and approves its plan
//! once the instance's name was typed.

use groundplane_model::Action;

use crate::answer::Report;
use crate::arguments::{Approve, Global};
use crate::client::{Client, Deployment};
use crate::error::Error;
use crate::render;
use crate::world::World;

/// Runs the command.
pub(super) fn run(
    arguments: &Approve,
    global: &Global,
    world: &mut World<'_>,
) -> Result<Report, Error> {
    if !arguments.yes {
        super::refuse_to_ask_nobody(world, "the plan is to be approved")?;
    }
    let client = super::connect(global, world)?;
    let id = super::deployment_of(&client, &arguments.target)?;
    let deployment = client.deployment(&id)?;
    let plan = plan_of(&deployment, arguments.plan.as_deref())?;
    if !arguments.yes && render::deployment::is_waiting(&deployment) {
        confirm(&client, world, &deployment)?;
    }
    let approved = client.approve(&id, &plan)?;
    let text = format!("the plan of {id} is approved\nfollow it with `groundplane watch {id}`\n");
    Ok(Report::new(text, &approved))
}

/// The digest of the plan that is meant.
pub(super) fn plan_of(deployment: &Deployment, flag: Option<&str>) -> Result<String, Error> {
    let known = flag.or(deployment.plan_digest.as_deref());
    known.map(str::to_owned).ok_or_else(|| {
        Error::usage(
            format!("`{}` has no plan that could be approved", deployment.id),
            format!(
                "`groundplane status {}` says what it waits for",
                deployment.instance
            ),
        )
    })
}

fn confirm(client: &Client, world: &mut World<'_>, deployment: &Deployment) -> Result<(), Error> {
    let what = match deployment.action {
        Action::Apply => {
            let colours = world.has_colours();
            render::preview::alone(&client.deployment_preview(&deployment.id)?, colours)
        }
        Action::Destroy => render::deployment::steps(deployment),
    };
    world.say(&format!(
        "{} of {}, which {} asked for:\n{what}type {} to approve it: ",
        render::deployment::name_of(deployment),
        render::deployment::deed(deployment),
        render::line(&deployment.requested_by),
        deployment.instance,
    ));
    if super::is_typed(world, &deployment.instance) {
        return Ok(());
    }
    Err(Error::Declined(deployment.instance.clone()))
}
