//! `groundplane name …`: names before they are handed out.

use serde_json::{Value, json};

use crate::answer::Report;
use crate::arguments::{Global, NameCommand, PreviewName};
use crate::error::Error;
use crate::render;
use crate::submission::{json_body, refused_request};
use crate::world::World;

/// Runs the command.
pub(super) fn run(
    command: &NameCommand,
    global: &Global,
    world: &World<'_>,
) -> Result<Report, Error> {
    let NameCommand::Preview(arguments) = command;
    let client = super::connect(global, world)?;
    let preview = client
        .preview_name(&json_body(&wanted(arguments)))
        .map_err(|error| refused_request(&format!("name of {}", arguments.unit), error))?;
    Ok(Report::new(render::name::preview(&preview), &preview))
}

/// What the platform is asked.
fn wanted(arguments: &PreviewName) -> Value {
    let mut wanted = json!({
        "instance": arguments.instance,
        "unit": arguments.unit,
        "resourceType": arguments.resource_type,
    });
    if let (Some(input), Some(fields)) = (&arguments.input, wanted.as_object_mut()) {
        fields.insert("input".to_owned(), input.as_str().into());
    }
    wanted
}
