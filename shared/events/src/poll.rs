//! The part of pollers that decides: what was seen now, against what was seen before, to events.
//! Only changes are events, so polling often costs nothing but the polls.

mod ecs;
mod rds;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use groundplane_model::{Digest, Event};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::arn::Arn;

pub use ecs::{Rollout, ServiceCounts, ecs_health};
pub use rds::rds_health;

/// The source of a poller's events.
pub const SOURCE: &str = "groundplane.poller";
/// Their detail-type.
pub const DETAIL_TYPE: &str = "Service Health";

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It does what it should.
    Healthy,
    /// It does so in part, or not for long.
    Degraded,
    /// It does not.
    Stopped,
    /// It cannot be said: it is on its way from one to the other.
    Unknown,
}

impl Status {
    /// The status as events say it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Degraded => "degraded",
            Self::Stopped => "stopped",
            Self::Unknown => "unknown",
        }
    }
}

/// A status and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// The status.
    pub status: Status,
    /// Why, for people.
    pub reason: String,
}

impl Health {
    fn new(status: Status, reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Self { status, reason }
    }
}

/// How one resource is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// The resource: its ARN, or another of its [`crate::identifiers`].
    pub identifier: String,
    /// How it is.
    pub health: Health,
    /// What else the event shall say, for example the counts of a service.
    pub detail: Map<String, Value>,
}

/// How all resources were when a poller last looked. This is what a poller keeps.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observations {
    /// Counts the rounds that saw a change.
    pub version: u64,
    /// The status of each resource that was seen, by its identifier.
    pub seen: BTreeMap<String, Status>,
}

/// What a round of polling brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    /// What to keep for the next round, once the events are sent.
    pub observations: Observations,
    /// The changes.
    pub events: Vec<Event>,
}

/// Compares what is seen now with what was seen before. `now` is everything that the poller looks
/// after: what is not in it any more is forgotten without an event, and what is in it twice counts
/// as it is named first. What is seen for the first time is an event only if it is not healthy.
///
/// The id of an event follows from the resource, its status and the round. So a round that was cut
/// short after sending, and is repeated from the same `previous`, gives the same events again; and
/// a resource that fails a second time gives a new one.
#[must_use]
pub fn observe(previous: &Observations, now: Vec<Observation>, at: Timestamp) -> Round {
    let next = previous.version.saturating_add(1);
    let mut seen = BTreeMap::new();
    let mut events = Vec::new();
    for observation in now {
        let status = observation.health.status;
        let was = previous.seen.get(&observation.identifier).copied();
        let Entry::Vacant(place) = seen.entry(observation.identifier.clone()) else {
            continue;
        };
        place.insert(status);
        if was.unwrap_or(Status::Healthy) != status {
            events.push(event(observation, was, next, at));
        }
    }
    let version = if events.is_empty() {
        previous.version
    } else {
        next
    };
    Round {
        observations: Observations { version, seen },
        events,
    }
}

fn event(observation: Observation, was: Option<Status>, version: u64, at: Timestamp) -> Event {
    let Observation {
        identifier,
        health,
        detail: more,
    } = observation;
    let status = health.status.as_str();
    let text = format!("{}:{identifier}\n{status}\n{version}", identifier.len());
    let mut detail = Map::new();
    detail.insert("status".to_owned(), Value::from(status));
    detail.insert("was".to_owned(), was.map(Status::as_str).into());
    detail.insert("reason".to_owned(), Value::from(health.reason));
    let known: Vec<String> = detail.keys().cloned().collect();
    let more = more.into_iter().filter(|(name, _)| !known.contains(name));
    detail.extend(more);
    let ground = Arn::parse(&identifier).map(|arn| arn.ground);
    let (account, region) = ground.map_or(("", ""), |ground| (ground.account, ground.region));
    Event {
        version: "0".to_owned(),
        id: Digest::of(text.as_bytes()).short(32).to_owned(),
        source: SOURCE.to_owned(),
        detail_type: DETAIL_TYPE.to_owned(),
        account: account.to_owned(),
        time: at,
        region: region.to_owned(),
        resources: vec![identifier],
        detail: Value::Object(detail),
    }
}

#[cfg(test)]
#[path = "poll_tests.rs"]
mod tests;
