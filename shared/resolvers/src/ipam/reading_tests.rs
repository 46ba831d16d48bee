//! Pools as people write them.

use serde_json::json;

use super::*;

/// Every problem, as `pointer: message`.
fn problems(value: &Value) -> Vec<String> {
    let problems = PoolDraft::read(value).unwrap_err();
    problems.iter().map(ToString::to_string).collect()
}

#[test]
fn a_pool_needs_no_more_than_its_block() {
    let spec = PoolDraft::read(&json!({"cidr": "10.0.0.0/16"})).unwrap();
    assert_eq!(spec.space.as_str(), PoolSpec::DEFAULT_SPACE);
    assert_eq!(
        (spec.allowed_lengths.min, spec.allowed_lengths.max),
        (16, 32)
    );
    let nothing = json!({
        "cidr": "10.0.0.0/16", "space": null, "parent": null, "reserved": null, "tags": null, "subnetId": null,
        "allowedLengths": {"min": null, "max": null},
    });
    assert_eq!(PoolDraft::read(&nothing), Ok(spec));
}

#[test]
fn what_is_not_known_is_refused_with_what_was_perhaps_meant() {
    let value = json!({
        "cidr": "10.0.0.0/16", "reservd": [], "allowedLengths": {"mn": 20}, "zzzzzzzzzz": 1,
    });
    assert_eq!(
        problems(&value),
        [
            "/reservd: a pool has no field `reservd` (did you mean `reserved`?)",
            "/zzzzzzzzzz: a pool has no field `zzzzzzzzzz`",
            "/allowedLengths/mn: a pool has no field `mn` (did you mean `min`?)",
        ]
    );
}

#[test]
fn what_cannot_be_read_and_what_is_wrong_is_said_together_and_once() {
    let value = json!({
        "cidr": 7, "space": "X", "parent": ["a"], "reserved": "10.0.0.0/24",
        "tags": {"a": 1}, "allowedLengths": {"min": "wide"},
    });
    let found = problems(&value);
    for expected in [
        "/cidr: `cidr` is a text",
        "/parent: `parent` is a text",
        "/reserved: `reserved` is a list of blocks",
        "/tags: `tags` is an object of texts",
        "/allowedLengths/min: `min` is a number",
    ] {
        assert!(found.contains(&expected.to_owned()), "{expected} {found:?}");
    }
    assert!(
        found
            .iter()
            .any(|problem| problem.starts_with("/space: `X`"))
    );
    assert_eq!(found.len(), 6, "{found:?}");
}

#[test]
fn what_is_missing_or_is_no_pool_at_all_is_said() {
    assert_eq!(problems(&json!({})), ["/cidr: a pool needs `cidr`"]);
    for value in [json!(null), json!([]), json!("10.0.0.0/16")] {
        assert_eq!(problems(&value), ["a pool is an object with `cidr`"]);
    }
    let lengths = json!({"cidr": "10.0.0.0/16", "allowedLengths": 24});
    assert_eq!(
        problems(&lengths),
        ["/allowedLengths: `allowedLengths` is an object"]
    );
}
