//! The whole document.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::documents::bundled;
use super::{SCHEMAS, Sheet, beside, composed};
use crate::problem::Body;
use crate::routes::{Access, Route};

/// The `OpenAPI` 3.1 document of these endpoints. `documents` are the JSON Schemas below `schema/`, by
/// the names of their files.
///
/// # Errors
/// Where two types of one name mean different things, with the name.
pub fn openapi(routes: &[Route], documents: &[(String, Value)]) -> Result<Value, String> {
    let mut schemas = BTreeMap::new();
    let mut paths: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    let own = routes.iter().map(|route| {
        let method = route.method.as_str().to_lowercase();
        (method, route.path.clone(), written(route))
    });
    for (method, path, sheet) in own.chain(beside::operations()) {
        let (operation, needed) = sheet.into_operation();
        paths.entry(path).or_default().insert(method, operation);
        add(&mut schemas, needed)?;
    }
    let mut refusal = Sheet::default();
    refusal.schema::<Body<'_>>();
    add(&mut schemas, refusal.schemas)?;
    composed::mend(&mut schemas);
    add(&mut schemas, bundled(documents))?;
    let responses = json!({
        "Refused": response("The request is refused, and says why."),
        "Failed": response("The platform has failed, or is busy."),
    });
    let roots = [json!(paths), responses.clone()];
    let schemas = reachable(&roots, schemas);
    Ok(json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Groundplane",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The API of a Groundplane installation. Every path is there once more below `/v1/iam` instead of `/v1`, for calls that are signed with credentials of AWS (SigV4).",
            "license": { "name": env!("CARGO_PKG_LICENSE"), "identifier": env!("CARGO_PKG_LICENSE") },
        },
        "servers": [{ "url": "/" }],
        "security": [{ "token": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT" },
            },
            "responses": responses,
            "schemas": schemas,
        },
    }))
}

fn written(route: &Route) -> Sheet {
    let mut sheet = Sheet::default();
    for parameter in route.path.split('{').skip(1) {
        sheet.in_path(parameter.split('}').next().unwrap_or_default());
    }
    route.says.write(route.describe, &mut sheet);
    sheet.tag(tag_of(&route.path));
    match route.access {
        Access::Open => sheet.open(),
        Access::Anyone => {}
        Access::Action(action) => sheet.remark(&format!("Needs the action `{action}`.")),
    }
    sheet
}

/// The noun of a path.
fn tag_of(path: &str) -> &str {
    let noun = path.split('/').nth(2).unwrap_or_default();
    noun.split([':', '.']).next().unwrap_or_default()
}

fn response(description: &str) -> Value {
    json!({
        "description": description,
        "content": {
            "application/problem+json": { "schema": { "$ref": format!("{SCHEMAS}Refusal") } },
        },
    })
}

fn add(schemas: &mut BTreeMap<String, Value>, needed: Vec<(String, Value)>) -> Result<(), String> {
    for (name, schema) in needed {
        let known = schemas.get(&name);
        if known.is_some_and(|known| *known != schema) {
            return Err(format!("two types are called `{name}`"));
        }
        schemas.insert(name, schema);
    }
    Ok(())
}

/// The schemas that something refers to, from these parts on.
fn reachable(roots: &[Value], schemas: BTreeMap<String, Value>) -> BTreeMap<String, Value> {
    let mut wanted = BTreeSet::new();
    let mut open: Vec<&Value> = roots.iter().collect();
    while let Some(value) = open.pop() {
        match value {
            Value::Object(fields) => {
                let name = composed::referred(value);
                let name = name.map(|name| name.split('/').next().unwrap_or_default());
                if let Some(name) = name
                    && wanted.insert(name.to_owned())
                {
                    open.extend(schemas.get(name));
                }
                open.extend(fields.values());
            }
            Value::Array(items) => open.extend(items),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let is_wanted = |(name, _): &(String, Value)| wanted.contains(name);
    schemas.into_iter().filter(is_wanted).collect()
}
