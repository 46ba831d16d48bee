//! The JSON Schemas of documents as parts of one document: what refers to another file refers to
//! another part then.

use serde_json::{Map, Value};

use super::SCHEMAS;

/// The schemas under the names that they have in the document.
pub(super) fn bundled(documents: &[(String, Value)]) -> Vec<(String, Value)> {
    let parts = documents.iter().map(|(file, schema)| {
        let name = name_of(file);
        (name.clone(), within(schema, &name))
    });
    parts.collect()
}

/// The name of a file's schema, unlike that of any type: `sections/cache.json` is `document.cache`.
pub(super) fn name_of(file: &str) -> String {
    let file = file.rsplit('/').next().unwrap_or_default();
    format!("document.{}", file.trim_end_matches(".json"))
}

/// The schema as a part that is called `name`.
fn within(schema: &Value, name: &str) -> Value {
    match schema {
        Value::Object(fields) => {
            let fields = fields.iter().filter(|(field, _)| *field != "$schema");
            let fields = fields.map(|(field, value)| {
                let value = match (field.as_str(), value) {
                    ("$ref", Value::String(target)) => Value::String(referring(target, name)),
                    (_, value) => within(value, name),
                };
                (field.clone(), value)
            });
            Value::Object(fields.collect::<Map<_, _>>())
        }
        Value::Array(items) => items.iter().map(|item| within(item, name)).collect(),
        other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => {
            other.clone()
        }
    }
}

/// The place in the document that `target` refers to when the part `name` says it.
fn referring(target: &str, name: &str) -> String {
    let (file, place) = target.split_once('#').unwrap_or((target, ""));
    let part = if file.is_empty() {
        name.to_owned()
    } else {
        name_of(file)
    };
    format!("{SCHEMAS}{part}{place}")
}
