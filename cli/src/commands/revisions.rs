//! `groundplane revisions` and `groundplane diff`: what was deployed before, and how two of them
//! differ.

use groundplane_preview::Colour;
use serde::Serialize;

use crate::answer::Report;
use crate::arguments::{Diff, Global, Revisions};
use crate::client::Revision;
use crate::error::Error;
use crate::render;
use crate::world::World;

#[derive(Serialize)]
struct Listed {
    items: Vec<Revision>,
}

/// `groundplane revisions INSTANCE`
pub(super) fn list(
    arguments: &Revisions,
    global: &Global,
    world: &mut World<'_>,
) -> Result<Report, Error> {
    let items = super::connect(global, world)?.revisions(&arguments.instance)?;
    Ok(Report::new(
        render::revision::list(&items),
        &Listed { items },
    ))
}

/// `groundplane diff INSTANCE FROM TO`
pub(super) fn diff(
    arguments: &Diff,
    global: &Global,
    world: &mut World<'_>,
) -> Result<Report, Error> {
    let Diff { instance, from, to } = arguments;
    let found = super::connect(global, world)?.difference(instance, (*from, *to))?;
    let colour = match world.has_colours() {
        true => Colour::Ansi,
        false => Colour::Never,
    };
    let text = match found.difference.is_empty() {
        true => format!("revisions {from} and {to} of {instance} are the same\n"),
        false => found.difference.text(colour),
    };
    Ok(Report::new(text, &found))
}
