//! A clock that moves when it is told to, and identifiers that are counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use groundplane_ports::{Clock, Ids};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// The clock and the source of identifiers of a test. It starts at 2026-01-01T00:00:00Z; clones
/// share the time.
#[derive(Debug, Clone, Default)]
pub(crate) struct TestSystem {
    seconds: Arc<AtomicI64>,
    given: Arc<AtomicU64>,
}

impl TestSystem {
    /// Lets time pass.
    pub(crate) fn advance(&self, by: SignedDuration) {
        self.seconds.fetch_add(by.as_secs(), Ordering::Relaxed);
    }
}

impl Clock for TestSystem {
    fn now(&self) -> Timestamp {
        let start: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        start + SignedDuration::from_secs(self.seconds.load(Ordering::Relaxed))
    }
}

impl Ids for TestSystem {
    fn next(&self) -> Uuid {
        Uuid::from_u128(u128::from(self.given.fetch_add(1, Ordering::Relaxed)) + 1)
    }
}
