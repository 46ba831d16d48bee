//! The groundplane command as a library: arguments in, text and an exit code out. What it touches
//! of the world (files aside) it is given as a [`World`], so that tests run it whole.

mod answer;
mod arguments;
mod client;
mod commands;
mod documents;
mod error;
mod following;
mod ground;
mod identity;
mod progress;
mod render;
mod settings;
mod submission;
mod this_process;
mod wait;
mod world;

pub use error::Exit;
pub use this_process::ThisProcess;
pub use world::{Clock, World};

use clap::Parser as _;

use crate::answer::Report;
use crate::arguments::{Arguments, Format};
use crate::error::Error;

/// Runs one command line, the program's name first, and says how the process is to exit.
pub fn run(world: &mut World<'_>, command_line: &[std::ffi::OsString]) -> Exit {
    let arguments = match Arguments::try_parse_from(command_line) {
        Ok(arguments) => arguments,
        Err(refusal) => return usage(world, &refusal),
    };
    let (format, report) = match settings::output(&arguments.global, world) {
        Ok(output) => {
            let report = commands::run(&arguments, output.value, world);
            (output.value, report.unwrap_or_else(Report::failed))
        }
        Err(error) => (Format::default(), Report::failed(error)),
    };
    publish(world, format, &report)
}

/// Help and version are answers; everything else that the parser says is a refusal.
fn usage(world: &mut World<'_>, said: &clap::Error) -> Exit {
    let text = said.render().to_string();
    if said.use_stderr() {
        world.say(&text);
        return Exit::Usage;
    }
    world
        .answer(&text)
        .map_or_else(|_| Exit::Failed, |()| Exit::Ok)
}

fn publish(world: &mut World<'_>, format: Format, report: &Report) -> Exit {
    let text = match format {
        Format::Text => report.text.clone(),
        Format::Markdown => report.markdown.clone().unwrap_or_default(),
        Format::Json => report.json(),
    };
    let written = world.answer(&text);
    if let Some(failure) = &report.failure {
        world.say(&render::error::text(failure));
    }
    match written {
        Ok(()) => report.exit(),
        Err(source) => {
            let failure = Error::Output(source);
            world.say(&render::error::text(&failure));
            failure.exit()
        }
    }
}
