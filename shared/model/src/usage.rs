//! What a tenant uses of its quotas: counters that are changed by the amount, not overwritten.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{Change, Key, Partition, Record, TenantId};

/// What a quota bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Quota {
    /// Instances at a time.
    Instances,
    /// Allocations of resolvers at a time.
    Allocations,
    /// Deployments that are accepted within an hour.
    DeploymentsPerHour,
    /// Calls of the API within a minute.
    RequestsPerMinute,
}

impl Quota {
    /// The quota as documents name it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Instances => "instances",
            Self::Allocations => "allocations",
            Self::DeploymentsPerHour => "deploymentsPerHour",
            Self::RequestsPerMinute => "requestsPerMinute",
        }
    }

    /// The seconds after which it is counted anew; none where things are counted while they are
    /// there.
    #[must_use]
    pub const fn window(self) -> Option<i64> {
        match self {
            Self::Instances | Self::Allocations => None,
            Self::DeploymentsPerHour => Some(3600),
            Self::RequestsPerMinute => Some(60),
        }
    }

    /// The seconds from `now` until it is counted anew.
    #[must_use]
    pub fn seconds_left(self, now: Timestamp) -> Option<i64> {
        let window = self.window()?;
        Some(window - now.as_second().rem_euclid(window))
    }

    /// Where what `tenant` uses of it at `now` is counted.
    #[must_use]
    pub fn key_of(self, tenant: &TenantId, now: Timestamp) -> Key {
        let name = self.as_str();
        let sort = match self.window() {
            None => name.to_owned(),
            Some(window) => format!("{name}#{}", now.as_second().div_euclid(window)),
        };
        Key::new(Partition::usage(tenant), sort)
    }

    /// Counts `by` more of it at `now`, if then no more than `at_most` are used.
    #[must_use]
    pub fn count(
        self,
        tenant: &TenantId,
        (by, at_most): (i64, Option<u64>),
        now: Timestamp,
    ) -> Change {
        // Long enough after its window that whoever still counts in it finds it.
        let kept = |window| {
            now.saturating_add(SignedDuration::from_secs(window * 2))
                .ok()
        };
        let key = self.key_of(tenant, now);
        Change::Count {
            content: json!({ "tenant": tenant, "counter": key.sort }),
            key,
            kind: Usage::KIND,
            by,
            at_most,
            expires_at: self.window().and_then(kept),
        }
    }
}

/// How much of a quota is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// The tenant.
    pub tenant: TenantId,
    /// What is counted, and in which window.
    pub counter: String,
    /// How much.
    pub used: i64,
    /// How often it was changed.
    #[serde(default)]
    pub version: u64,
}

impl Record for Usage {
    const KIND: &'static str = "usage";

    fn key(&self) -> Key {
        Key::new(Partition::usage(&self.tenant), self.counter.clone())
    }

    fn version(&self) -> u64 {
        self.version
    }
}
