//! `groundplane destroy INSTANCE`: removes an instance, once its name was typed.

use std::io::{BufRead as _, Read as _};

use groundplane_model::InstanceId;

use crate::answer::Report;
use crate::arguments::{Destroy, Global};
use crate::client::Client;
use crate::error::Error;
use crate::world::World;
use crate::{following, render, submission};

/// The longest line that is read as an answer.
const MAX_ANSWER: u64 = 1024;

/// Runs the command.
pub(super) fn run(
    arguments: &Destroy,
    global: &Global,
    world: &mut World<'_>,
) -> Result<Report, Error> {
    let instance = &arguments.instance;
    if !arguments.yes && !world.input_is_terminal {
        return Err(Error::usage(
            format!("nobody can be asked whether `{instance}` is to be destroyed"),
            "pass --yes where standard input is not a terminal",
        ));
    }
    let client = super::connect(global, world)?;
    if !arguments.yes {
        confirm(&client, world, instance)?;
    }
    let accepted = submission::destroy(&client, world, instance)?;
    if arguments.waiting.wait {
        let limit = arguments.waiting.timeout;
        return following::to_the_end(&client, world, &accepted.deployment, limit);
    }
    Ok(Report::new(
        render::deployment::accepted(&accepted),
        &accepted,
    ))
}

fn confirm(client: &Client, world: &mut World<'_>, instance: &InstanceId) -> Result<(), Error> {
    let found = client.instance(instance)?;
    world.say(&render::instance::question(&found));
    let mut typed = Vec::new();
    // What cannot be read is no agreement.
    let read = (&mut world.input)
        .take(MAX_ANSWER)
        .read_until(b'\n', &mut typed);
    if read.is_ok() && typed.trim_ascii() == instance.as_str().as_bytes() {
        return Ok(());
    }
    Err(Error::NotConfirmed(instance.clone()))
}
