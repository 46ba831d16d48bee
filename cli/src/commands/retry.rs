//! `groundplane retry DEPLOYMENT|INSTANCE`: tries a failed deployment again, or starts one anew whose
//! execution is lost.

use crate::answer::Report;
use crate::arguments::{Global, Retry};
use crate::error::Error;
use crate::world::World;
use crate::{following, render, submission};

/// Runs the command.
pub(super) fn run(
    arguments: &Retry,
    global: &Global,
    world: &mut World<'_>,
) -> Result<Report, Error> {
    let client = super::connect(global, world)?;
    let id = super::deployment_of(&client, &arguments.target)?;
    let accepted = submission::retry(&client, world, &id)?;
    if arguments.waiting.wait {
        let limit = arguments.waiting.timeout;
        return following::to_the_end(&client, world, &accepted.deployment, limit);
    }
    Ok(Report::new(
        render::deployment::accepted(&accepted),
        &accepted,
    ))
}
