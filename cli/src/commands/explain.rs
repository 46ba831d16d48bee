//! `groundplane explain INSTANCE [POINTER]`: where each effective value comes from.

use crate::answer::Report;
use crate::arguments::{Explain, Global};
use crate::error::Error;
use crate::render;
use crate::world::World;

/// Runs the command.
pub(super) fn run(
    arguments: &Explain,
    global: &Global,
    world: &mut World<'_>,
) -> Result<Report, Error> {
    let client = super::connect(global, world)?;
    let instance = super::find(&client, &arguments.instance)?;
    let pointer = arguments.pointer.as_deref();
    let explanation = client.explanation(&instance.summary.id, pointer)?;
    let text = render::explanation::text(&explanation, pointer);
    Ok(Report::new(text, &explanation))
}
