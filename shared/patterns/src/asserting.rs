//! What the tests of patterns assert.

use serde_json::{Value, json};

use crate::Pattern;

pub(crate) fn pattern(value: &Value) -> Pattern {
    Pattern::parse(value).unwrap_or_else(|mistakes| panic!("{value}: {mistakes:?}"))
}

/// Whether a field with `value` matches the alternatives `asked`.
pub(crate) fn field(asked: &Value, value: &Value) -> bool {
    pattern(&json!({ "detail": { "field": asked } }))
        .matches(&json!({ "source": "test", "detail": { "field": value } }))
}

/// Asserts which of `values` match.
pub(crate) fn assert_field(asked: &Value, matching: &[Value], others: &[Value]) {
    for value in matching {
        assert!(field(asked, value), "{asked} should match {value}");
    }
    for value in others {
        assert!(!field(asked, value), "{asked} should not match {value}");
    }
}

pub(crate) fn assert_matches(asked: &Value, matching: &[Value], others: &[Value]) {
    let pattern = pattern(asked);
    for event in matching {
        assert!(pattern.matches(event), "{asked} should match {event}");
    }
    for event in others {
        assert!(!pattern.matches(event), "{asked} should not match {event}");
    }
}
