//! `groundplane validate FILE…`: checks documents without a platform.

use groundplane_spec::ValidDocument;
use serde::Serialize;

use super::preview;
use crate::answer::Report;
use crate::arguments::Validate;
use crate::documents::{self, Candidate, Checked};
use crate::error::{Error, FileProblem};
use crate::ground::Ground;
use crate::render;
use crate::world::World;

#[derive(Serialize)]
struct Answer<'a> {
    documents: Vec<ShownDocument<'a>>,
    warnings: Vec<&'a FileProblem>,
}

#[derive(Serialize)]
struct ShownDocument<'a> {
    file: &'a str,
    kind: &'a str,
    name: &'a str,
}

/// Runs the command.
pub(super) fn run(arguments: &Validate, world: &mut World<'_>) -> Result<Report, Error> {
    let mut checked = documents::check(world, &arguments.files);
    let found = on_the_ground(&checked.candidates)?;
    checked.problems.extend(found);
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

/// What the limits, the tenant and the guardrails say about the services whose environment is among
/// the documents as well.
fn on_the_ground(candidates: &[Candidate]) -> Result<Vec<FileProblem>, Error> {
    let ground = Ground::of(candidates);
    let mut problems = Vec::new();
    for candidate in candidates {
        let ValidDocument::Service(service) = candidate.valid() else {
            continue;
        };
        let environment = service.environment.as_ref();
        let Some(environment) = environment.filter(|name| ground.find(name).is_ok()) else {
            continue;
        };
        match preview::offline(candidate, service, environment, &ground) {
            Ok(previewed) => problems.extend(previewed.remarks),
            Err(Error::Documents { problems: found }) => problems.extend(found),
            Err(error) => return Err(error),
        }
    }
    Ok(problems)
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
            .map(|found| ShownDocument {
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
