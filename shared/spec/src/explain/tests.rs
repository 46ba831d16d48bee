//! The wording of what our schemas do not use yet, or only in one place.

use super::*;
use crate::parse;
use serde_json::json;

fn explained(rule: &Value, text: &str) -> Vec<String> {
    let schema = Schema::compile(json!({"properties": {"x": rule}})).unwrap();
    let document = parse(text).unwrap();
    problems(&schema, &document, document.value())
        .iter()
        .map(ToString::to_string)
        .collect()
}

fn only(rule: &Value, text: &str) -> String {
    let all = explained(rule, text);
    assert_eq!(all.len(), 1, "{all:?}");
    all.into_iter().next().unwrap()
}

#[test]
fn of_alternatives_the_one_that_was_meant_is_explained() {
    for keyword in ["oneOf", "anyOf"] {
        let rule = json!({keyword: [
            {"type": "string", "title": "a name"},
            {"type": "object", "title": "a mapping with `image`", "required": ["image"]}
        ]});
        assert_eq!(
            only(&rule, "x: {imag: y}"),
            "1:1: /x: `image` is missing in `x`"
        );
        assert_eq!(
            only(&rule, "x: 7"),
            "1:4: /x: `x` must be a name or a mapping with `image`, not the number `7`"
        );
    }
}

#[test]
fn alternatives_that_a_field_tells_apart_are_told_apart() {
    let rule = json!({"oneOf": [
        {"type": "object", "title": "a function", "properties": {"kind": {"const": "f"}, "n": {"type": "integer"}}},
        {"type": "array", "title": "a list of functions"}
    ]});
    assert_eq!(
        only(&rule, "x: {kind: f, n: many}"),
        "1:17: /x/n: `n` must be a whole number, not the string `many`"
    );
}

#[test]
fn what_fits_several_alternatives_is_said_to() {
    let rule = json!({"oneOf": [{"minimum": 1}, {"minimum": 2}]});
    assert_eq!(
        only(&rule, "x: 3"),
        "1:4: /x: `x` fits more than one of its forms, not the number `3`"
    );
}

#[test]
fn a_value_of_the_wrong_type_has_one_problem() {
    let rule = json!({"type": "string", "enum": ["a"], "const": "a"});
    assert_eq!(
        only(&rule, "x: 1"),
        "1:4: /x: `x` must be a string, not the number `1` (put it in quotes: \"1\")"
    );
}

#[test]
fn several_types_are_named() {
    let rule = json!({"type": ["integer", "string"]});
    let message = only(&rule, "x: [1]");
    assert!(message.contains("a whole number or a string"), "{message}");
}

#[test]
fn sizes_are_counted_in_words() {
    for (rule, text, message) in [
        (
            json!({"minLength": 2}),
            "x: a",
            "must have at least 2 characters",
        ),
        (
            json!({"maxLength": 1}),
            "x: ab",
            "must have at most 1 character",
        ),
        (json!({"minItems": 1}), "x: []", "must have at least 1 item"),
        (
            json!({"maxItems": 1}),
            "x: [1, 2]",
            "must have at most 1 item",
        ),
        (
            json!({"minProperties": 1}),
            "x: {}",
            "must have at least 1 field",
        ),
        (
            json!({"maxProperties": 0}),
            "x: {a: 1}",
            "must have at most 0 fields",
        ),
        (
            json!({"uniqueItems": true}),
            "x: [1, 1]",
            "must not have the same item twice",
        ),
    ] {
        let all = only(&rule, text);
        assert!(all.ends_with(message), "{all}");
    }
}

#[test]
fn a_pattern_without_words_is_shown() {
    let message = only(&json!({"pattern": "^a+$"}), "x: b");
    assert_eq!(
        message,
        "1:4: /x: `x` must match `^a+$`, not the string `b`"
    );
}

#[test]
fn a_number_between_steps_is_named() {
    let message = only(&json!({"multipleOf": 5}), "x: 7");
    assert_eq!(
        message,
        "1:4: /x: `x` must be a multiple of 5, not the number `7`"
    );
}

#[test]
fn what_may_be_a_secret_is_never_shown() {
    for (rule, text) in [
        (json!({"pattern": "^arn:"}), "x: hunter2"),
        (json!({"type": "string"}), "x: 80808080"),
        (json!({"enum": ["a"]}), "x: hunter2"),
    ] {
        let mut rule = rule;
        rule["writeOnly"] = json!(true);
        let message = only(&rule, text);
        assert!(
            !message.contains("hunter2") && !message.contains("8080"),
            "{message}"
        );
    }
}

#[test]
fn a_problem_of_a_value_that_was_taken_over_is_reported_once() {
    let schema = Schema::compile(json!({"properties": {
        "min": {"maximum": 5}, "max": {"maximum": 5, "x-default-from": "min"}
    }}))
    .unwrap();
    let document = parse("min: 9").unwrap();
    let filled = json!({"min": 9, "max": 9});
    let all = problems(&schema, &document, &filled);
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].pointer, "/min");
}

#[test]
fn an_error_that_has_no_words_of_ours_keeps_those_of_the_validator() {
    let message = only(&json!({"contains": {"const": 1}}), "x: [2]");
    assert!(message.starts_with("1:1: /x: `x`"), "{message}");
}
