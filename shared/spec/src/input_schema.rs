//! JSON Schemas that platform engineers write for what an operation or a workflow is told.

use std::fmt;

use jsonschema::{Draft, PatternOptions, ValidationError, Validator};
use serde_json::{Map, Value};

use groundplane_model::Problem;

/// The most characters of what a schema says.
const MOST_SHOWN: usize = 300;

/// The schema of an input: draft 2020-12, `type: object`, without references.
pub struct InputSchema(Validator);

impl InputSchema {
    /// Compiles a schema. References would allow schemas that never end, and files of others.
    ///
    /// # Errors
    /// What is wrong with it, in words for its author.
    pub fn parse(schema: &Value) -> Result<Self, String> {
        if refers(schema) {
            return Err("`$ref` cannot be used in the schema of an input".to_owned());
        }
        if schema.get("type").and_then(Value::as_str) != Some("object") {
            return Err("the schema of an input must have `type: object`".to_owned());
        }
        jsonschema::options()
            .with_draft(Draft::Draft202012)
            // Linear time, whatever the input.
            .with_pattern_options(PatternOptions::regex())
            .offline()
            .build(schema)
            .map(Self)
            .map_err(|error| {
                let place = error.instance_path().as_str();
                format!("not a JSON Schema: {place} {}", shown(&error))
            })
    }

    /// Everything that is wrong with an input.
    #[must_use]
    pub fn problems(&self, input: &Map<String, Value>) -> Vec<Problem> {
        let input = Value::Object(input.clone());
        let problem = |error: ValidationError<'_>| {
            Problem::error(error.instance_path().as_str(), shown(&error))
        };
        self.0.iter_errors(&input).map(problem).collect()
    }
}

impl fmt::Debug for InputSchema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InputSchema")
    }
}

fn shown(error: &ValidationError<'_>) -> String {
    let text: String = error.to_string().chars().take(MOST_SHOWN).collect();
    text.replace('"', "`")
}

/// INVARIANT: recursion follows the document, whose depth is bounded.
fn refers(schema: &Value) -> bool {
    match schema {
        Value::Object(fields) => fields
            .iter()
            .any(|(name, field)| ["$ref", "$dynamicRef"].contains(&name.as_str()) || refers(field)),
        Value::Array(items) => items.iter().any(refers),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn an_input_is_held_against_it_with_every_problem_and_its_place() {
        let schema = InputSchema::parse(&json!({
            "type": "object",
            "required": ["keys"],
            "additionalProperties": false,
            "properties": { "keys": { "type": "integer" }, "name": { "type": "string" } },
        }))
        .unwrap();
        assert_eq!(schema.problems(&object(json!({ "keys": 5 }))), []);
        let problems = schema.problems(&object(json!({ "keys": "five", "name": 1 })));
        let places: Vec<&str> = problems.iter().map(|it| it.pointer.as_str()).collect();
        assert_eq!(places, ["/keys", "/name"]);
        assert_eq!(schema.problems(&Map::new()).len(), 1);
    }

    #[test]
    fn a_schema_that_is_none_or_leads_elsewhere_is_refused() {
        for (schema, why) in [
            (json!({ "$ref": "https://example.com/a" }), "`$ref`"),
            (
                json!({ "type": "object", "allOf": [{ "$dynamicRef": "#a" }] }),
                "`$ref`",
            ),
            (json!({ "type": "string" }), "`type: object`"),
            (json!({}), "`type: object`"),
            (json!(true), "`type: object`"),
            (
                json!({ "type": "object", "required": 5 }),
                "not a JSON Schema: /required",
            ),
        ] {
            let refused = InputSchema::parse(&schema).unwrap_err();
            assert!(refused.contains(why), "{schema}: {refused}");
        }
    }
}
