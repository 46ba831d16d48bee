//! Fills in what a document leaves out. Every default stands in the schema: `default` is a value,
//! `x-default-by` a value for each value of the field beside it, `x-default-from` names the field
//! beside it whose value is taken.

use serde_json::{Map, Value};

use crate::pointer;
use crate::schema::{Kind, Schema};

/// Fills in the defaults that `part` of `schema` has for `value`.
/// INVARIANT: recursion follows the value, whose depth is bounded.
pub(crate) fn fill(schema: &Schema, part: &Value, value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for applied in schema.applied(part) {
                if let Some(Value::Object(properties)) = applied.get("properties") {
                    add_missing(schema, properties, fields);
                }
            }
            for (name, field) in fields {
                if let Some(below) = schema.below(part, name) {
                    fill(schema, below, field);
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                if let Some(below) = schema.below(part, "") {
                    fill(schema, below, item);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The field of `document` that decides what stands at `pointer` where nobody wrote anything; none
/// where the default is the same for all, or there is none.
#[must_use]
pub fn default_decided_by(kind: Kind, document: &Value, pointer: &str) -> Option<String> {
    let (parent, name) = pointer::split(pointer)?;
    let schema = Schema::of(kind);
    let part = schema.below(schema.field(parent)?, &name)?;
    if schema.keyword(part, "default").is_some() {
        return None;
    }
    let beside = |name: &str| Some(pointer::join(parent, name));
    if let Some(name) = schema.keyword(part, "x-default-from") {
        return beside(name.as_str()?);
    }
    let fields = document.pointer(parent)?.as_object()?;
    let rule = schema.keyword(part, "x-default-by")?.as_object()?;
    let decides = |(source, values): &(&String, &Value)| {
        let said = fields.get(*source).and_then(Value::as_str);
        said.is_some_and(|said| values.get(said).is_some())
    };
    beside(rule.iter().find(decides)?.0)
}

fn add_missing(schema: &Schema, properties: &Map<String, Value>, fields: &mut Map<String, Value>) {
    // In this order: a default can depend on one that was filled in before it.
    for keyword in ["default", "x-default-by", "x-default-from"] {
        let missing: Vec<_> = properties
            .iter()
            .filter(|(name, _)| !fields.contains_key(*name))
            .filter_map(|(name, part)| {
                let rule = schema.keyword(part, keyword)?;
                Some((name.clone(), default(keyword, rule, fields)?.clone()))
            })
            .collect();
        fields.extend(missing);
    }
}

fn default<'a>(
    keyword: &str,
    rule: &'a Value,
    fields: &'a Map<String, Value>,
) -> Option<&'a Value> {
    match keyword {
        "x-default-from" => fields.get(rule.as_str()?),
        "x-default-by" => rule
            .as_object()?
            .iter()
            .find_map(|(source, values)| values.get(fields.get(source)?.as_str()?)),
        _ => Some(rule),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn filled(composed: Value, mut value: Value) -> Value {
        let schema = Schema::compile(composed).unwrap();
        fill(&schema, &schema.composed, &mut value);
        value
    }

    #[test]
    fn defaults_reach_through_references_and_lists() {
        let schema = json!({
            "$defs": {"job": {"properties": {"memory": {"$ref": "#/$defs/size"}}},
                      "size": {"default": 2048}},
            "properties": {"jobs": {"items": {"$ref": "#/$defs/job"}}},
            "additionalProperties": {"$ref": "#/$defs/job"}
        });
        assert_eq!(
            filled(schema, json!({"jobs": [{}, {"memory": 1}], "other": {}})),
            json!({"jobs": [{"memory": 2048}, {"memory": 1}], "other": {"memory": 2048}})
        );
    }

    #[test]
    fn a_default_that_is_empty_is_filled_in_turn_and_a_missing_section_stays_missing() {
        let inner = json!({"properties": {"path": {"default": "/data"}}});
        let mut with_default = inner.clone();
        with_default["default"] = json!({});
        assert_eq!(
            filled(
                json!({"properties": {"a": with_default, "b": inner}}),
                json!({})
            ),
            json!({"a": {"path": "/data"}})
        );
    }

    #[test]
    fn a_field_can_take_the_value_of_the_one_beside_it() {
        let schema = json!({"properties": {
            "max": {"x-default-from": "min"}, "min": {"default": 1}, "step": {"x-default-from": "no"}
        }});
        assert_eq!(
            filled(schema.clone(), json!({})),
            json!({"max": 1, "min": 1})
        );
        assert_eq!(
            filled(schema, json!({"min": 3})),
            json!({"max": 3, "min": 3})
        );
    }

    #[test]
    fn a_default_can_depend_on_the_field_beside_it() {
        let schema = json!({"properties": {
            "a": {"x-default-by": {"engine": {"redis": "7.1", "valkey": "8.0"}}},
            "b": {"x-default-from": "a"},
            "engine": {"default": "redis"}
        }});
        for (value, version) in [
            (json!({}), json!("7.1")),
            (json!({"engine": "valkey"}), json!("8.0")),
            (json!({"engine": "other"}), Value::Null),
            (json!({"engine": 7}), Value::Null),
        ] {
            let filled = filled(schema.clone(), value);
            assert_eq!(filled["a"], version);
            assert_eq!(filled["b"], version);
        }
    }

    #[test]
    fn what_is_there_is_left_alone_whatever_its_type() {
        let schema =
            json!({"properties": {"a": {"default": {}, "properties": {"b": {"default": 1}}}}});
        for value in [json!({"a": null}), json!({"a": 7}), json!([1]), json!("x")] {
            assert_eq!(filled(schema.clone(), value.clone()), value);
        }
    }
}
