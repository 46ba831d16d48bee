//! Patterns that are to be refused, or that look as if they were.

use serde_json::{Value, json};

/// Puts something wrong into a pattern.
pub(super) fn spoil(pattern: &mut Value, number: usize) {
    let values = values();
    let structures = structures();
    let which = number % (values.len() + structures.len());
    let spoilt = match values.get(which) {
        Some(value) => json!([value]),
        None => structures[which - values.len()].clone(),
    };
    match (number / (values.len() + structures.len())) % 4 {
        0 => *pattern = json!({ "detail": { "bad": spoilt } }),
        1 => pattern["detail"]["bad"] = spoilt,
        2 => pattern["bad"] = json!({ "inner": spoilt }),
        _ => pattern["detail"] = json!({ "$or": [{ "a": ["x"] }, { "bad": spoilt }] }),
    }
}

/// What cannot stand in a list of alternatives; a few may.
fn values() -> Vec<Value> {
    let mut values = vec![
        json!([]),
        json!(["a"]),
        json!({}),
        json!({ "unknown": "a" }),
        json!({ "prefix": "a", "suffix": "b" }),
        json!({ "exists": 1 }),
        json!({ "exists": "true" }),
        json!({ "exactly": 1 }),
        json!({ "equals-ignore-case": ["a"] }),
        json!({ "prefix": ["a"] }),
        json!({ "prefix": 1 }),
        json!({ "prefix": {} }),
        json!({ "prefix": { "suffix": "a" } }),
        json!({ "suffix": { "equals-ignore-case": null } }),
        json!({ "suffix": { "equals-ignore-case": "a", "prefix": "b" } }),
        json!({ "suffix": true }),
        json!({ "wildcard": "a**b" }),
        json!({ "wildcard": "a\\b" }),
        json!({ "wildcard": "a\\" }),
        json!({ "wildcard": ["a"] }),
        json!({ "cidr": 5 }),
    ];
    values.extend(blocks());
    values.extend(comparisons());
    values.extend(unwanted());
    values
}

fn blocks() -> Vec<Value> {
    let blocks = [
        "10.0.0.0",
        "10.0.0.0/",
        "10.0.0.0/32",
        "10.0.0.0/-1",
        "10.0.0.0/a",
        "10.0.0/8",
        "a/8",
        "10.0.0.256/8",
        "::/128",
        "::/127",
        "::1%eth0/64",
        "10.0.0.0/8/8",
        "::ffff:10.0.0.0/8",
        "10.0.0.0/+8",
        "010.0.0.0/8",
        "",
    ];
    blocks.map(|block| json!({ "cidr": block })).into()
}

fn comparisons() -> Vec<Value> {
    let operands = [
        json!([]),
        json!(5),
        json!([5]),
        json!([">"]),
        json!(["!=", 5]),
        json!([">", "5"]),
        json!([">", null]),
        json!([">", 1, "<"]),
        json!([">", 1, "<", "2"]),
        json!([">", 1, ">", 2]),
        json!(["<", 5, ">", 1]),
        json!(["=", 1, "<", 2]),
        json!([">", 5, "<", 5]),
        json!([">", 5, "<", 1]),
        json!([">", 1, "<", 2, "<", 3]),
        json!([">", 0, "<", 0.000_001]),
    ];
    operands.map(|operand| json!({ "numeric": operand })).into()
}

fn unwanted() -> Vec<Value> {
    let operands = [
        json!([]),
        json!({}),
        json!(null),
        json!(true),
        json!([null]),
        json!(["a", 1]),
        json!([["a"]]),
        json!({ "cidr": "10.0.0.0/8" }),
        json!({ "numeric": ["=", 1] }),
        json!({ "prefix": "" }),
        json!({ "suffix": ["a", ""] }),
        json!({ "prefix": [] }),
        json!({ "prefix": 1 }),
        json!({ "prefix": ["a", 1] }),
        json!({ "wildcard": "**" }),
        json!({ "wildcard": ["a", "\\"] }),
        json!({ "equals-ignore-case": null }),
        json!({ "prefix": "a", "suffix": "b" }),
        json!({ "prefix": { "equals-ignore-case": "a" } }),
        json!({ "equals-ignore-case": "" }),
        json!(""),
    ];
    operands
        .map(|operand| json!({ "anything-but": operand }))
        .into()
}

/// What cannot be the value of a key.
fn structures() -> Vec<Value> {
    vec![
        json!([]),
        json!({}),
        json!("a"),
        json!(1),
        json!(null),
        json!({ "inner": {} }),
        json!({ "inner": "a" }),
        json!({ "$or": [{ "a": ["x"] }] }),
        json!({ "$or": [] }),
        json!({ "$or": {} }),
        json!({ "$or": "a" }),
        json!({ "$or": [{ "a": ["x"] }, 1] }),
        json!({ "$or": [{ "a": ["x"] }, {}] }),
        json!({ "$or": [{ "a": ["x"] }, { "prefix": ["x"] }] }),
        json!({ "$or": [{ "prefix": "x" }, { "suffix": "y" }] }),
        json!({ "$or": ["x", "y"] }),
        json!({ "$or": { "a": ["x"] } }),
    ]
}
