//! What AWS says about every resource type that a rendered template of the tests has: which
//! properties can only be set when a resource is created, and which can only be read or only be
//! written; and what CloudFormation calls to provision one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::{Map, Value};

use super::read;

/// The region whose schemas count: AWS publishes every type there first, and the lists that are
/// taken do not differ between regions.
const REGION: &str = "us-east-1";

/// The lists that are taken, with their names in the schemas.
const LISTS: [(&str, &str); 4] = [
    ("createOnly", "createOnlyProperties"),
    ("conditionalCreateOnly", "conditionalCreateOnlyProperties"),
    ("readOnly", "readOnlyProperties"),
    ("writeOnly", "writeOnlyProperties"),
];

/// The handlers of CloudFormation that come into play when a stack is looked at for drift, and when it
/// is deployed or deleted. `list` is not among them.
const HANDLERS: [(&str, &[&str]); 2] = [
    ("read", &["read"]),
    ("change", &["create", "update", "delete"]),
];

/// The schema of every type that `templates` have, out of the folder of cfn-lint's `schemas`.
///
/// # Errors
/// Where a template cannot be read, or cfn-lint does not know one of its types.
pub(super) fn of_templates(
    schemas: &Path,
    templates: &[PathBuf],
) -> Result<BTreeMap<String, Value>> {
    let mut types = BTreeSet::new();
    for template in templates {
        types.extend(types_of(&read(template)?));
    }
    let index = read(&schemas.join(format!("providers/{REGION}.json")))?;
    let read_schema = |name: String| {
        let file = index.get(&name).and_then(Value::as_str);
        let file = file.with_context(|| format!("cfn-lint does not know {name}"))?;
        let schema = read(&schemas.join(format!("resources/{file}.json")))?;
        Ok((name, schema))
    };
    types.into_iter().map(read_schema).collect()
}

/// Per type, its lists of properties.
pub(super) fn properties(schemas: &BTreeMap<String, Value>) -> Value {
    let of_type = |(name, schema): (&String, &Value)| (name.clone(), lists(schema));
    Value::Object(schemas.iter().map(of_type).collect())
}

/// Per type, the actions that its handlers call. Of a type that CloudFormation provisions by itself,
/// without handlers, none are known.
pub(super) fn actions(schemas: &BTreeMap<String, Value>) -> Value {
    let of_type = |(name, schema): (&String, &Value)| {
        let called = HANDLERS.map(|(why, handlers)| (why.to_owned(), called(schema, handlers)));
        (name.clone(), Value::Object(called.into_iter().collect()))
    };
    Value::Object(schemas.iter().map(of_type).collect())
}

fn called(schema: &Value, handlers: &[&str]) -> Value {
    let handlers = handlers
        .iter()
        .filter_map(|it| schema.get("handlers")?.get(it));
    let actions = handlers.filter_map(|it| it.get("permissions")?.as_array());
    let actions: BTreeSet<&str> = actions.flatten().filter_map(Value::as_str).collect();
    actions.into_iter().collect()
}

/// The types of a template's resources.
fn types_of(template: &Value) -> BTreeSet<String> {
    let resources = template.get("Resources").and_then(Value::as_object);
    let resources = resources.into_iter().flat_map(Map::values);
    let types = resources.filter_map(|resource| resource.get("Type")?.as_str());
    types.map(str::to_owned).collect()
}

/// The lists of a schema; one that would be empty is left out.
fn lists(schema: &Value) -> Value {
    let mut lists = Map::new();
    for (name, in_schema) in LISTS {
        let listed = schema.get(in_schema).and_then(Value::as_array);
        let pointers = listed.into_iter().flatten().filter_map(Value::as_str);
        let pointers = outermost(pointers.filter_map(|it| it.strip_prefix("/properties")));
        if !pointers.is_empty() {
            lists.insert(name.to_owned(), pointers.into_iter().collect());
        }
    }
    lists.into()
}

/// The pointers in order, without those below another one: what holds for a property holds for all
/// that is in it.
fn outermost<'a>(pointers: impl Iterator<Item = &'a str>) -> BTreeSet<&'a str> {
    let all: BTreeSet<&str> = pointers.collect();
    let is_below = |pointer: &str, other: &str| {
        let rest = pointer.strip_prefix(other);
        rest.is_some_and(|rest| rest.starts_with('/'))
    };
    let is_outermost = |pointer: &&str| !all.iter().any(|other| is_below(pointer, other));
    all.iter().copied().filter(is_outermost).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::json;

    use super::*;

    /// A folder of schemas that knows topics.
    fn schemas() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, content: Value| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content.to_string()).unwrap();
        };
        let topic = json!({
            "createOnlyProperties": ["/properties/TopicName", "/properties/FifoTopic"],
            "conditionalCreateOnlyProperties": [],
            "readOnlyProperties": ["/properties/Arn/Part", "/properties/Arn", "/properties/ArnToo"],
            "handlers": {
                "create": {"permissions": ["sns:Subscribe", "sns:CreateTopic"]},
                "update": {"permissions": ["sns:Subscribe"]},
                "read": {"permissions": ["sns:GetTopicAttributes"]},
                "list": {"permissions": ["sns:ListTopics"]},
            },
        });
        write(
            "providers/us-east-1.json",
            json!({ "AWS::SNS::Topic": "abc" }),
        );
        write("resources/abc.json", topic);
        let of = |name: &str| json!({ "Resources": { "It": { "Type": name } } });
        write("topic.json", of("AWS::SNS::Topic"));
        write("mistake.json", of("AWS::SNS::Topik"));
        folder
    }

    #[test]
    fn the_lists_of_every_type_of_the_templates_are_taken_in_order() {
        let folder = schemas();
        let topic = folder.path().join("topic.json");
        let schemas = of_templates(folder.path(), &[topic.clone(), topic]).unwrap();
        assert_eq!(
            properties(&schemas),
            json!({ "AWS::SNS::Topic": {
                "createOnly": ["/FifoTopic", "/TopicName"],
                "readOnly": ["/Arn", "/ArnToo"],
            } })
        );
    }

    #[test]
    fn what_any_handler_of_a_deployment_calls_is_taken_once() {
        let folder = schemas();
        let topic = folder.path().join("topic.json");
        let schemas = of_templates(folder.path(), &[topic]).unwrap();
        assert_eq!(
            actions(&schemas),
            json!({ "AWS::SNS::Topic": {
                "read": ["sns:GetTopicAttributes"],
                "change": ["sns:CreateTopic", "sns:Subscribe"],
            } })
        );
        let none = BTreeMap::from([("AWS::Route53::RecordSet".to_owned(), json!({}))]);
        let nothing = json!({ "AWS::Route53::RecordSet": { "read": [], "change": [] } });
        assert_eq!(actions(&none), nothing);
    }

    #[test]
    fn a_type_that_cfn_lint_does_not_know_is_named() {
        let folder = schemas();
        let mistake = folder.path().join("mistake.json");
        let error = of_templates(folder.path(), &[mistake]).unwrap_err();
        assert_eq!(error.to_string(), "cfn-lint does not know AWS::SNS::Topik");
    }
}
