//! `groundplane list`: what is deployed.

use serde::Serialize;

use crate::answer::Report;
use crate::arguments::{Global, List};
use crate::client::InstanceSummary;
use crate::error::Error;
use crate::render;
use crate::world::World;

#[derive(Serialize)]
struct Answer {
    items: Vec<InstanceSummary>,
}

/// Runs the command.
pub(super) fn run(
    arguments: &List,
    global: &Global,
    world: &mut World<'_>,
) -> Result<Report, Error> {
    let client = super::connect(global, world)?;
    let items = client.instances(arguments.env.as_ref(), None)?;
    Ok(Report::new(
        render::instance::list(&items),
        &Answer { items },
    ))
}
