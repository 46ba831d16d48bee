//! The machine's own clock and randomness.

use std::time::Duration;

use groundplane_ports::{Clock, Ids, Pause};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// The machine's own clock and randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct System;

impl Clock for System {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock that everything else is given"
    )]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

impl Ids for System {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the source that everything else is given"
    )]
    fn next(&self) -> Uuid {
        Uuid::now_v7()
    }
}

impl Pause for System {
    async fn pause(&self, time: SignedDuration) {
        tokio::time::sleep(Duration::try_from(time).unwrap_or_default()).await;
    }
}
