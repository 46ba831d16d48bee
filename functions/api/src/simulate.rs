//! `POST /v1/lifecycles:simulate`: lets events happen to an instance that does not exist.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use groundplane_lifecycle::{
    Beginning, Definition, RunOutcome, Scenario, SimulatedStep, built_in, simulate,
};
use groundplane_lives::choose;
use groundplane_model::{
    Event, Failure, InstanceId, LifecycleRef, LifecycleSpec, Problem, WorkflowName,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::gate::Caller;
use crate::json_body::JsonBody;
use crate::problem::{Refused, shown};
use crate::{Platform, System, Table};

/// The most events of one simulation.
const MOST_EVENTS: usize = 500;

/// What is to happen.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Simulation)]
pub(crate) struct Wish {
    /// A spec of a lifecycle, or the name and perhaps the version of a published one; the built-in
    /// one if neither.
    #[serde(default)]
    lifecycle: Option<Value>,
    #[schema(value_type = Vec<Object>)]
    events: Vec<Event>,
    /// How runs of a workflow end: `failed` or `timed_out`; those that are not named succeed.
    #[serde(default)]
    outcomes: BTreeMap<WorkflowName, Outcome>,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    /// The sections of the instance's spec.
    #[serde(default)]
    parameters: Map<String, Value>,
}

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RunOutcome)]
enum Outcome {
    Succeeded,
    Failed,
    TimedOut,
}

/// The walk.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SimulatedWalk)]
pub(crate) struct Walk {
    steps: Vec<SimulatedStep>,
}

/// `POST /v1/lifecycles:simulate`
pub(crate) async fn run<T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    caller: Caller,
    JsonBody(body): JsonBody,
) -> Result<Json<Walk>, Refused> {
    let wish: Wish = serde_json::from_value(body).map_err(|error| {
        let message = shown(&error.to_string());
        invalid(vec![Problem::error("", message)])
    })?;
    if wish.events.len() > MOST_EVENTS {
        let message = format!("there are more than {MOST_EVENTS} events");
        return Err(invalid(vec![Problem::error("/events", message)]).into());
    }
    let (reference, definition) = definition(&platform, wish.lifecycle.as_ref()).await?;
    let beginning = Beginning {
        tenant: caller.principal.tenant.clone(),
        instance: nobody()?,
        incarnation: "simulation".to_owned(),
        lifecycle: reference,
        labels: wish.labels,
        parameters: Value::Object(wish.parameters),
    };
    let scenario = Scenario {
        events: wish.events,
        outcomes: wish.outcomes.into_iter().map(outcome).collect(),
    };
    let steps = simulate(&definition, beginning, &scenario);
    Ok(Json(Walk { steps }))
}

async fn definition<T: Table, S: System>(
    platform: &Platform<T, S>,
    wanted: Option<&Value>,
) -> Result<(LifecycleRef, Arc<Definition>), Refused> {
    let at = |error: String| invalid(vec![Problem::error("/lifecycle", shown(&error))]);
    let reference = match wanted {
        None => built_in().0.clone(),
        Some(Value::String(text)) => {
            let request = text.parse();
            let request =
                request.map_err(|error: groundplane_model::InvalidLifecycleVersion| {
                    at(error.to_string())
                })?;
            choose(&platform.table, Some(&request)).await?
        }
        Some(spec) => {
            let spec: LifecycleSpec = serde_json::from_value(spec.clone())
                .map_err(|error| at(format!("not the spec of a lifecycle: {error}")))?;
            let workflows = crate::lifecycles::workflows(&platform.table).await?;
            let parsed = Definition::parse(&spec, &workflows).map_err(|problems| {
                let below = |problem: Problem| Problem {
                    pointer: problem.pointer.replacen("/spec", "/lifecycle", 1),
                    ..problem
                };
                invalid(problems.into_iter().map(below).collect())
            })?;
            return Ok((built_in().0.clone(), Arc::new(parsed)));
        }
    };
    let definition = platform
        .definitions
        .get(&platform.table, &reference)
        .await?;
    Ok((reference, definition))
}

fn outcome((workflow, outcome): (WorkflowName, Outcome)) -> (WorkflowName, RunOutcome) {
    let outcome = match outcome {
        Outcome::Succeeded => RunOutcome::Succeeded,
        Outcome::Failed => RunOutcome::Failed {
            cause: "the simulation says so".to_owned(),
        },
        Outcome::TimedOut => RunOutcome::TimedOut,
    };
    (workflow, outcome)
}

/// The instance that events happen to.
fn nobody() -> Result<InstanceId, Failure> {
    InstanceId::parse("simulated.instance")
        .map_err(|error| Failure::new(groundplane_model::FailureKind::Internal, error.to_string()))
}

fn invalid(problems: Vec<Problem>) -> Failure {
    Failure::invalid_document("the simulation cannot be run", problems)
}
