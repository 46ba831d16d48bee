//! `groundplane deploy FILE`: submits a service and, if asked to, waits for its deployment.

use crate::answer::Report;
use crate::arguments::{Deploy, Global};
use crate::client::Bound;
use crate::error::Error;
use crate::world::World;
use crate::{documents, following, render, submission};

/// Runs the command.
pub(super) fn run(
    arguments: &Deploy,
    global: &Global,
    world: &mut World<'_>,
) -> Result<Report, Error> {
    let (service, warnings) = documents::check_service(world, &arguments.file)?;
    world.say(&render::problems::text(&warnings));
    if arguments.env.is_none() && service.is_homeless() {
        return Err(Error::usage(
            format!("`{}` names no environment", service.name()),
            "pass --env or set metadata.environment",
        ));
    }
    let client = super::connect(global, world)?;
    let bound = Bound {
        environment: arguments.env.as_ref(),
        plan: arguments.plan.as_ref(),
        if_match: arguments.if_match.as_deref(),
    };
    let accepted = submission::submit(&client, world, &service, bound)?;
    if arguments.waiting.wait {
        let limit = arguments.waiting.timeout;
        return following::to_the_end(&client, world, &accepted.deployment, limit);
    }
    Ok(Report::new(
        render::deployment::accepted(&accepted),
        &accepted,
    ))
}
