//! The document: it is that of the code (`UPDATE_GOLDEN=1` writes it), and it holds together.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{env, fs};

use groundplane_aws::{Artifacts, DeployMachine, OwnSecrets, System, Table};
use serde_json::Value;

use super::openapi;
use crate::{Surroundings, route_table};

type Whole = Surroundings<System, OwnSecrets, Artifacts, DeployMachine>;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The JSON Schemas below `schema/`, by file.
fn documents() -> Vec<(String, Value)> {
    let folders = [root().join("schema"), root().join("schema/sections")];
    let files = folders.iter().flat_map(|folder| {
        let files = fs::read_dir(folder).unwrap();
        files.map(|file| file.unwrap().path())
    });
    let mut found: Vec<(String, Value)> = files
        .filter(|path| path.extension().is_some_and(|it| it == "json"))
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let text = fs::read_to_string(&path).unwrap();
            (name, serde_json::from_str(&text).unwrap())
        })
        .collect();
    found.sort_by(|one, other| one.0.cmp(&other.0));
    found
}

fn generated() -> Value {
    openapi(&route_table::<Table, Whole>(), &documents()).unwrap()
}

#[test]
fn the_document_that_is_checked_in_is_that_of_the_code() {
    let path = root().join("schema/openapi/v1.json");
    let fresh = serde_json::to_string_pretty(&generated()).unwrap() + "\n";
    if env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &fresh).unwrap();
        return;
    }
    let text = fs::read_to_string(&path).unwrap();
    assert!(
        text == fresh,
        "schema/openapi/v1.json is stale; UPDATE_GOLDEN=1 writes it"
    );
}

#[test]
fn every_operation_has_a_name_of_its_own_and_says_what_it_answers() {
    let document = generated();
    let mut names = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap();
            assert!(names.insert(name.to_owned()), "{name} twice");
            let statuses = operation["responses"].as_object().unwrap().keys();
            let succeeds = |status: &String| status.starts_with('2');
            assert!(
                statuses.into_iter().any(succeeds),
                "{method} {path} never succeeds"
            );
            let takes_a_body = operation.get("requestBody").is_some();
            assert!(
                !takes_a_body || ["post", "put"].contains(&method.as_str()),
                "{method} {path} takes a body"
            );
        }
    }
}

#[test]
fn every_reference_leads_somewhere() {
    fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
        match value {
            Value::Object(fields) => {
                found.extend(fields.get("$ref").and_then(Value::as_str));
                fields.values().for_each(|value| references(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| references(value, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let document = generated();
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 300, "{}", found.len());
    for reference in found {
        let place = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(place).is_some(), "{reference}");
    }
}
