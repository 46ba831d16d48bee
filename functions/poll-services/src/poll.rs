//! What a poller is: it looks at a source that cannot push, and tells what has changed.

use std::future::Future;

use groundplane_events::poll::{self, Health, Observations, Status, observe};
use groundplane_model::{Event, Failure, Observation, ResourceOwner};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// A source that cannot push.
pub trait Poll: Send + Sync {
    /// What the source is, for logs.
    fn source(&self) -> String;

    /// What has changed. `since` is when all sources were polled last, if they ever were.
    ///
    /// Polling again before what it found is saved finds the same again; what is saved first
    /// counts.
    ///
    /// # Errors
    /// As the source says; nothing is lost, since the next poll compares with what was saved.
    fn poll(
        &self,
        since: Option<Timestamp>,
    ) -> impl Future<Output = Result<Vec<Finding>, Failure>> + Send;
}

/// A change, and what has to be remembered so that it is found once.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Whose resource it is.
    pub owner: ResourceOwner,
    /// The change.
    pub event: Event,
    /// How the resource is from now on.
    pub remember: Observation,
}

/// A resource, and how it was when it was last looked at.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Watched {
    pub(crate) owner: ResourceOwner,
    /// None where it was never other than healthy.
    pub(crate) before: Option<Observation>,
}

/// How a resource is now, and what else its event shall say.
pub(crate) struct Seen {
    pub(crate) health: Health,
    pub(crate) detail: Map<String, Value>,
}

impl Seen {
    /// The source does not know the resource. It may be on its way, or gone: nobody can say.
    pub(crate) fn missing() -> Self {
        Self {
            health: Health {
                status: Status::Unknown,
                reason: "it was not found".to_owned(),
            },
            detail: Map::new(),
        }
    }
}

impl Watched {
    /// The change that `seen` is, if it is one.
    pub(crate) fn compare(
        &self,
        seen: Seen,
        since: Option<Timestamp>,
        now: Timestamp,
    ) -> Option<Finding> {
        let Self { owner, before } = self;
        // What is remembered goes with the resource: one of the same name that comes later begins
        // at another number, so that its changes are not taken for those of the earlier one.
        let begun = u64::try_from(now.as_second()).unwrap_or_default();
        let changes = before.as_ref().map_or(begun, |before| before.changes);
        let status = seen.health.status;
        let observation = poll::Observation {
            identifier: owner.identifier.clone(),
            health: seen.health,
            detail: self.detail(seen.detail, since),
        };
        let round = observe(&self.previous(changes), vec![observation], now);
        let event = round.events.into_iter().next()?;
        Some(Finding {
            owner: owner.clone(),
            event,
            remember: Observation {
                identifier: owner.identifier.clone(),
                status: status.as_str().to_owned(),
                since: now,
                changes: round.observations.version,
                version: before.as_ref().map_or(0, |before| before.version),
            },
        })
    }

    fn previous(&self, version: u64) -> Observations {
        let status = self.before.as_ref().and_then(|before| {
            // A status that is not known any more counts as never seen.
            serde_json::from_value(Value::from(before.status.as_str())).ok()
        });
        let identifier = self.owner.identifier.clone();
        Observations {
            version,
            seen: status
                .map(|status: Status| (identifier, status))
                .into_iter()
                .collect(),
        }
    }

    fn detail(&self, more: Map<String, Value>, since: Option<Timestamp>) -> Map<String, Value> {
        let owner = &self.owner;
        let mut detail = Map::new();
        let mut say = |name: &str, value| detail.insert(name.to_owned(), value);
        say("tenant", json!(owner.tenant));
        say("instance", json!(owner.instance));
        say("unit", json!(owner.unit));
        say("logicalId", json!(owner.logical_id));
        say("type", json!(owner.resource_type));
        if let Some(since) = since {
            say("lookedAtBefore", json!(since));
        }
        detail.extend(more);
        detail
    }
}

#[cfg(test)]
#[path = "poll_tests.rs"]
mod tests;
