//! Why something that was tried did not happen, and whether it is tried again.

use groundplane_model::{Failure, FailureKind};
use groundplane_ports::PortError;
use groundplane_resolvers::IpamError;

/// Why an attempt ended without having done what it was to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Stopped {
    /// Someone else was faster: everything is read and decided again.
    Raced,
    /// The table did not answer, and what was asked of it may have happened.
    Away(PortError),
    /// The tree refuses it.
    Refused(IpamError),
    /// It cannot be done.
    Failed(Failure),
}

impl From<PortError> for Stopped {
    fn from(error: PortError) -> Self {
        match error {
            PortError::Conflict(_) => Self::Raced,
            PortError::Unavailable(_) => Self::Away(error),
            PortError::Denied(_)
            | PortError::Refused(_)
            | PortError::Exhausted(_)
            | PortError::TooLarge(_)
            | PortError::Internal(_) => Self::Failed(error.into()),
        }
    }
}

impl From<IpamError> for Stopped {
    fn from(error: IpamError) -> Self {
        if error == IpamError::Stale {
            Self::Raced
        } else {
            Self::Refused(error)
        }
    }
}

impl From<Failure> for Stopped {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// How often something was tried.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Attempts {
    races: u32,
    away: u32,
}

impl Attempts {
    /// How often it is tried where others are faster. A pool as small as the number of its callers
    /// is the worst case: each waits for all others, and 64 do for less than 40 attempts.
    const MOST_RACES: u32 = 96;

    /// How often it is tried where the table is busy. DynamoDB says so too where two transactions
    /// touch an item at the same moment, which passes.
    const MOST_AWAY: u32 = 8;

    /// How often others were faster so far.
    #[must_use]
    pub const fn races(self) -> u32 {
        self.races
    }

    /// Counts an attempt that is to be followed by another.
    ///
    /// # Errors
    /// What stopped it, where another attempt is of no use or there were too many.
    pub fn again(&mut self, stopped: Stopped) -> Result<(), Stopped> {
        match stopped {
            Stopped::Raced if self.races < Self::MOST_RACES => {
                self.races += 1;
                Ok(())
            }
            Stopped::Raced => {
                let message = "others change the same addresses again and again; try again";
                Err(Failure::new(FailureKind::Unavailable, message).into())
            }
            Stopped::Away(_) if self.away < Self::MOST_AWAY => {
                self.away += 1;
                Ok(())
            }
            Stopped::Away(error) => Err(Stopped::Failed(error.into())),
            Stopped::Refused(_) | Stopped::Failed(_) => Err(stopped),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(stopped: &Stopped) -> (u32, Stopped) {
        let mut attempts = Attempts::default();
        let mut count = 0;
        loop {
            match attempts.again(stopped.clone()) {
                Ok(()) => count += 1,
                Err(stopped) => return (count, stopped),
            }
        }
    }

    #[test]
    fn what_passes_is_tried_again_and_not_for_ever() {
        let (count_of_races, end) = count(&Stopped::from(IpamError::Stale));
        assert!(count_of_races >= 40);
        assert!(
            matches!(end, Stopped::Failed(failure) if failure.kind == FailureKind::Unavailable)
        );
        let busy = PortError::Unavailable("busy".to_owned());
        let (count_of_away, end) = count(&busy.into());
        assert!(count_of_away > 0 && count_of_away < count_of_races);
        assert!(
            matches!(end, Stopped::Failed(failure) if failure.kind == FailureKind::Unavailable)
        );
    }

    #[test]
    fn what_does_not_pass_is_not_tried_again() {
        for stopped in [
            Stopped::from(IpamError::NoPool),
            Stopped::from(PortError::Denied("no".to_owned())),
            Stopped::from(PortError::Internal("broken".to_owned())),
            Stopped::from(Failure::new(FailureKind::Invalid, "wrong")),
        ] {
            assert_eq!(count(&stopped), (0, stopped));
        }
    }
}
