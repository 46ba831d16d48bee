//! What a rule on noise says of two values, or of one that has no other.

use serde_json::{Number, Value};

use crate::Scaling;
use crate::arn;
use crate::rules::Noise;

/// Whether the rule overlooks that one value is there in place of the other.
pub(crate) fn excuses(
    rule: &Noise,
    expected: &Value,
    actual: &Value,
    scaling: Option<Scaling>,
) -> bool {
    match rule {
        Noise::Ignore => true,
        Noise::SameNumber => same_number(expected, actual),
        Noise::SameBoolean => same_boolean(expected, actual),
        Noise::Case => {
            both_texts(expected, actual).is_some_and(|(one, other)| one.eq_ignore_ascii_case(other))
        }
        Noise::TrailingDot => both_texts(expected, actual)
            .is_some_and(|(one, other)| without_dot(one) == without_dot(other)),
        Noise::ArnOrName => both_texts(expected, actual)
            .is_some_and(|(one, other)| arn::is_named(one, other) || arn::is_named(other, one)),
        Noise::Empty => is_empty(expected) && is_empty(actual),
        Noise::Autoscaled => is_scaled(actual, scaling),
        Noise::JsonText
        | Noise::OneOrList
        | Noise::Unordered
        | Noise::Keyed(_)
        | Noise::DefaultFilled(_)
        | Noise::AwsTags
        | Noise::Secret => false,
    }
}

/// Whether the rule overlooks that a value was asked for and is not there.
pub(crate) fn excuses_removed(rule: &Noise, expected: &Value) -> bool {
    match rule {
        Noise::Ignore => true,
        Noise::Empty => is_empty(expected),
        Noise::SameNumber
        | Noise::SameBoolean
        | Noise::Case
        | Noise::TrailingDot
        | Noise::ArnOrName
        | Noise::Autoscaled
        | Noise::JsonText
        | Noise::OneOrList
        | Noise::Unordered
        | Noise::Keyed(_)
        | Noise::DefaultFilled(_)
        | Noise::AwsTags
        | Noise::Secret => false,
    }
}

/// Whether the rule overlooks that a value is there and was not asked for.
pub(crate) fn excuses_added(rule: &Noise, actual: &Value, scaling: Option<Scaling>) -> bool {
    match rule {
        Noise::DefaultFilled(value) => {
            value == actual || same_number(value, actual) || same_boolean(value, actual)
        }
        Noise::Autoscaled => is_scaled(actual, scaling),
        Noise::Ignore
        | Noise::Empty
        | Noise::SameNumber
        | Noise::SameBoolean
        | Noise::Case
        | Noise::TrailingDot
        | Noise::ArnOrName
        | Noise::JsonText
        | Noise::OneOrList
        | Noise::Unordered
        | Noise::Keyed(_)
        | Noise::AwsTags
        | Noise::Secret => excuses_removed(rule, actual),
    }
}

/// A text that is JSON, as JSON: a mapping or a list.
pub(crate) fn parsed(value: &Value) -> Option<Value> {
    let text = value.as_str()?.trim_start();
    if !text.starts_with(['{', '[']) {
        return None;
    }
    serde_json::from_str(text).ok()
}

/// A tag that AWS itself has set.
pub(crate) fn is_aws_tag(item: &Value) -> bool {
    let key = item.get("Key").or_else(|| item.get("key"));
    key.and_then(Value::as_str).is_some_and(is_aws_key)
}

/// The name of a tag that AWS itself has set.
pub(crate) fn is_aws_key(key: &str) -> bool {
    key.starts_with("aws:")
}

fn both_texts<'a>(one: &'a Value, other: &'a Value) -> Option<(&'a str, &'a str)> {
    Some((one.as_str()?, other.as_str()?))
}

fn without_dot(name: &str) -> &str {
    name.strip_suffix('.').unwrap_or(name)
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

fn is_scaled(actual: &Value, scaling: Option<Scaling>) -> bool {
    let count = match actual {
        Value::String(text) => text.parse().ok(),
        Value::Number(number) => number.as_u64(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    count
        .zip(scaling)
        .is_some_and(|(count, scaling)| (scaling.minimum..=scaling.maximum).contains(&count))
}

fn same_boolean(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Bool(value), Value::String(text)) | (Value::String(text), Value::Bool(value)) => {
            text.eq_ignore_ascii_case(if *value { "true" } else { "false" })
        }
        _ => false,
    }
}

/// Two texts are never the same number: `1.0` and `1.00` can be versions.
fn same_number(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => equal(one, other),
        (Value::Number(number), Value::String(text))
        | (Value::String(text), Value::Number(number)) => text
            .parse::<Number>()
            .is_ok_and(|parsed| equal(&parsed, number)),
        _ => false,
    }
}

/// Whole numbers are compared as such: as floating point, large ones would seem equal.
fn equal(one: &Number, other: &Number) -> bool {
    match (one.as_i128(), other.as_i128()) {
        (Some(one), Some(other)) => one == other,
        _ => one.as_f64() == other.as_f64(),
    }
}
