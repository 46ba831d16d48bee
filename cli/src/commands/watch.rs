//! `groundplane watch DEPLOYMENT|INSTANCE`: follows a deployment until its end.

use crate::answer::Report;
use crate::arguments::{Global, Watch};
use crate::error::Error;
use crate::following;
use crate::world::World;

/// Runs the command.
pub(super) fn run(
    arguments: &Watch,
    global: &Global,
    world: &mut World<'_>,
) -> Result<Report, Error> {
    let client = super::connect(global, world)?;
    let deployment = super::deployment_of(&client, &arguments.target)?;
    following::to_the_end(&client, world, &deployment, arguments.timeout)
}
