//! Schemas that are composed of others, where a derived one says less or more than is written: fields
//! that are flattened into an object.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::SCHEMAS;

/// Makes schemas say what is written.
pub(super) fn mend(schemas: &mut BTreeMap<String, Value>) {
    let known = schemas.clone();
    let mut parts = BTreeSet::new();
    for schema in schemas.values_mut() {
        walk(schema, &known, &mut parts);
    }
    for part in parts {
        // The whole has more fields than its parts, so no part forbids them.
        if let Some(Value::Object(schema)) = schemas.get_mut(&part) {
            schema.remove("additionalProperties");
        }
    }
}

/// Writes out optional parts, and notes the parts of every object.
fn walk(schema: &mut Value, known: &BTreeMap<String, Value>, parts: &mut BTreeSet<String>) {
    match schema {
        Value::Object(fields) => {
            let all = fields.get_mut("allOf").and_then(Value::as_array_mut);
            for part in all.into_iter().flatten() {
                *part = optional(part, known).unwrap_or_else(|| part.take());
                parts.extend(referred(part).map(str::to_owned));
            }
            for value in fields.values_mut() {
                walk(value, known, parts);
            }
        }
        Value::Array(items) => {
            for item in items {
                walk(item, known, parts);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A part that is there or not: its fields are all there, or none. `serde` writes no `null` for it.
fn optional(part: &Value, known: &BTreeMap<String, Value>) -> Option<Value> {
    let either = part.get("oneOf")?.as_array()?;
    if !either.contains(&json!({ "type": "null" })) {
        return None;
    }
    let mut fields = known.get(either.iter().find_map(referred)?)?.clone();
    if let Value::Object(fields) = &mut fields {
        fields.remove("required");
    }
    Some(fields)
}

/// The name of the schema that this one refers to, with the place in it if it names one.
pub(super) fn referred(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix(SCHEMAS)
}
