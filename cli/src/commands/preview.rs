//! `groundplane preview FILE…`: says what deploying services would do, by the word of the platform.
//! Without a platform that is to create everything.

use std::collections::BTreeMap;

use groundplane_deployment::{Destination, Intent, Outlook, PlanId, Standing, bound_inputs};
use groundplane_governance::tenant_problems;
use groundplane_model::{EnvironmentName, InstanceId, Problem, TenantId};
use groundplane_spec::{Service, ValidDocument};
use serde::Serialize;

use crate::answer::Report;
use crate::arguments::{Format, Global, Preview as Arguments};
use crate::client::{Client, Previewed};
use crate::documents::{self, Candidate};
use crate::error::{Error, Exit, FileProblem};
use crate::ground::Ground;
use crate::render;
use crate::settings::Settings;
use crate::submission;
use crate::world::World;

/// Whose instances are previewed where nobody has signed in. No template holds it.
const TENANT: &str = "offline";

#[derive(Serialize)]
struct Answer<'a> {
    items: &'a [Previewed],
}

/// Runs the command.
pub(super) fn run(
    arguments: &Arguments,
    global: &Global,
    output: Format,
    world: &mut World<'_>,
) -> Result<Report, Error> {
    let (candidates, warnings) = documents::check(world, &arguments.files).all_valid()?;
    world.say(&render::problems::text(&warnings));
    let platform = match arguments.offline {
        true => None,
        false => Settings::look(global, world)?.map(Client::new),
    };
    let ground = Ground::of(&candidates);
    let mut items = Vec::new();
    let mut problems = Vec::new();
    for (candidate, service) in services(&candidates)? {
        let environment = environment_of(candidate, service, arguments.env.as_ref())?;
        let previewed = match &platform {
            Some(client) => submission::preview(client, candidate, arguments.env.as_ref()),
            None => offline(candidate, service, environment, &ground),
        };
        match previewed {
            Ok(previewed) => items.push(previewed),
            Err(Error::Documents { problems: found }) => problems.extend(found),
            Err(error) => return Err(error),
        }
    }
    if !problems.is_empty() {
        return Err(Error::Documents { problems });
    }
    for item in &items {
        world.say(&render::problems::text(&item.remarks));
    }
    let mut report = report(&items, output, world);
    if arguments.exit_code && items.iter().any(|item| !item.preview.is_empty()) {
        report.success = Exit::Changes;
    }
    Ok(report)
}

/// In the form that was asked for alone: a preview is long.
fn report(items: &[Previewed], output: Format, world: &World<'_>) -> Report {
    match output {
        // Files are of reports on compliance; who asks for one here was refused before.
        Format::Text | Format::Csv | Format::Html => {
            Report::of_text(render::preview::text(items, world.has_colours()))
        }
        Format::Json => Report::new(String::new(), &Answer { items }),
        Format::Markdown => Report {
            markdown: Some(render::preview::markdown(items)),
            ..Report::of_text(String::new())
        },
    }
}

/// The services among the documents.
fn services(candidates: &[Candidate]) -> Result<Vec<(&Candidate, &Service)>, Error> {
    let services: Vec<_> = candidates
        .iter()
        .filter_map(|candidate| match candidate.valid() {
            ValidDocument::Service(service) => Some((candidate, service)),
            ValidDocument::LandingZone(_)
            | ValidDocument::Environment(_)
            | ValidDocument::Resolver(_)
            | ValidDocument::Lifecycle(_)
            | ValidDocument::Workflow(_)
            | ValidDocument::AccessPolicy(_)
            | ValidDocument::Guardrail(_)
            | ValidDocument::Tenant(_)
            | ValidDocument::ComplianceFramework(_) => None,
        })
        .collect();
    if services.is_empty() {
        return Err(Error::usage(
            "none of the files has a Service",
            "a preview says what deploying a service would do; name its file as well",
        ));
    }
    Ok(services)
}

/// Where the service would go: the flag comes first, as when it is deployed.
fn environment_of<'a>(
    candidate: &Candidate,
    service: &'a Service,
    flag: Option<&'a EnvironmentName>,
) -> Result<&'a EnvironmentName, Error> {
    flag.or(service.environment.as_ref()).ok_or_else(|| {
        Error::usage(
            format!(
                "{}: `{}` names no environment",
                candidate.file, service.name
            ),
            "pass --env or set metadata.environment",
        )
    })
}

/// What a first deployment would do on the ground that the files describe.
///
/// # Errors
/// With every problem where it would be refused.
pub(super) fn offline(
    candidate: &Candidate,
    service: &Service,
    environment: &EnvironmentName,
    ground: &Ground,
) -> Result<Previewed, Error> {
    let refused = |problems: &[Problem]| Error::Documents {
        problems: candidate.locate(problems),
    };
    let (environment, landing_zone) = ground.find(environment)?;
    let bound = bound_inputs(&ground.resolvers, &service.value, candidate.given());
    let bound = bound.map_err(|problems| refused(&problems))?;
    let mut found = groundplane_planner::check(&service.value, environment, landing_zone);
    if let Some(rules) = ground.tenant() {
        found.extend(tenant_problems(&service.value, environment, rules));
    }
    let mut remarks = candidate.locate(&found);
    if remarks.iter().any(FileProblem::refuses) {
        return Err(Error::Documents { problems: remarks });
    }
    let tenant = match ground.tenant() {
        Some(rules) => rules.name.clone(),
        None => TenantId::parse(TENANT).map_err(|error| fault(&error))?,
    };
    let instance = InstanceId::new(&service.name, &environment.name);
    let intent = Intent {
        tenant: &tenant,
        instance: &instance,
        spec: &service.value,
        bound: &bound,
        environment,
        landing_zone,
    };
    let nothing = Standing::default();
    let outlook = Outlook::of(&intent, &nothing).map_err(|problems| refused(&problems))?;
    let destination = Destination {
        tenant: &tenant,
        environment: &environment.name,
    };
    let judged = ground.rulebook()?.judge(destination, outlook.units());
    if !judged.refusals.is_empty() {
        return Err(refused(&judged.refusals));
    }
    remarks.extend(candidate.locate(&judged.warnings));
    let preview = outlook
        .preview(&BTreeMap::new())
        .map_err(|error| fault(&error))?;
    Ok(Previewed {
        file: candidate.file.clone(),
        plan: PlanId::of(&intent, &nothing, &preview),
        revision: None,
        preview,
        remarks,
        next: None,
    })
}

fn fault(error: &impl ToString) -> Error {
    Error::usage(error.to_string(), "this is a fault of the command")
}
