//! The machine's own clock and randomness.

use std::time::Duration;

use groundplane_ports::{Clock, Ids, Pause, PortError, Random, Result};
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

impl Random for System {
    fn bytes(&self) -> Result<[u8; 32]> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)
            .map_err(|error| PortError::Internal(format!("there is no randomness: {error}")))?;
        Ok(bytes)
    }
}

impl Pause for System {
    async fn pause(&self, time: SignedDuration) {
        tokio::time::sleep(Duration::try_from(time).unwrap_or_default()).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_bytes_are_others_each_time() {
        let (one, other) = (System.bytes().unwrap(), System.bytes().unwrap());
        assert_ne!(one, other);
        assert_ne!(one, [0; 32]);
    }
}
