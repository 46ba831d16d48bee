//! When it is an environment's turn.

use groundplane_model::{Digest, Environment};
use jiff::{SignedDuration, Timestamp};

/// How often instances are checked where the environment does not say.
const INTERVAL: SignedDuration = SignedDuration::from_mins(15);
/// The schedule calls once a minute.
const SHORTEST: SignedDuration = SignedDuration::from_mins(1);
/// For how long after the beginning of a turn it is begun: the schedule may leave a minute out.
const LATE: i64 = 5 * 60;

/// When the turn of `environment` began, if it is time to begin its checks. Environments take
/// turns at different times, by their name, so that not all begin at once.
pub(crate) fn of(environment: &Environment, now: Timestamp) -> Option<Timestamp> {
    let policy = environment.spec.drift.as_ref();
    let interval = policy.and_then(|policy| policy.schedule);
    let interval = interval.unwrap_or(INTERVAL).max(SHORTEST).as_secs();
    let late = now.as_second() - offset(environment.name.as_str(), interval);
    let late = late.rem_euclid(interval);
    if late >= LATE {
        return None;
    }
    Timestamp::from_second(now.as_second() - late).ok()
}

/// How many seconds after the others it begins.
fn offset(name: &str, interval: i64) -> i64 {
    let digest = Digest::of(name.as_bytes());
    let digits = i64::from_str_radix(digest.short(12), 16).unwrap_or_default();
    digits.rem_euclid(interval)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use groundplane_model::DriftPolicy;
    use serde_json::json;

    use super::*;

    fn environment(name: &str, schedule: Option<&str>) -> Environment {
        let mut drift = json!({});
        if let Some(schedule) = schedule {
            drift["schedule"] = schedule.into();
        }
        let drift: DriftPolicy = serde_json::from_value(drift).unwrap();
        let spec = json!({
            "landingZone": "sandbox", "production": false, "approval": false, "drift": drift,
        });
        Environment {
            name: name.parse().unwrap(),
            spec: serde_json::from_value(spec).unwrap(),
            updated_at: Timestamp::UNIX_EPOCH,
            updated_by: "ops".to_owned(),
            version: 1,
        }
    }

    /// The turns of a day, with a call every `every` seconds.
    fn turns(environment: &Environment, every: i64) -> Vec<i64> {
        let day = 1_767_225_600..1_767_225_600 + 86_400;
        let calls = day.filter(|second| second % every == 7);
        let turns =
            calls.filter_map(|second| of(environment, Timestamp::from_second(second).unwrap()));
        let turns: BTreeSet<i64> = turns.map(Timestamp::as_second).collect();
        turns.into_iter().collect()
    }

    #[test]
    fn every_turn_comes_once_whether_the_schedule_is_on_time_or_not() {
        for (schedule, a_day) in [
            (None, 96),
            (Some("5m"), 288),
            (Some("1h"), 24),
            (Some("7m"), 206),
        ] {
            let environment = environment("dev", schedule);
            let turns = turns(&environment, 60);
            assert!(
                turns.len().abs_diff(a_day) <= 1,
                "{schedule:?}: {}",
                turns.len()
            );
            let steps = turns.windows(2).map(|pair| pair[1] - pair[0]);
            let interval = 86_400 / i64::try_from(a_day).unwrap();
            assert!(
                steps.into_iter().all(|step| step.abs_diff(interval) < 2),
                "{schedule:?}"
            );
            // The last one of the day may be begun the day after.
            let seldom = super::tests::turns(&environment, 180);
            assert!(turns.starts_with(&seldom), "{schedule:?}: {seldom:?}");
            assert!(turns.len() - seldom.len() <= 1, "{schedule:?}");
        }
    }

    #[test]
    fn nothing_begins_more_often_than_the_schedule_calls() {
        let turns = turns(&environment("dev", Some("1s")), 60);
        assert!(turns.len().abs_diff(1_440) <= 1, "{}", turns.len());
    }

    #[test]
    fn environments_do_not_all_begin_at_once() {
        let names = (0..60).map(|number| format!("place-{number}"));
        let first = names.map(|name| turns(&environment(&name, None), 60)[0] / 60);
        let minutes: BTreeSet<i64> = first.collect();
        assert!(minutes.len() >= 12, "{minutes:?}");
    }
}
