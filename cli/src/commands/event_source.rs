//! `groundplane event-source …`: who may send webhooks, and with which secret.

use serde::Serialize;

use crate::answer::Report;
use crate::arguments::{CreateSource, EventSourceCommand, Global};
use crate::client::{Client, EventSource};
use crate::error::Error;
use crate::render;
use crate::submission::refused_request;
use crate::world::World;

#[derive(Serialize)]
struct Answer {
    items: Vec<EventSource>,
}

/// Runs the command.
pub(super) fn run(
    command: &EventSourceCommand,
    global: &Global,
    world: &World<'_>,
) -> Result<Report, Error> {
    let client = super::connect(global, world)?;
    match command {
        EventSourceCommand::List => {
            let items = client.event_sources()?;
            let text = render::event_source::list(&items);
            Ok(Report::new(text, &Answer { items }))
        }
        EventSourceCommand::Show(source) => Ok(shown(&client, &client.event_source(&source.name)?)),
        EventSourceCommand::Create(arguments) => create(&client, arguments),
        EventSourceCommand::Rotate(arguments) => {
            let hours = arguments.previous_valid_hours;
            let source = client.rotate_event_source(&arguments.name, hours)?;
            Ok(shown(&client, &source))
        }
        EventSourceCommand::Delete(source) => {
            let deleted = client.delete_event_source(&source.name)?;
            let text = format!("event source `{}` is deleted\n", deleted.name);
            Ok(Report::new(text, &deleted))
        }
    }
}

fn create(client: &Client, arguments: &CreateSource) -> Result<Report, Error> {
    let CreateSource { name, format, auth } = arguments;
    let source = client
        .put_event_source(name, *format, *auth)
        .map_err(|error| refused_request(&format!("event source {name}"), error))?;
    Ok(shown(client, &source))
}

fn shown(client: &Client, source: &EventSource) -> Report {
    let url = client.address(&source.path);
    Report::new(render::event_source::full(source, &url), source)
}
