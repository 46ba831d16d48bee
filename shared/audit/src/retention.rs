//! How long entries are kept.

use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};

/// How long entries are kept, in whole days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention(u16);

/// Why a text is no number of days.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a number of days, 1 to 65535")]
pub struct NoRetention(String);

impl Default for Retention {
    /// A bit more than a year, so that a yearly audit finds all of it.
    fn default() -> Self {
        Self(400)
    }
}

impl FromStr for Retention {
    type Err = NoRetention;

    fn from_str(text: &str) -> Result<Self, NoRetention> {
        let days = text.parse().ok().filter(|days| *days > 0);
        let unreadable = || NoRetention(text.escape_default().take(20).collect());
        days.map(Self).ok_or_else(unreadable)
    }
}

impl Retention {
    /// Until when what is written `at` is kept.
    #[must_use]
    pub fn from(self, at: Timestamp) -> Timestamp {
        let length = SignedDuration::from_hours(i64::from(self.0) * 24);
        at.checked_add(length).unwrap_or(Timestamp::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_from_the_time_of_the_entry() {
        let at: Timestamp = "2026-01-01T08:00:00Z".parse().unwrap();
        let two: Retention = "2".parse().unwrap();
        assert_eq!(two.from(at).to_string(), "2026-01-03T08:00:00Z");
        assert_eq!(Retention::default().from(Timestamp::MAX), Timestamp::MAX);
        for wrong in ["", "0", "-1", "1.5", "99999", "a day"] {
            assert!(wrong.parse::<Retention>().is_err(), "{wrong}");
        }
    }
}
