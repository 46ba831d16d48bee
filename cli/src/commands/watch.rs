//! `groundplane watch DEPLOYMENT|INSTANCE`: follows a deployment until its end.

use crate::answer::Report;
use crate::arguments::{Global, Target, Watch};
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
    let deployment = match &arguments.target {
        Target::Deployment(id) => id.clone(),
        Target::Instance(name) => super::find(&client, name)?
            .summary
            .latest_deployment()
            .clone(),
    };
    following::to_the_end(&client, world, &deployment, arguments.timeout)
}
