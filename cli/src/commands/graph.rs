//! `groundplane graph FILE`: the units of a service and their waves as a drawing. It needs no platform
//! and no ground.

use groundplane_model::UnitName;
use groundplane_planner::outline;
use groundplane_spec::ValidDocument;
use serde::Serialize;

use crate::answer::Report;
use crate::arguments::{Graph, Language};
use crate::error::Error;
use crate::render::graph::{Waves, dot, mermaid};
use crate::world::World;
use crate::{documents, render};

#[derive(Serialize)]
struct Answer<'a> {
    waves: Vec<Vec<Unit<'a>>>,
}

#[derive(Serialize)]
struct Unit<'a> {
    unit: &'a str,
    after: Vec<&'a str>,
}

/// Runs the command.
pub(super) fn run(arguments: &Graph, world: &mut World<'_>) -> Result<Report, Error> {
    let (candidate, warnings) = documents::check_service(world, &arguments.file)?;
    world.say(&render::problems::text(&warnings));
    let waves = match candidate.valid() {
        ValidDocument::Service(service) => outline(&service.value),
        ValidDocument::LandingZone(_)
        | ValidDocument::Environment(_)
        | ValidDocument::Resolver(_)
        | ValidDocument::Lifecycle(_)
        | ValidDocument::Workflow(_)
        | ValidDocument::AccessPolicy(_)
        | ValidDocument::Guardrail(_)
        | ValidDocument::Tenant(_)
        | ValidDocument::ComplianceFramework(_) => Vec::new(),
    };
    let text = match arguments.language {
        Language::Mermaid => mermaid(&waves),
        Language::Dot => dot(&waves),
    };
    Ok(Report::new(text, &answer(&waves)))
}

fn answer(waves: &Waves) -> Answer<'_> {
    let mut answer = Answer { waves: Vec::new() };
    for wave in waves {
        let units = wave.iter().map(|(unit, after)| Unit {
            unit: unit.as_str(),
            after: after.iter().map(UnitName::as_str).collect(),
        });
        answer.waves.push(units.collect());
    }
    answer
}
