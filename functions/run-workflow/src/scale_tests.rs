//! Which numbers are set, and which are refused.

use serde_json::{Map, Value, json};

use super::*;
use crate::work::run_of;

const LIMITS: ScalingLimits = ScalingLimits { min: 2, max: 6 };

fn read(input: Value) -> Result<Wanted, Failure> {
    let Value::Object(input) = input else {
        panic!("{input} is no object");
    };
    Wanted::read(&run_of("scale", input))
}

/// What is set for a service that should have 3 containers now.
fn set(input: Value, limits: Option<ScalingLimits>) -> Result<Settings, Problem> {
    let instance = InstanceId::parse("web-service.dev").unwrap();
    read(input).unwrap().settings(&instance, limits, 3)
}

fn settings(limits: Option<(u32, u32)>, desired: Option<u32>) -> Settings {
    Settings {
        limits: limits.map(|(min, max)| ScalingLimits { min, max }),
        desired,
    }
}

#[test]
fn numbers_that_fit_are_set() {
    for (input, limits, expected) in [
        (json!({"desiredCount": 5}), None, settings(None, Some(5))),
        (json!({"desiredCount": 0}), None, settings(None, Some(0))),
        (
            json!({"desiredCount": 5}),
            Some(LIMITS),
            settings(None, Some(5)),
        ),
        (
            json!({"minCapacity": 1}),
            Some(LIMITS),
            settings(Some((1, 6)), None),
        ),
        (
            json!({"minCapacity": 2}),
            Some(LIMITS),
            settings(None, None),
        ),
        // A number that is outside of the new limits is moved into them.
        (
            json!({"minCapacity": 4}),
            Some(LIMITS),
            settings(Some((4, 6)), Some(4)),
        ),
        (
            json!({"maxCapacity": 2}),
            Some(LIMITS),
            settings(Some((2, 2)), Some(2)),
        ),
        (
            json!({"minCapacity": 0, "maxCapacity": 9, "desiredCount": 0}),
            Some(LIMITS),
            settings(Some((0, 9)), Some(0)),
        ),
    ] {
        assert_eq!(set(input.clone(), limits), Ok(expected), "{input}");
    }
}

#[test]
fn setting_the_same_again_changes_nothing() {
    let wanted = read(json!({"minCapacity": 4, "desiredCount": 5})).unwrap();
    let instance = InstanceId::parse("web-service.dev").unwrap();
    let first = wanted.settings(&instance, Some(LIMITS), 3).unwrap();
    let again = wanted.settings(&instance, first.limits, 5).unwrap();
    assert_eq!(again, settings(None, Some(5)));
}

#[test]
fn numbers_that_do_not_fit_are_refused_with_their_place() {
    for (input, limits, place, part) in [
        (
            json!({"minCapacity": 7}),
            Some(LIMITS),
            "/minCapacity",
            "`minCapacity` would be 7",
        ),
        (
            json!({"maxCapacity": 1}),
            Some(LIMITS),
            "/maxCapacity",
            "`maxCapacity` 1",
        ),
        (
            json!({"desiredCount": 7}),
            Some(LIMITS),
            "/desiredCount",
            "2 to 6",
        ),
        (
            json!({"desiredCount": 0}),
            Some(LIMITS),
            "/desiredCount",
            "2 to 6",
        ),
        (
            json!({"maxCapacity": 9}),
            None,
            "/maxCapacity",
            "not scaled by itself",
        ),
    ] {
        let problem = set(input, limits).unwrap_err();
        assert_eq!(problem.pointer, place);
        assert!(problem.message.contains(part), "{problem}");
    }
}

#[test]
fn at_least_one_number_is_needed_and_none_above_a_thousand() {
    assert!(read(Value::Object(Map::new())).is_err());
    assert!(read(json!({"desiredCount": 1000})).is_ok());
    let failure = read(json!({"desiredCount": 1001, "minCapacity": -1})).unwrap_err();
    assert_eq!(failure.problems.len(), 2);
}

#[test]
fn for_a_minute_the_number_from_before_is_not_taken_for_the_new_one() {
    let health = ServiceHealth {
        arn: "arn:x".to_owned(),
        is_active: true,
        desired: 3,
        running: 3,
        pending: 0,
        task_definition: None,
        rollouts: Vec::new(),
    };
    let at = |second| Timestamp::from_second(second).unwrap();
    assert!(is_behind(&health, Some(5), (at(0), at(59))));
    assert!(!is_behind(&health, Some(5), (at(0), at(60))));
    assert!(!is_behind(&health, Some(3), (at(0), at(0))));
    assert!(!is_behind(&health, None, (at(0), at(0))));
}
