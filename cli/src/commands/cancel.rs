//! `groundplane cancel DEPLOYMENT|INSTANCE`: ends a deployment before its time.

use crate::answer::Report;
use crate::arguments::{Cancel, Global};
use crate::error::Error;
use crate::following;
use crate::world::World;

/// Runs the command.
pub(super) fn run(
    arguments: &Cancel,
    global: &Global,
    world: &mut World<'_>,
) -> Result<Report, Error> {
    let client = super::connect(global, world)?;
    let id = super::deployment_of(&client, &arguments.target)?;
    let cancelled = client.cancel(&id)?;
    if arguments.waiting.wait {
        return following::to_its_failure(&client, world, &id, arguments.waiting.timeout);
    }
    let text = format!(
        "{id} is cancelled; what it did is taken back\nfollow it with `groundplane watch {id}`\n"
    );
    Ok(Report::new(text, &cancelled))
}
