//! Patterns that no event can match.

use serde_json::{Value, json};

use crate::Pattern;

/// Why the pattern never matches: where, what, and the hint.
fn reason(pattern: &Value) -> Option<String> {
    let mistake = Pattern::parse(pattern).unwrap().never_matches()?;
    let hint = mistake.hint.map(|hint| format!(" ({hint})"));
    Some(format!(
        "{}: {}{}",
        mistake.pointer,
        mistake.message,
        hint.unwrap_or_default()
    ))
}

#[test]
fn what_can_match_is_left_alone() {
    let fine = [
        json!({ "source": ["aws.ecs"], "detail": { "a": [1], "b": [{ "exists": false }] } }),
        json!({ "resources": [{ "exists": false }] }),
        json!({ "resources": [{ "prefix": "arn:" }] }),
        json!({ "replay-name": [{ "exists": false }] }),
        json!({ "replay-name": ["all"] }),
        json!({ "extra": [{ "exists": false }] }),
        json!({ "source": [{ "anything-but": [1] }, 5] }),
        json!({ "source": [{ "exists": true }] }),
        json!({ "detail": [{ "exists": false }] }),
        json!({ "detail": { "n": [{ "numeric": [">", 0, "<", 0.000001] }, 5] } }),
        json!({ "detail.a": [1] }),
        json!({ "source": { "a": [{ "exists": false }] } }),
    ];
    for pattern in fine {
        assert_eq!(reason(&pattern), None, "{pattern}");
    }
}

#[test]
fn a_range_without_a_number_never_matches() {
    let pattern = json!({ "detail": { "n": [{ "numeric": [">", 0, "<", 0.000_001] }] } });
    assert_eq!(
        reason(&pattern).unwrap(),
        "/detail/n: no number is in the range"
    );
    let pattern = json!({ "detail": { "n": [{ "numeric": [">", 5e9] }] } });
    assert_eq!(
        reason(&pattern).unwrap(),
        "/detail/n: no number is in the range"
    );
}

#[test]
fn a_field_that_the_envelope_does_not_have_never_matches() {
    let pattern = json!({ "source": ["a"], "detailtype": ["b"] });
    assert_eq!(
        reason(&pattern).unwrap(),
        "/detailtype: events have no field `detailtype` (did you mean `detail-type`?)"
    );
    let pattern = json!({ "lastStatus": { "x": ["STOPPED"] } });
    assert_eq!(
        reason(&pattern).unwrap(),
        "/lastStatus/x: events have no field `lastStatus`"
    );
}

#[test]
fn what_the_envelope_always_holds_is_nothing_else() {
    let cases = [
        (
            json!({ "source": [5] }),
            "/source: `source` is always a text",
        ),
        (
            json!({ "account": [111122223333_u64] }),
            "/account: `account` is always a text",
        ),
        (
            json!({ "detail-type": [{ "exists": false }] }),
            "/detail-type: `detail-type` is always a text",
        ),
        (
            json!({ "source": { "x": ["a"] } }),
            "/source/x: `source` is never an object",
        ),
        (
            json!({ "resources": [1, null] }),
            "/resources: `resources` only ever holds text",
        ),
        (
            json!({ "replay-name": [true] }),
            "/replay-name: `replay-name` only ever holds text",
        ),
        (
            json!({ "detail": ["a"] }),
            "/detail: `detail` is always an object",
        ),
        (
            json!({ "detail": [{ "exists": true }] }),
            "/detail: `detail` is always an object",
        ),
    ];
    for (pattern, expected) in cases {
        assert_eq!(reason(&pattern).as_deref(), Some(expected));
    }
}

#[test]
fn with_or_every_alternative_must_be_impossible() {
    let one = json!({ "$or": [{ "source": [1] }, { "source": ["a"] }] });
    assert_eq!(reason(&one), None);
    let both = json!({ "$or": [{ "source": [1] }, { "details": { "a": [1] } }] });
    assert_eq!(
        reason(&both).unwrap(),
        "/$or/0/source: `source` is always a text"
    );
}
