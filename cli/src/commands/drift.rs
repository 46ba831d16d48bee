//! `groundplane drift`: what is there against what was asked for.

use std::time::Duration;

use groundplane_model::{DriftStatus, EnvironmentName, InstanceId};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;

use crate::answer::Report;
use crate::arguments::{Drift, DriftOf, Global, InstanceName};
use crate::client::{CheckStatus, Client, DriftMember, InstanceDrift};
use crate::error::{Error, Exit};
use crate::render;
use crate::submission::json_body;
use crate::wait::{self, Abandoned, Event, Followed};
use crate::world::World;

#[derive(Serialize)]
struct Summary {
    items: Vec<DriftMember>,
}

/// Runs the command.
pub(super) fn run(
    arguments: &Drift,
    global: &Global,
    world: &mut World<'_>,
) -> Result<Report, Error> {
    let client = super::connect(global, world)?;
    match &arguments.of {
        DriftOf {
            environment: Some(environment),
            ..
        } => of_environment(&client, environment),
        DriftOf {
            instance: Some(name),
            ..
        } => {
            let id = match name {
                InstanceName::Full(id) => id.clone(),
                InstanceName::Service(_) => super::find(&client, name)?.summary.id,
            };
            let drift = match arguments.wait {
                true => checked(&client, world, &id, arguments.timeout)?,
                false => client.drift(&id)?,
            };
            Ok(of_instance(&drift))
        }
        DriftOf { .. } => Err(Error::usage(
            "nothing is named",
            "name an instance, or an environment with --environment",
        )),
    }
}

/// The latest report. Only what was checked and is as it was asked for is a success.
fn of_instance(drift: &InstanceDrift) -> Report {
    let id = &drift.instance;
    let mut answer = Report::new(render::drift::instance(drift), drift);
    match drift.report.as_ref().map(|report| report.entry.status) {
        Some(DriftStatus::InSync) => answer,
        Some(DriftStatus::Drifted) => {
            answer.success = Exit::Changes;
            answer
        }
        Some(DriftStatus::NotChecked) => answer.but(Some(Error::NothingChecked(id.clone()))),
        None => answer.but(Some(Error::NeverChecked(id.clone()))),
    }
}

fn of_environment(client: &Client, environment: &EnvironmentName) -> Result<Report, Error> {
    let items = client.drift_of(environment)?;
    let text = render::drift::members(&items);
    let count = |status: Option<DriftStatus>| items.iter().filter(|it| it.status == status).count();
    let drifted = count(Some(DriftStatus::Drifted));
    let unchecked = count(None) + count(Some(DriftStatus::NotChecked));
    let all = items.len();
    let mut answer = Report::new(text, &Summary { items });
    if drifted > 0 {
        answer.success = Exit::Changes;
        return Ok(answer);
    }
    let failure = (unchecked > 0).then_some(Error::Unchecked { unchecked, all });
    Ok(answer.but(failure))
}

/// What is known of the drift while a check is waited for.
#[derive(Debug, PartialEq)]
struct Awaited {
    drift: InstanceDrift,
    begun_at: Timestamp,
}

impl Awaited {
    /// How far the check is; none where another one has taken its place.
    fn status(&self) -> Option<CheckStatus> {
        let check = self.drift.check.as_ref();
        let own = check.filter(|check| check.begun_at == self.begun_at);
        own.map(|check| check.status)
    }
}

impl Followed for Awaited {
    fn has_ended(&self) -> bool {
        self.status() != Some(CheckStatus::Running)
    }
}

/// Has an instance checked, and waits for at most `limit`.
fn checked(
    client: &Client,
    world: &mut World<'_>,
    id: &InstanceId,
    limit: Duration,
) -> Result<InstanceDrift, Error> {
    let begun_at = client
        .check_drift(id, &json_body(&json!({})))?
        .check
        .begun_at;
    let later = format!("the check goes on; look at it with `groundplane drift {id}`");
    (world.on_interrupt)(format!("\ninterrupted: {later}\n"));
    world.say(&format!("checking {id}\n"));
    let ask = || {
        let drift = client.drift(id)?;
        Ok(Awaited { drift, begun_at })
    };
    let clock = world.clock;
    let ended = wait::follow(clock, limit, ask, |event| match event {
        Event::Answer(_) => {}
        Event::Silence(error) => {
            let error = render::line(&error.to_string());
            world.say(&format!("{error}; trying again\n"));
        }
    });
    let ended = ended.map_err(|abandoned| match abandoned {
        Abandoned::TimedOut => Error::CheckTimedOut {
            instance: id.clone(),
            limit,
        },
        Abandoned::Call(call) => Error::Call(call),
    })?;
    if ended.status() == Some(CheckStatus::GivenUp) {
        return Err(Error::CheckGivenUp(id.clone()));
    }
    Ok(ended.drift)
}
