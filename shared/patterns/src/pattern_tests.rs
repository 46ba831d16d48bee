//! Fields, lists, `$or` and keys with dots.

use serde_json::{Value, json};

use crate::asserting::{assert_field, assert_matches, pattern};

#[test]
fn every_field_of_the_pattern_must_match_and_other_fields_do_not_matter() {
    assert_matches(
        &json!({ "source": ["aws.ecs"], "detail": { "lastStatus": ["STOPPED"] } }),
        &[json!({ "source": "aws.ecs", "detail": { "lastStatus": "STOPPED", "cpu": "1" } })],
        &[
            json!({ "source": "aws.ecs", "detail": { "lastStatus": "RUNNING" } }),
            json!({ "source": "aws.rds", "detail": { "lastStatus": "STOPPED" } }),
            json!({ "source": "aws.ecs" }),
            json!({ "source": "aws.ecs", "lastStatus": "STOPPED" }),
            json!([]),
            json!(null),
        ],
    );
}

#[test]
fn one_of_several_values_is_enough() {
    let asked = json!(["STOPPED", "STOPPING", 7]);
    assert_field(
        &asked,
        &[json!("STOPPED"), json!("STOPPING"), json!(7)],
        &[json!("stopped"), json!("STOPPED "), json!("7"), json!(8)],
    );
}

#[test]
fn a_list_in_the_event_matches_if_one_of_its_values_does() {
    let asked = json!(["a", { "prefix": "b" }]);
    assert_field(
        &asked,
        &[json!(["x", "a"]), json!(["bx"]), json!([["a"], "x"])],
        &[
            json!([]),
            json!(["x"]),
            json!([{ "field": "a" }]),
            json!({ "a": "a" }),
        ],
    );
}

#[test]
fn fields_of_a_list_of_objects_must_match_in_the_same_object() {
    let asked = json!({ "detail": { "containers": { "name": ["web"], "exitCode": [1] } } });
    let event = |containers: Value| json!({ "detail": { "containers": containers } });
    assert_matches(
        &asked,
        &[
            event(json!([{ "name": "log", "exitCode": 0 }, { "name": "web", "exitCode": 1 }])),
            event(json!({ "name": "web", "exitCode": 1 })),
            event(json!([[{ "name": "web", "exitCode": 1 }]])),
            event(json!([{ "name": ["web", "log"], "exitCode": [0, 1] }])),
        ],
        &[
            event(json!([{ "name": "web", "exitCode": 0 }, { "name": "log", "exitCode": 1 }])),
            event(json!([{ "name": "web" }, { "exitCode": 1 }])),
        ],
    );
}

#[test]
fn lists_within_lists_keep_to_their_own_objects() {
    let asked = json!({ "a": { "b": { "c": [1], "d": [2] }, "e": [3] } });
    assert_matches(
        &asked,
        &[json!({ "a": [{ "b": [{ "c": 0 }, { "c": 1, "d": 2 }], "e": 3 }] })],
        &[
            json!({ "a": [{ "b": [{ "c": 1 }, { "d": 2 }], "e": 3 }] }),
            json!({ "a": [{ "b": [{ "c": 1, "d": 2 }] }, { "e": 3 }] }),
        ],
    );
}

#[test]
fn one_object_of_or_must_match() {
    let asked = json!({
        "source": ["aws.cloudwatch"],
        "$or": [
            { "metric": ["CPU", "Latency"] },
            { "type": ["M"], "namespace": ["ECS"], "$or": [{ "id": [1] }, { "space": [2] }] },
            { "scope": [{ "prefix": "s" }] },
        ],
    });
    let event = |fields: Value| {
        let mut event = json!({ "source": "aws.cloudwatch" });
        let fields = fields.as_object().unwrap().clone();
        event.as_object_mut().unwrap().extend(fields);
        event
    };
    assert_matches(
        &asked,
        &[
            event(json!({ "metric": "CPU" })),
            event(json!({ "type": "M", "namespace": "ECS", "space": 2 })),
            event(json!({ "scope": "service" })),
        ],
        &[
            event(json!({ "metric": "Memory" })),
            event(json!({ "type": "M", "namespace": "ECS" })),
            event(json!({ "namespace": "ECS", "id": 1 })),
            json!({ "source": "aws.ecs", "metric": "CPU" }),
        ],
    );
}

#[test]
fn several_or_must_all_match() {
    assert_matches(
        &json!({
            "$or": [{ "a": [1] }, { "b": [1] }],
            "detail": { "$or": [{ "c": [1] }, { "d": [1] }] },
        }),
        &[
            json!({ "a": 1, "detail": { "d": 1 } }),
            json!({ "b": 1, "detail": { "c": 1 } }),
        ],
        &[
            json!({ "a": 1, "b": 1, "detail": {} }),
            json!({ "detail": { "c": 1, "d": 1 } }),
        ],
    );
}

#[test]
fn what_is_said_last_of_a_field_inside_and_outside_of_or_counts() {
    let event = |a: i64, b: i64| json!({ "a": a, "b": b });
    let or = json!([{ "a": [2] }, { "b": [3] }]);
    assert_matches(
        &json!({ "a": [1], "$or": or }),
        &[event(2, 0), event(1, 3)],
        &[event(1, 0), event(0, 3)],
    );
    assert_matches(
        &json!({ "$or": or, "a": [1] }),
        &[event(1, 0), event(1, 3)],
        &[event(2, 0), event(2, 3)],
    );
}

#[test]
fn or_that_is_not_written_as_one_is_a_field() {
    let asked = json!({ "detail": { "$or": [{ "prefix": "a" }, { "suffix": "z" }] } });
    let event = |value: &str| json!({ "detail": { "$or": value } });
    assert_matches(&asked, &[event("ab"), event("yz")], &[event("b")]);
    let event = json!({ "$or": { "a": 1 } });
    assert_matches(
        &json!({ "$or": { "a": [1] } }),
        &[event],
        &[json!({ "a": 1 })],
    );
}

#[test]
fn keys_with_dots_are_paths_in_patterns_and_in_events() {
    let events = [
        json!({ "detail": { "groundplane": { "dev/instance": "web" } } }),
        json!({ "detail": { "groundplane.dev/instance": "web" } }),
        json!({ "detail.groundplane.dev/instance": "web" }),
    ];
    for asked in [
        json!({ "detail": { "groundplane.dev/instance": ["web"] } }),
        json!({ "detail.groundplane": { "dev/instance": ["web"] } }),
    ] {
        assert_matches(
            &asked,
            &events,
            &[json!({ "detail": { "groundplane": "web" } })],
        );
    }
}

#[test]
fn a_field_may_be_asked_for_a_value_and_for_fields() {
    assert_matches(
        &json!({ "a": ["x"], "a.b": ["y"] }),
        &[json!({ "a": ["x", { "b": "y" }] })],
        &[json!({ "a": "x" }), json!({ "a": { "b": "y" } })],
    );
}

#[test]
fn events_nested_without_end_are_looked_at_as_far_as_a_pattern_goes() {
    let mut nested = json!({ "a": 1 });
    for _ in 0..500 {
        let object = Value::Object([("a".to_owned(), nested)].into_iter().collect());
        nested = Value::Array(vec![object]);
    }
    let deep = format!("{}[1]{}", "{\"a\":".repeat(100), "}".repeat(100));
    let deep: Value = serde_json::from_str(&deep).unwrap();
    assert!(!pattern(&deep).matches(&nested));
    assert!(!pattern(&json!({ "a": [1] })).matches(&nested));
}
