//! The commands, one file each: load what is asked for, decide, give a report.

mod apply;
mod approve;
mod audit;
mod cancel;
mod compliance;
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
mod login;
mod logout;
mod logs;
mod manual;
mod name;
mod pool;
mod preview;
mod reject;
mod retry;
mod revisions;
mod rollback;
mod schema;
mod status;
mod tenant;
mod validate;
mod watch;
mod whoami;

use std::io::{BufRead as _, Read as _};

use groundplane_model::{DeploymentId, InstanceId};

pub(crate) use config::{Place, Setting};
pub(crate) use logs::LogLine;
pub(crate) use whoami::Identity;

use crate::answer::Report;
use crate::arguments::{Arguments, Command, ConfigCommand, Format, Global, InstanceName, Target};
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
        Command::Preview(arguments) => preview::run(arguments, global, output, world),
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
        Command::Audit(arguments) => audit::run(arguments, global, world),
        Command::Approve(arguments) => approve::run(arguments, global, world),
        Command::Reject(arguments) => reject::run(arguments, global, world),
        Command::Cancel(arguments) => cancel::run(arguments, global, world),
        Command::Retry(arguments) => retry::run(arguments, global, world),
        Command::Rollback(arguments) => rollback::run(arguments, global, world),
        Command::Events(arguments) => life::events(arguments, global, world),
        Command::History(arguments) => life::history(arguments, global, world),
        Command::Run(arguments) => life::operate(arguments, global, world),
        Command::Signal(arguments) => life::signal(arguments, global, world),
        Command::Lifecycle { command } => lifecycle::run(command, global, world),
        Command::EventSource { command } => event_source::run(command, global, world),
        Command::Pool { command } => pool::run(command, global, world),
        Command::Image { command } => image::run(command, global, world),
        Command::Compliance { command } => compliance::run(command, (global, output), world),
        Command::Tenant { command } => tenant::run(command, global, world),
        Command::Graph(arguments) => graph::run(arguments, world),
        Command::Init(arguments) => init::run(arguments, world),
        Command::Schema(arguments) => schema::run(arguments),
        Command::Login(arguments) => login::run(arguments, global, world),
        Command::Logout => logout::run(global, world),
        Command::Whoami => whoami::run(global, world),
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
    let is_file = matches!(output, Format::Csv | Format::Html);
    if is_file && !matches!(command, Command::Compliance { .. }) {
        return Err(Error::usage(
            "only `groundplane compliance report` answers in CSV and HTML",
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

/// The deployment that is meant: of an instance the one that tells most about it now.
fn deployment_of(client: &Client, target: &Target) -> Result<DeploymentId, Error> {
    match target {
        Target::Deployment(id) => Ok(id.clone()),
        Target::Instance(name) => Ok(find(client, name)?.summary.latest_deployment().clone()),
    }
}

/// The longest line that is read as an answer.
const MAX_ANSWER: u64 = 1024;

/// Whether the user has typed the name of the instance.
fn is_typed(world: &mut World<'_>, instance: &InstanceId) -> bool {
    let mut typed = Vec::new();
    // What cannot be read is no agreement.
    let read = (&mut world.input)
        .take(MAX_ANSWER)
        .read_until(b'\n', &mut typed);
    read.is_ok() && typed.trim_ascii() == instance.as_str().as_bytes()
}

/// Refused where someone has to be asked and nobody is there; `what` is what they would agree to.
fn refuse_to_ask_nobody(world: &World<'_>, what: &str) -> Result<(), Error> {
    if world.input_is_terminal {
        return Ok(());
    }
    Err(Error::usage(
        format!("nobody can be asked whether {what}"),
        "pass --yes where standard input is not a terminal",
    ))
}
