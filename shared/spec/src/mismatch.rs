//! Values of the wrong type: what was wanted, what was found, and what to write instead.

use jsonschema::JsonType;
use jsonschema::error::TypeKind;
use serde_json::Value;

use crate::wording;

/// What a schema wants, in the user's words.
pub(crate) fn wanted(kind: &TypeKind) -> String {
    types(kind)
        .into_iter()
        .map(|wanted| match wanted {
            JsonType::String => "a string",
            JsonType::Integer => "a whole number",
            JsonType::Number => "a number",
            JsonType::Boolean => "`true` or `false`",
            JsonType::Array => "a list",
            JsonType::Object => "a mapping of fields",
            JsonType::Null => "empty",
        })
        .collect::<Vec<_>>()
        .join(" or ")
}

/// What a document has, in the user's words; `source` is how it was written.
pub(crate) fn found(value: &Value, source: Option<&str>) -> String {
    match value {
        Value::Null => "empty".to_owned(),
        Value::Bool(_) => wording::shown(value, source),
        Value::Number(_) => format!("the number {}", wording::shown(value, source)),
        Value::String(text) if text.is_empty() => "an empty string".to_owned(),
        Value::String(_) => format!("the string {}", wording::shown(value, source)),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "a mapping".to_owned(),
    }
}

/// What to write instead of `value`; `default` is what leaving it out gives.
pub(crate) fn advice(
    kind: &TypeKind,
    value: &Value,
    source: Option<&str>,
    default: Option<&Value>,
) -> Option<String> {
    let wants = |wanted| types(kind).contains(&wanted);
    match value {
        Value::Null => match default {
            Some(Value::Object(_) | Value::Array(_)) => Some("leave it out".to_owned()),
            Some(default) => {
                let default = wording::shown(default, None);
                Some(format!("leave it out for the default {default}"))
            }
            None if wants(JsonType::Object) => {
                Some("list its fields, or write `{}` for its defaults".to_owned())
            }
            None => None,
        },
        Value::Bool(_) | Value::Number(_) if wants(JsonType::String) => {
            let text = source.map_or_else(|| value.to_string(), str::to_owned);
            Some(wording::in_quotes(&text))
        }
        Value::String(text) if wants(JsonType::Boolean) => {
            truth(text).map(|truth| format!("write `{truth}`"))
        }
        Value::String(text) if wants(JsonType::Integer) || wants(JsonType::Number) => text
            .parse::<i64>()
            .ok()
            .map(|number| format!("write {number} without quotes")),
        Value::String(_) | Value::Bool(_) | Value::Number(_) if wants(JsonType::Array) => {
            Some("write it as a list, each item after `-`".to_owned())
        }
        Value::String(_)
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Array(_)
        | Value::Object(_) => None,
    }
}

/// What other formats take for true or false.
fn truth(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "yes" | "on" | "y" | "true" | "1" => Some(true),
        "no" | "off" | "n" | "false" | "0" => Some(false),
        _ => None,
    }
}

fn types(kind: &TypeKind) -> Vec<JsonType> {
    match kind {
        TypeKind::Single(only) => vec![*only],
        TypeKind::Multiple(several) => several.iter().collect(),
    }
}
