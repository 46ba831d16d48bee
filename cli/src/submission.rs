//! Sends documents and requests to the platform, and brings its refusals back to the file that they
//! are about.

use std::time::Duration;

use groundplane_deployment::PlanId;
use groundplane_model::{DeploymentId, EnvironmentName, InstanceId, Problem, Severity};
use serde_json::Value;

use crate::client::{
    Accepted, AnsweredPreview, Body, Bound, CallError, Client, Previewed, Registered,
};
use crate::documents::Candidate;
use crate::error::{Error, FileProblem};
use crate::render;
use crate::world::World;

/// The pauses between attempts.
const PAUSES: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(2)];

/// Submits a service and shows what the platform has to remark about it.
pub(crate) fn submit(
    client: &Client,
    world: &mut World<'_>,
    service: &Candidate,
    bound: Bound<'_>,
) -> Result<Accepted, Error> {
    let body = body(service);
    let accepted = persistently(world, |key| client.submit(&body, bound, key))
        .map_err(|error| refused(service, error))?;
    world.say(&render::problems::text(&service.locate(&accepted.warnings)));
    Ok(accepted)
}

/// Asks what submitting a service would do.
pub(crate) fn preview(
    client: &Client,
    service: &Candidate,
    environment: Option<&EnvironmentName>,
) -> Result<Previewed, Error> {
    let answer = client
        .preview(&body(service), environment)
        .map_err(|error| refused(service, error))?;
    let environment = environment.map(|name| format!(" --env {name}"));
    let next = format!(
        "groundplane deploy {}{} --plan {}",
        service.file,
        environment.unwrap_or_default(),
        answer.plan
    );
    Ok(Previewed {
        file: service.file.clone(),
        plan: answer.plan,
        revision: answer.revision,
        preview: answer.preview,
        remarks: service.locate(&answer.remarks),
        next: Some(next),
    })
}

/// Asks for an instance to be destroyed, in the state that it is meant in.
pub(crate) fn destroy(
    client: &Client,
    world: &World<'_>,
    meant: (&InstanceId, &str),
) -> Result<Accepted, Error> {
    Ok(persistently(world, |key| client.destroy(meant, key))?)
}

/// Tries a deployment again.
pub(crate) fn retry(
    client: &Client,
    world: &World<'_>,
    deployment: &DeploymentId,
) -> Result<Accepted, Error> {
    let what = deployment.to_string();
    persistently(world, |key| client.retry(deployment, key))
        .map_err(|error| refused_request(&what, error))
}

/// Asks what deploying an earlier revision would do.
pub(crate) fn look_back(
    client: &Client,
    (instance, revision): (&InstanceId, Option<u64>),
) -> Result<AnsweredPreview, Error> {
    client
        .look_back(instance, revision)
        .map_err(|error| refused_request(instance.as_str(), error))
}

/// Asks for an earlier revision to be deployed again.
pub(crate) fn roll_back(
    client: &Client,
    world: &World<'_>,
    wanted: (&InstanceId, Option<u64>, Option<&PlanId>),
) -> Result<Accepted, Error> {
    persistently(world, |key| client.roll_back(wanted, key))
        .map_err(|error| refused_request(wanted.0.as_str(), error))
}

/// Asks up to three times where the platform is away for a moment. Every attempt has the same key,
/// so that one that was taken although its answer got lost is not a second deployment.
fn persistently(
    world: &World<'_>,
    ask: impl Fn(&str) -> Result<Accepted, CallError>,
) -> Result<Accepted, CallError> {
    let key = (world.new_key)();
    for pause in PAUSES {
        match ask(&key) {
            Err(error) if error.is_passing() => world.clock.sleep(pause),
            answer => return answer,
        }
    }
    ask(&key)
}

/// Registers a landing zone or an environment, and shows what the platform has to remark about it.
pub(crate) fn register(
    client: &Client,
    world: &mut World<'_>,
    collection: &'static str,
    candidate: &Candidate,
) -> Result<Registered, Error> {
    let registered = client
        .register(collection, candidate.name(), &body(candidate))
        .map_err(|error| refused(candidate, error))?;
    world.say(&render::problems::text(
        &candidate.locate(&registered.warnings),
    ));
    Ok(registered)
}

fn body(candidate: &Candidate) -> Body {
    Body {
        text: candidate.json(),
        media_type: "application/json",
    }
}

/// A refusal that names places in the document is shown as one of the document.
fn refused(candidate: &Candidate, error: CallError) -> Error {
    if let CallError::Refused(refusal) = &error
        && refusal.problems.iter().any(is_error)
    {
        return Error::Documents {
            problems: candidate.locate(&refusal.problems),
        };
    }
    Error::Call(error)
}

/// A request that is no document, on its way to the platform.
pub(crate) fn json_body(value: &Value) -> Body {
    Body {
        text: value.to_string(),
        media_type: "application/json",
    }
}

/// A refusal that has problems is shown with all of them. `what` says what was asked for.
pub(crate) fn refused_request(what: &str, error: CallError) -> Error {
    let CallError::Refused(refusal) = error else {
        return error.into();
    };
    if refusal.problems.is_empty() {
        return CallError::Refused(refusal).into();
    }
    // Places in the text that was sent mean nothing to someone who has typed something else.
    let problem = |problem: Problem| FileProblem::new(what, problem.at(None));
    Error::Documents {
        problems: refusal.problems.into_iter().map(problem).collect(),
    }
}

fn is_error(problem: &Problem) -> bool {
    problem.severity == Severity::Error
}
