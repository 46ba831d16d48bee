//! `groundplane config explain`: what is set, and by whom.

use std::path::PathBuf;

use serde::Serialize;

use crate::answer::Report;
use crate::arguments::Global;
use crate::error::Error;
use crate::render;
use crate::settings::{Said, Spoken, output, places};
use crate::world::World;

/// What stands for a token.
const HIDDEN: &str = "(hidden)";

/// One setting.
#[derive(Debug, Serialize)]
pub(crate) struct Setting {
    /// Its name, as files and flags have it.
    pub(crate) name: &'static str,
    /// Its value; none where nobody sets it. A token is never shown.
    pub(crate) value: Option<String>,
    /// Who says so.
    pub(crate) from: Option<String>,
}

/// A file that may say something.
#[derive(Debug, Serialize)]
pub(crate) struct Place {
    /// Where it is looked for.
    pub(crate) path: PathBuf,
    /// Whether it is there.
    pub(crate) found: bool,
}

#[derive(Serialize)]
struct Explained {
    settings: Vec<Setting>,
    files: Vec<Place>,
}

/// Runs the command.
pub(super) fn explain(global: &Global, world: &World<'_>) -> Result<Report, Error> {
    let spoken = Spoken::hear(global, world)?;
    let format = output(global, world)?;
    let endpoint = spoken.endpoint.as_ref();
    let settings = vec![
        Setting {
            name: "endpoint",
            value: endpoint.map(|said| said.value.as_str().to_owned()),
            from: endpoint.map(|said| said.source.to_string()),
        },
        Setting {
            name: "token",
            value: spoken.token_source.as_ref().map(|_| HIDDEN.to_owned()),
            from: spoken.token_source.as_ref().map(ToString::to_string),
        },
        of_output(&format),
    ];
    let files = places(world).into_iter();
    let files: Vec<Place> = files.map(|(path, found)| Place { path, found }).collect();
    Ok(Report::new(
        render::config::text(&settings, &files),
        &Explained { settings, files },
    ))
}

fn of_output(said: &Said<crate::arguments::Format>) -> Setting {
    Setting {
        name: "output",
        value: Some(said.value.name().to_owned()),
        from: Some(said.source.to_string()),
    }
}
