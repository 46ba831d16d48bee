//! `groundplane completions SHELL` and `groundplane man [COMMAND]`: what the command line says of
//! itself, for shells and for `man`.

use clap::CommandFactory as _;
use serde::Serialize;

use crate::answer::Report;
use crate::arguments::{Arguments, Completions, Man};
use crate::error::Error;

/// The program's name.
const NAME: &str = "groundplane";

#[derive(Serialize)]
struct Answer<'a> {
    text: &'a str,
}

/// The completions of a shell.
pub(super) fn completions(arguments: &Completions) -> Report {
    let mut script = Vec::new();
    let mut definition = Arguments::command();
    clap_complete::generate(arguments.shell, &mut definition, NAME, &mut script);
    report(&script)
}

/// The manual page of a command, or of the whole.
pub(super) fn page(arguments: &Man) -> Result<Report, Error> {
    let mut definition = Arguments::command();
    definition.build();
    let chosen = match &arguments.command {
        None => &definition,
        Some(name) => definition
            .find_subcommand(name)
            .ok_or_else(|| no_command(name))?,
    };
    let mut roff = Vec::new();
    clap_mangen::Man::new(chosen.clone())
        .render(&mut roff)
        .map_err(Error::Output)?;
    Ok(report(&roff))
}

fn no_command(name: &str) -> Error {
    Error::usage(
        format!("there is no command `{name}`"),
        "`groundplane --help` lists them",
    )
}

fn report(text: &[u8]) -> Report {
    let text = String::from_utf8_lossy(text).into_owned();
    let answer = Report::new(String::new(), &Answer { text: &text });
    Report { text, ..answer }
}
