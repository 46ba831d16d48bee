//! The commands, one file each: load what is asked for, decide, give a report.

mod apply;
mod config;
mod deploy;
mod destroy;
mod drift;
mod event_source;
mod explain;
mod graph;
mod image;
mod init;
mod life;
mod lifecycle;
mod list;
mod logs;
mod manual;
mod name;
mod pool;
mod preview;
mod revisions;
mod schema;
mod status;
mod validate;
mod watch;

pub(crate) use config::{Place, Setting};
pub(crate) use logs::LogLine;

use crate::answer::Report;
use crate::arguments::{Arguments, Command, ConfigCommand, Format, Global, InstanceName};
use crate::client::{Client, Instance};
use crate::error::Error;
use crate::settings::Settings;
use crate::world::World;

/// Runs the command that the arguments name.
pub(crate) fn run(
    arguments: &Arguments,
    output: Format,
    world: &mut World<'_>,
) -> Result<Report, Error> {
    let global = &arguments.global;
    refuse_markdown(&arguments.command, output)?;
    match &arguments.command {
        Command::Validate(arguments) => validate::run(arguments, world),
        Command::Preview(arguments) => preview::run(arguments, global, world),
        Command::Apply(arguments) => apply::run(arguments, global, world),
        Command::Deploy(arguments) => deploy::run(arguments, global, world),
        Command::List(arguments) => list::run(arguments, global, world),
        Command::Status(arguments) => status::run(arguments, global, world),
        Command::Destroy(arguments) => destroy::run(arguments, global, world),
        Command::Watch(arguments) => watch::run(arguments, global, world),
        Command::Logs(arguments) => logs::run(arguments, global, world),
        Command::Explain(arguments) => explain::run(arguments, global, world),
        Command::Revisions(arguments) => revisions::list(arguments, global, world),
        Command::Diff(arguments) => revisions::diff(arguments, global, world),
        Command::Drift(arguments) => drift::run(arguments, global, world),
        Command::Events(arguments) => life::events(arguments, global, world),
        Command::History(arguments) => life::history(arguments, global, world),
        Command::Run(arguments) => life::operate(arguments, global, world),
        Command::Signal(arguments) => life::signal(arguments, global, world),
        Command::Lifecycle { command } => lifecycle::run(command, global, world),
        Command::EventSource { command } => event_source::run(command, global, world),
        Command::Pool { command } => pool::run(command, global, world),
        Command::Image { command } => image::run(command, global, world),
        Command::Graph(arguments) => graph::run(arguments, world),
        Command::Init(arguments) => init::run(arguments, world),
        Command::Schema(arguments) => schema::run(arguments),
        Command::Config {
            command: ConfigCommand::Explain,
        } => config::explain(global, world),
        Command::Completions(arguments) => Ok(manual::completions(arguments)),
        Command::Man(arguments) => manual::page(arguments),
        Command::Name { command } => name::run(command, global, world),
    }
}

/// Said before anything is done: the answer of another command would be lost.
fn refuse_markdown(command: &Command, output: Format) -> Result<(), Error> {
    if output == Format::Markdown && !matches!(command, Command::Preview(_)) {
        return Err(Error::usage(
            "only `groundplane preview` answers in Markdown",
            "use `-o text` or `-o json`",
        ));
    }
    Ok(())
}

fn connect(global: &Global, world: &World<'_>) -> Result<Client, Error> {
    Settings::find(global, world).map(Client::new)
}

/// The instance that is meant: a service alone is enough where it is in one environment only.
fn find(client: &Client, name: &InstanceName) -> Result<Instance, Error> {
    let service = match name {
        InstanceName::Full(id) => return Ok(client.instance(id)?),
        InstanceName::Service(service) => service,
    };
    let mut found = client.instances(None, Some(service))?;
    found.retain(|instance| instance.name == *service);
    match found.as_slice() {
        [one] => Ok(client.instance(&one.id)?),
        [] => Err(Error::NoInstance(service.clone())),
        several => {
            let ids: Vec<String> = several
                .iter()
                .map(|instance| format!("`{}`", instance.id))
                .collect();
            Err(Error::usage(
                format!("`{service}` is in several environments"),
                format!("name one of {}", ids.join(", ")),
            ))
        }
    }
}
