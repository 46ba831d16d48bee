//! `groundplane lifecycle …`: the state machines that instances live in.

use std::collections::BTreeMap;
use std::path::Path;

use groundplane_lifecycle::{
    Beginning, Definition, RunOutcome, Scenario, SimulatedStep, Workflows, simulate,
};
use groundplane_model::{
    Event, InstanceId, LifecycleName, LifecycleRef, LifecycleVersion, Problem, TenantId,
    WorkflowName,
};
use groundplane_spec::{Kind, ValidDocument};
use serde::Serialize;
use serde_json::{Value, json};

use crate::answer::Report;
use crate::arguments::{Apply, Global, LifecycleCommand, MoveLifecycle, ShowLifecycle, Simulate};
use crate::client::{PublishedLifecycle, States};
use crate::documents;
use crate::error::{Error, FileProblem};
use crate::render;
use crate::submission::{json_body, refused_request};
use crate::world::World;

#[derive(Serialize)]
struct Answer {
    items: Vec<PublishedLifecycle>,
}

#[derive(Serialize)]
struct Walk<'a> {
    steps: &'a [SimulatedStep],
}

/// Runs the command.
pub(super) fn run(
    command: &LifecycleCommand,
    global: &Global,
    world: &mut World<'_>,
) -> Result<Report, Error> {
    match command {
        LifecycleCommand::List => {
            let items = super::connect(global, world)?.lifecycles()?;
            Ok(Report::new(
                render::life::lifecycles(&items),
                &Answer { items },
            ))
        }
        LifecycleCommand::Show(arguments) => show(arguments, global, world),
        LifecycleCommand::Publish(arguments) => {
            let files = arguments.files.clone();
            super::apply::run(&Apply { files }, global, world)
        }
        LifecycleCommand::Simulate(arguments) => walk(arguments, world),
        LifecycleCommand::Move(arguments) => change(arguments, global, world),
    }
}

fn show(
    arguments: &ShowLifecycle,
    global: &Global,
    world: &mut World<'_>,
) -> Result<Report, Error> {
    let text = &arguments.lifecycle;
    let (name, version) = match text.split_once('@') {
        Some((name, version)) => (name, Some(version)),
        None => (text.as_str(), None),
    };
    let wrong = |message: String| Error::usage(message, "for example `web-service@1.2.0`");
    let name = LifecycleName::parse(name).map_err(|error| wrong(error.to_string()))?;
    let version = version.map(LifecycleVersion::parse).transpose();
    let version = version.map_err(|error| wrong(error.to_string()))?;
    let client = super::connect(global, world)?;
    let lifecycle = client.lifecycle(&name, version.as_ref())?;
    Ok(Report::new(lifecycle.diagram.clone(), &lifecycle))
}

fn change(
    arguments: &MoveLifecycle,
    global: &Global,
    world: &mut World<'_>,
) -> Result<Report, Error> {
    let states: States = arguments.states.iter().cloned().collect();
    let body = json_body(&json!({"lifecycle": arguments.lifecycle, "states": states}));
    let id = &arguments.instance;
    let moved = super::connect(global, world)?
        .move_life(id, &body)
        .map_err(|error| refused_request(&format!("move of {id}"), error))?;
    let text = format!(
        "{} follows {} and is `{}`\n",
        moved.instance, moved.lifecycle, moved.state
    );
    Ok(Report::new(text, &moved))
}

fn walk(arguments: &Simulate, world: &mut World<'_>) -> Result<Report, Error> {
    let (reference, definition) = definition(world, &arguments.file)?;
    let mut events: Vec<Event> = Vec::new();
    for path in &arguments.events {
        events.extend(read_events(world, path)?);
    }
    let fails = |workflow: &WorkflowName| {
        let cause = "the simulation says so".to_owned();
        (workflow.clone(), RunOutcome::Failed { cause })
    };
    let scenario = Scenario {
        events,
        outcomes: arguments.failing.iter().map(fails).collect(),
    };
    let steps = simulate(&definition, beginning(reference)?, &scenario);
    let text = render::life::walk(&steps);
    Ok(Report::new(text, &Walk { steps: &steps }))
}

/// The instance that events happen to.
fn beginning(lifecycle: LifecycleRef) -> Result<Beginning, Error> {
    let broken = |error: groundplane_model::InvalidIdentifier| {
        Error::usage(error.to_string(), "this is a fault of the command")
    };
    Ok(Beginning {
        tenant: TenantId::parse("simulated").map_err(broken)?,
        instance: InstanceId::parse("simulated.instance").map_err(broken)?,
        incarnation: "simulation".to_owned(),
        lifecycle,
        labels: BTreeMap::new(),
        parameters: json!({}),
    })
}

/// The lifecycle in a file, with everything that is wrong with it as a whole.
fn definition(world: &mut World<'_>, path: &Path) -> Result<(LifecycleRef, Definition), Error> {
    let (candidates, _) = documents::check(world, &[path.to_owned()]).all_valid()?;
    let mut lifecycles = candidates.iter().filter(|it| it.kind() == Kind::Lifecycle);
    let (Some(candidate), None) = (lifecycles.next(), lifecycles.next()) else {
        let message = format!("`{}` must hold one Lifecycle", path.display());
        return Err(Error::usage(message, "name the file with the lifecycle"));
    };
    let ValidDocument::Lifecycle(document) = candidate.valid() else {
        let message = format!("`{}` holds no Lifecycle", path.display());
        return Err(Error::usage(message, "name the file with the lifecycle"));
    };
    // Which workflows are registered is for the platform to say.
    let workflows = Workflows::own().with_all_of(&document.spec);
    let definition = Definition::parse(&document.spec, &workflows);
    let definition = definition.map_err(|problems| Error::Documents {
        problems: candidate.locate(&problems),
    })?;
    Ok((document.reference.clone(), definition))
}

fn read_events(world: &mut World<'_>, path: &Path) -> Result<Vec<Event>, Error> {
    let wrong = |message: String| Error::Documents {
        problems: vec![FileProblem::new(
            path.display().to_string(),
            Problem::error("", message),
        )],
    };
    let text = documents::text_of(world, path);
    let text = text.map_err(|error| wrong(format!("it cannot be read: {error}")))?;
    let value: Value =
        serde_json::from_str(&text).map_err(|error| wrong(format!("it is not JSON: {error}")))?;
    let values = value.as_array().cloned();
    let values = values.unwrap_or_else(|| vec![value]);
    let read = |value: Value| {
        groundplane_events::envelope::parse(&value.to_string())
            .map_err(|refused| wrong(refused.why()))
    };
    values.into_iter().map(read).collect()
}
