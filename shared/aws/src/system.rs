//! The machine's own clock and randomness.

use groundplane_ports::{Clock, Ids};
use jiff::Timestamp;
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
