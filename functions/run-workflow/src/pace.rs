//! How long to wait before looking again.

use jiff::Timestamp;

/// The shortest wait, in seconds.
const SHORTEST: i64 = 5;
/// The longest wait, in seconds: what takes days is looked at every few hours, since an execution
/// has 25,000 events at the most ("Quotas", AWS Step Functions developer guide).
const LONGEST: i64 = 6 * 3_600;
/// A wait is this part of the time that the run has taken so far.
const PART: i64 = 20;

/// How many seconds to wait before looking again at what began at `started`, but not past its
/// `deadline`.
pub(crate) fn seconds(started: Timestamp, now: Timestamp, deadline: Timestamp) -> u64 {
    let taken = now.duration_since(started).as_secs();
    // A second later, so that what is looked at then is past its deadline.
    let left = deadline.duration_since(now).as_secs() + 1;
    let wait = (taken / PART).clamp(SHORTEST, LONGEST).min(left).max(1);
    wait.unsigned_abs()
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_young_run_is_looked_at_often_and_an_old_one_seldom() {
        let deadline = at(365 * 86_400);
        assert_eq!(seconds(at(0), at(0), deadline), 5);
        assert_eq!(seconds(at(0), at(100), deadline), 5);
        assert_eq!(seconds(at(0), at(3_600), deadline), 180);
        assert_eq!(seconds(at(0), at(30 * 86_400), deadline), 6 * 3_600);
    }

    #[test]
    fn no_wait_ends_long_after_the_deadline() {
        assert_eq!(seconds(at(0), at(59), at(60)), 2);
        assert_eq!(seconds(at(0), at(60), at(60)), 1);
        assert_eq!(seconds(at(0), at(90), at(60)), 1);
    }

    #[test]
    fn even_a_run_of_a_year_stays_within_one_execution() {
        let (mut now, deadline) = (at(0), at(365 * 86_400));
        let mut looks = 0;
        while now < deadline {
            let wait = i64::try_from(seconds(at(0), now, deadline)).unwrap();
            now += SignedDuration::from_secs(wait);
            looks += 1;
        }
        // A look is 9 events: a task with five, a choice and a wait with two each.
        assert!(looks * 9 < 25_000, "{looks}");
    }

    proptest! {
        #[test]
        fn every_wait_is_at_least_a_second(started in 0_i64..1_000_000, now in 0_i64..1_000_000, deadline in 0_i64..1_000_000) {
            prop_assert!(seconds(at(started), at(now), at(deadline)) >= 1);
        }
    }
}
