//! Times and durations for people.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// A point in time, to the second.
pub(crate) fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// How long something took by the platform's clock, once it has ended.
pub(crate) fn taken(from: Option<Timestamp>, to: Option<Timestamp>) -> Option<String> {
    let taken = to?.duration_since(from?);
    // Two machines may have noted the two times.
    Some(length(taken.max(SignedDuration::ZERO)))
}

/// How long the user was willing to wait.
pub(crate) fn waited(limit: Duration) -> String {
    length(SignedDuration::try_from(limit).unwrap_or(SignedDuration::MAX))
}

fn length(duration: SignedDuration) -> String {
    let seconds = duration.as_secs();
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, 0) => format!("{}ms", duration.as_millis()),
        (0, 0, whole) => format!("{whole}.{}s", duration.subsec_millis() / 100),
        (0, minutes, seconds) => format!("{minutes}m{seconds:02}s"),
        (hours, minutes, _) => format!("{hours}h{minutes:02}m"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(milliseconds: i64) -> Option<String> {
        let start = Timestamp::UNIX_EPOCH;
        taken(
            Some(start),
            Some(start + SignedDuration::from_millis(milliseconds)),
        )
    }

    #[test]
    fn a_duration_has_the_units_that_matter_at_its_size() {
        for (milliseconds, text) in [
            (0, "0ms"),
            (999, "999ms"),
            (1_000, "1.0s"),
            (59_999, "59.9s"),
            (60_000, "1m00s"),
            (3_599_000, "59m59s"),
            (3_600_000, "1h00m"),
            (90_000_000, "25h00m"),
        ] {
            assert_eq!(after(milliseconds).as_deref(), Some(text));
        }
    }

    #[test]
    fn an_end_before_its_beginning_took_no_time() {
        assert_eq!(after(-5_000).as_deref(), Some("0ms"));
    }

    #[test]
    fn what_has_not_ended_or_begun_has_no_duration() {
        assert_eq!(taken(Some(Timestamp::UNIX_EPOCH), None), None);
        assert_eq!(taken(None, Some(Timestamp::UNIX_EPOCH)), None);
    }

    #[test]
    fn a_moment_is_shown_to_the_second() {
        let at: Timestamp = "2026-11-21T08:07:06.543Z".parse().unwrap();
        assert_eq!(moment(at), "2026-11-21T08:07:06Z");
    }
}
