//! Whether what goes over the wire is what the document describes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use axum::http::{HeaderMap, Method};
use jsonschema::Validator;
use serde_json::{Value, json};

/// What was asked and what was answered.
pub(in crate::api) struct Exchange<'a> {
    pub(in crate::api) method: &'a Method,
    pub(in crate::api) uri: &'a str,
    pub(in crate::api) sent: &'a [u8],
    pub(in crate::api) status: u16,
    pub(in crate::api) headers: &'a HeaderMap,
    pub(in crate::api) answered: &'a [u8],
}

/// The document with nothing but what it says: no field beyond those that are described.
fn closed_document() -> &'static Value {
    static DOCUMENT: OnceLock<Value> = OnceLock::new();
    DOCUMENT.get_or_init(|| closed(super::document()))
}

/// Fails where the document does not describe the answer, or not the request although it succeeded.
pub(in crate::api) fn must_conform(exchange: &Exchange<'_>) {
    let path = exchange.uri.split('?').next().unwrap();
    let path = path.replacen("/v1/iam/", "/v1/", 1);
    let method = exchange.method.as_str().to_lowercase();
    let Some((template, operation)) = operation(&path, &method) else {
        // No such endpoint, or not with this method.
        assert!((400..500).contains(&exchange.status), "{method} {path}");
        return;
    };
    let what = format!("{method} {path}: {}", exchange.status);
    let responses = &operation["responses"];
    let exact = exchange.status.to_string();
    let range = format!("{}XX", exchange.status / 100);
    let place = [exact, range]
        .into_iter()
        .find(|status| responses.get(status).is_some());
    let status = place.unwrap_or_else(|| panic!("{what} is not described"));
    let place = format!("#/paths/{}/{method}/responses/{status}", escaped(&template));
    let place = match responses[&status].get("$ref") {
        Some(reference) => reference.as_str().unwrap().to_owned(),
        None => place,
    };
    let kind = exchange.headers.get("content-type");
    let kind = kind.map_or("", |kind| kind.to_str().unwrap());
    let content = &closed_document()
        .pointer(place.trim_start_matches('#'))
        .unwrap()["content"];
    let known = [kind, kind.split(';').next().unwrap()]
        .into_iter()
        .find(|kind| content.get(kind).is_some());
    let kind = known.unwrap_or_else(|| panic!("{what} is not said to be `{kind}`"));
    if kind.contains("json") {
        let schema = format!("{place}/content/{}/schema", escaped(kind));
        must_be(&what, &schema, exchange.answered);
    }
    let sent = serde_json::from_slice::<Value>(exchange.sent).ok();
    // Where nothing is asked for, an empty object is nothing.
    let says_something = sent.is_some_and(|sent| {
        let takes_a_body = operation.get("requestBody").is_some();
        takes_a_body || sent != json!({})
    });
    if exchange.status < 300 && says_something {
        let place = format!("/paths/{}/{method}/requestBody", escaped(&template));
        let body = closed_document().pointer(&place);
        let body = body.unwrap_or_else(|| panic!("{what} is not said to take a body"));
        assert!(body["content"].get("application/json").is_some(), "{what}");
        let schema = format!("#{place}/content/application~1json/schema");
        must_be(&format!("{what}, the request"), &schema, exchange.sent);
    }
}

fn operation(path: &str, method: &str) -> Option<(String, &'static Value)> {
    let paths = closed_document()["paths"].as_object().unwrap();
    let mut fitting: Vec<_> = paths
        .iter()
        .filter(|(template, methods)| fits(template, path) && methods.get(method).is_some())
        .collect();
    // `/v1/instances:preview` is itself before it is anything else.
    fitting.sort_by_key(|(template, _)| template.matches('{').count());
    let (template, methods) = fitting.first()?;
    Some(((*template).clone(), &methods[method]))
}

fn fits(template: &str, path: &str) -> bool {
    let (template, path) = (template.split('/'), path.split('/'));
    template.clone().count() == path.clone().count()
        && template.zip(path).all(|(step, given)| {
            let Some((before, after)) = step.split_once('{') else {
                return step == given;
            };
            let after = after.split_once('}').unwrap().1;
            let inner = given.strip_prefix(before);
            let inner = inner.and_then(|given| given.strip_suffix(after));
            inner.is_some_and(|inner| !inner.is_empty())
        })
}

fn must_be(what: &str, schema: &str, text: &[u8]) {
    let value: Value = serde_json::from_slice(text).unwrap();
    let validator = validator(schema);
    let errors: Vec<String> = validator
        .iter_errors(&value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(
        errors.is_empty(),
        "{what} is not as {schema} says:\n{}\n{value:#}",
        errors.join("\n")
    );
}

fn validator(place: &str) -> Arc<Validator> {
    static KNOWN: OnceLock<Mutex<BTreeMap<String, Arc<Validator>>>> = OnceLock::new();
    let known = KNOWN.get_or_init(Mutex::default);
    let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
    let entry = known.entry(place.to_owned()).or_insert_with(|| {
        let document = closed_document();
        let schema = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "components": document["components"],
            "allOf": [document.pointer(place.trim_start_matches('#')).unwrap()],
        });
        Arc::new(jsonschema::validator_for(&schema).unwrap())
    });
    Arc::clone(entry)
}

fn escaped(step: &str) -> String {
    step.replace('~', "~0").replace('/', "~1")
}

/// The document, every object in it closed. What is a part of another object is open: the whole is
/// closed.
fn closed(mut document: Value) -> Value {
    let schemas = document["components"]["schemas"].as_object_mut().unwrap();
    let mut parts = BTreeSet::new();
    for schema in schemas.values() {
        parts_of(schema, &mut parts);
    }
    for (name, schema) in schemas.iter_mut() {
        let is_object = schema.get("properties").is_some() || schema.get("allOf").is_some();
        let is_open = schema.get("additionalProperties").is_some() || parts.contains(name);
        if is_object && !is_open && !name.starts_with("document.") {
            schema["unevaluatedProperties"] = json!(false);
        }
    }
    document
}

/// The names of the schemas that objects in `schema` are composed of.
fn parts_of(schema: &Value, parts: &mut BTreeSet<String>) {
    match schema {
        Value::Object(fields) => {
            let all = fields.get("allOf").and_then(Value::as_array);
            for part in all.into_iter().flatten() {
                let name = part.get("$ref").and_then(Value::as_str);
                parts.extend(name.map(|name| name.rsplit('/').next().unwrap().to_owned()));
            }
            fields.values().for_each(|value| parts_of(value, parts));
        }
        Value::Array(items) => items.iter().for_each(|value| parts_of(value, parts)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
