//! Schemas that tests bring themselves, and that what validates agrees with what is read.

use jsonschema::{Draft, PatternOptions};
use serde_json::json;

use super::*;
use crate::bundle::compose;

impl Schema {
    /// Compiles a schema whose references all lead into itself.
    pub(crate) fn compile(composed: Value) -> Result<Self, String> {
        let validator = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .with_pattern_options(PatternOptions::regex())
            .offline()
            .build(&composed)
            .map_err(|error| error.to_string())?;
        Ok(Self {
            composed,
            validator: Validator::Compiled(Box::new(validator)),
        })
    }

    /// The schema in the file of that name.
    pub(crate) fn of_file(name: &str) -> Self {
        Self::compile(compose(name, &read)).unwrap()
    }
}

fn read(name: &str) -> Value {
    let file = generated::FILES.iter().find(|(file, _)| *file == name);
    serde_json::from_str(file.unwrap().1).unwrap()
}

fn found(schema: &Schema, value: &Value) -> Vec<String> {
    let errors = schema.errors(value).into_iter();
    let mut found: Vec<_> = errors
        .map(|error| {
            let (value, rule) = (error.instance_path().as_str(), error.schema_path().as_str());
            format!("{value} breaks {rule}: {error}")
        })
        .collect();
    found.sort();
    found
}

#[test]
fn every_kind_of_document_is_embedded() {
    for kind in Kind::ALL {
        assert_eq!(composed_schema(kind)["title"], kind.as_str());
    }
    assert_eq!(Schema::envelope().composed["type"], "object");
    assert_eq!(generated::EMBEDDED.len(), Kind::ALL.len() + 1);
}

#[test]
fn the_code_finds_what_the_schema_finds() {
    for kind in Kind::ALL {
        let code = Schema::of(kind);
        let compiled = Schema::of_file(kind.file_name());
        assert_eq!(code.composed, compiled.composed, "{kind}");
        let documents = [
            json!(null),
            json!({}),
            json!({"apiVersion": "x", "kind": kind.as_str(), "metadata": {"name": "A"}, "spec": 7}),
            json!({
                "apiVersion": "groundplane.dev/v1",
                "kind": kind.as_str(),
                "metadata": {"name": "web", "labels": {"_": "ok", "team": 3}, "odd": true},
                "spec": {"compute": {"cpu": 300, "port": "x", "cpus": 1}, "cache": [], "odd": 1},
            }),
        ];
        for document in documents {
            assert_eq!(
                found(code, &document),
                found(&compiled, &document),
                "{kind} {document}"
            );
        }
    }
}
