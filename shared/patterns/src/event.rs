//! An event as patterns see it: a key with dots is the path that it spells.
//!
//! Event Ruler, which EventBridge matches with, knows a field by its keys joined with dots. So
//! `{"a.b": 1}` and `{"a": {"b": 1}}` are one event, as `{"a.b": [1]}` and `{"a": {"b": [1]}}` are
//! one pattern.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::tree::DEPTH;

/// The event with every such key taken apart; the event itself if it has none, as most have.
pub(crate) fn taken_apart(event: &Value) -> Cow<'_, Value> {
    if has_dots(event, 2 * DEPTH) {
        Cow::Owned(apart(event, DEPTH))
    } else {
        Cow::Borrowed(event)
    }
}

/// Whether a key has a dot, as far as any pattern looks.
fn has_dots(value: &Value, depth: usize) -> bool {
    let Some(left) = depth.checked_sub(1) else {
        return false;
    };
    match value {
        Value::Object(fields) => fields
            .iter()
            .any(|(key, value)| key.as_bytes().contains(&b'.') || has_dots(value, left)),
        Value::Array(items) => items.iter().any(|item| has_dots(item, left)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// The value with its keys taken apart, as far as `depth` reaches: nothing looks deeper.
fn apart(value: &Value, depth: usize) -> Value {
    match value {
        Value::Object(fields) => {
            let mut merged = Map::new();
            for (key, value) in fields {
                let path: Vec<&str> = key.split('.').collect();
                if let Some(left) = depth.checked_sub(path.len()) {
                    put(&mut merged, &path, apart(value, left));
                }
            }
            Value::Object(merged)
        }
        Value::Array(items) => match depth.checked_sub(1) {
            Some(left) => items.iter().map(|item| apart(item, left)).collect(),
            None => Value::Array(Vec::new()),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

/// Puts a value at a path. What is there already stays beside it.
fn put(fields: &mut Map<String, Value>, path: &[&str], value: Value) {
    let Some((key, path)) = path.split_first() else {
        return;
    };
    let value = if path.is_empty() {
        value
    } else {
        let mut inner = Map::new();
        put(&mut inner, path, value);
        Value::Object(inner)
    };
    match fields.get_mut(*key) {
        Some(known) => merge(known, value),
        None => {
            fields.insert((*key).to_owned(), value);
        }
    }
}

/// Two objects become one; anything else becomes a list of both, whose elements all count.
fn merge(known: &mut Value, value: Value) {
    match (known, value) {
        (Value::Object(known), Value::Object(fields)) => {
            for (key, value) in fields {
                put(known, &[&key], value);
            }
        }
        (Value::Array(items), value) => items.push(value),
        (known, value) => *known = Value::Array(vec![known.take(), value]),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_event_without_dots_in_its_keys_is_not_copied() {
        let event = json!({ "detail": { "list": [{ "a": "b.c" }] } });
        assert!(matches!(taken_apart(&event), Cow::Borrowed(_)));
    }

    #[test]
    fn a_key_with_dots_is_a_path() {
        let event = json!({ "detail": { "groundplane.dev/instance": "web" } });
        let expected = json!({ "detail": { "groundplane": { "dev/instance": "web" } } });
        assert_eq!(*taken_apart(&event), expected);
        let event = json!({ "list": [1, { "a..b": 1 }] });
        let expected = json!({ "list": [1, { "a": { "": { "b": 1 } } }] });
        assert_eq!(*taken_apart(&event), expected);
    }

    #[test]
    fn what_meets_in_one_place_is_all_there() {
        let merged = |event| taken_apart(&event).into_owned();
        assert_eq!(
            merged(json!({ "a": { "x": 1 }, "a.y": 2 })),
            json!({ "a": { "x": 1, "y": 2 } })
        );
        assert_eq!(
            merged(json!({ "a.y": 2, "a": 1 })),
            json!({ "a": [{ "y": 2 }, 1] })
        );
        assert_eq!(
            merged(json!({ "a": [1], "a.b": 2, "a.c": 3 })),
            json!({ "a": [1, { "b": 2 }, { "c": 3 }] })
        );
        assert_eq!(
            merged(json!({ "a": { "b": 1 }, "a.b": 2 })),
            json!({ "a": { "b": [1, 2] } })
        );
    }

    #[test]
    fn what_lies_deeper_than_any_pattern_looks_is_left_out() {
        let event = json!({ (".".repeat(1_000_000)): 1, "a.b": 2 });
        assert_eq!(*taken_apart(&event), json!({ "a": { "b": 2 } }));
        let mut nested = json!({ "a.b": 1 });
        for _ in 0..100 {
            nested = json!([{ "k": nested }]);
        }
        let text = taken_apart(&nested).to_string();
        assert!(!text.contains("\"b\"") && text.starts_with("[{\"k\":[{\"k\":"));
    }
}
