//! What one instance lives through: `events`, `history`, `run`, `signal`.

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::answer::Report;
use crate::arguments::{Global, OfInstance, RunOperation, SendSignal};
use crate::client::{HistoryStep, LoggedEvent};
use crate::error::Error;
use crate::render;
use crate::submission::{json_body, refused_request};
use crate::world::World;

#[derive(Serialize)]
struct Events {
    items: Vec<LoggedEvent>,
}

#[derive(Serialize)]
struct History {
    items: Vec<HistoryStep>,
}

/// `groundplane events INSTANCE`: what each event did.
pub(super) fn events(
    arguments: &OfInstance,
    global: &Global,
    world: &mut World<'_>,
) -> Result<Report, Error> {
    let items = super::connect(global, world)?.events(&arguments.instance)?;
    Ok(Report::new(render::life::events(&items), &Events { items }))
}

/// `groundplane history INSTANCE`: its states over time.
pub(super) fn history(
    arguments: &OfInstance,
    global: &Global,
    world: &mut World<'_>,
) -> Result<Report, Error> {
    let items = super::connect(global, world)?.history(&arguments.instance)?;
    Ok(Report::new(
        render::life::history(&items),
        &History { items },
    ))
}

/// `groundplane run INSTANCE OPERATION key=value…`: a day-2 operation.
pub(super) fn operate(
    arguments: &RunOperation,
    global: &Global,
    world: &mut World<'_>,
) -> Result<Report, Error> {
    let RunOperation {
        instance,
        operation,
        input,
    } = arguments;
    let input: Map<String, Value> = input.iter().cloned().collect();
    let client = super::connect(global, world)?;
    let key = (world.new_key)();
    let begun = client
        .operate(
            (instance, operation),
            &json_body(&Value::Object(input)),
            &key,
        )
        .map_err(|error| refused_request(&format!("{operation} of {instance}"), error))?;
    let text = format!(
        "{operation} of {instance} has begun as {}\n\nnext: `groundplane history {instance}` shows \
         how it went\n",
        begun.run
    );
    Ok(Report::new(text, &begun))
}

/// `groundplane signal INSTANCE SIGNAL`: moves an instance by hand.
pub(super) fn signal(
    arguments: &SendSignal,
    global: &Global,
    world: &mut World<'_>,
) -> Result<Report, Error> {
    let SendSignal { instance, signal } = arguments;
    let client = super::connect(global, world)?;
    let key = (world.new_key)();
    let told = client.signal((instance, signal), &json_body(&json!({})), &key)?;
    Ok(Report::new(render::life::told(&told), &told))
}
