//! `groundplane validate FILE…`: checks documents without a platform.

use serde::Serialize;

use crate::answer::Report;
use crate::arguments::Validate;
use crate::documents::{self, Candidate, Checked};
use crate::error::{Error, FileProblem};
use crate::render;
use crate::world::World;

#[derive(Serialize)]
struct Answer<'a> {
    documents: Vec<ValidDocument<'a>>,
    warnings: Vec<&'a FileProblem>,
}

#[derive(Serialize)]
struct ValidDocument<'a> {
    file: &'a str,
    kind: &'a str,
    name: &'a str,
}

/// Runs the command.
pub(super) fn run(arguments: &Validate, world: &mut World<'_>) -> Result<Report, Error> {
    let checked = documents::check(world, &arguments.files);
    let report = Report::new(valid(&checked.candidates), &answer(&checked));
    let failure = match checked.all_valid() {
        Ok((_, warnings)) => {
            world.say(&render::problems::text(&warnings));
            None
        }
        Err(error) => Some(error),
    };
    Ok(report.but(failure))
}

fn valid(candidates: &[Candidate]) -> String {
    candidates
        .iter()
        .map(|found| {
            let file = render::line(&found.file);
            format!("{file}: {} `{}` is valid\n", found.kind(), found.name())
        })
        .collect()
}

fn answer(checked: &Checked) -> Answer<'_> {
    Answer {
        documents: checked
            .candidates
            .iter()
            .map(|found| ValidDocument {
                file: &found.file,
                kind: found.kind().as_str(),
                name: found.name(),
            })
            .collect(),
        warnings: checked
            .problems
            .iter()
            .filter(|found| !found.refuses())
            .collect(),
    }
}
