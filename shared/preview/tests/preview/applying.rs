//! Carries out on templates what a preview announces.

use groundplane_preview::{Operation, Preview, PropertyChange, UnitOperation, UnitPreview};
use serde_json::{Map, Value, json};

/// The templates by unit.
pub(crate) type Templates = Map<String, Value>;

/// What the templates are once everything that the preview says is done.
pub(crate) fn applied(preview: &Preview, mut templates: Templates) -> Templates {
    for unit in &preview.units {
        let name = unit.unit.to_string();
        match unit.operation {
            UnitOperation::Delete => {
                templates.remove(&name);
            }
            UnitOperation::Create
            | UnitOperation::Update
            | UnitOperation::MayUpdate
            | UnitOperation::Keep => {
                let template = templates.entry(name).or_insert(json!({}));
                apply_unit(unit, template);
            }
        }
    }
    templates
}

fn apply_unit(unit: &UnitPreview, template: &mut Value) {
    // Resources are no part of the rest of a template if they are an object.
    let resources = template
        .as_object_mut()
        .and_then(|fields| match fields.get("Resources") {
            Some(Value::Object(_)) => fields.remove("Resources"),
            _ => None,
        });
    apply_changes(&unit.template, template);
    let mut resources = resources.unwrap_or(json!({}));
    let all = resources.as_object_mut().unwrap();
    for resource in &unit.resources {
        match resource.operation {
            Operation::Delete | Operation::Retain => {
                all.remove(&resource.logical_id);
            }
            Operation::Create
            | Operation::Update
            | Operation::MayUpdate
            | Operation::Replace
            | Operation::MayReplace
            | Operation::Keep => {
                let one = all.entry(resource.logical_id.clone()).or_insert(json!({}));
                apply_changes(&resource.changes, one);
            }
        }
    }
    if !all.is_empty() {
        template["Resources"] = resources;
    }
}

/// What changes in place goes first, then what goes, the last first, and then what comes.
fn apply_changes(changes: &[PropertyChange], value: &mut Value) {
    let after = |change: &PropertyChange| change.after.as_ref().map(|shown| shown.template.clone());
    let changing = changes
        .iter()
        .filter(|it| it.before.is_some() && it.after.is_some());
    for change in changing {
        // The same expression with another value.
        if after(change) == change.before.as_ref().map(|shown| shown.template.clone()) {
            continue;
        }
        *value.pointer_mut(&change.pointer).unwrap() = after(change).unwrap();
    }
    for change in changes.iter().rev().filter(|it| it.after.is_none()) {
        let (parent, token) = parent(value, &change.pointer);
        match parent {
            Value::Array(items) => drop(items.remove(token.parse().unwrap())),
            Value::Object(fields) => drop(fields.remove(&token).unwrap()),
            leaf @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => {
                panic!("{leaf} has no {token}")
            }
        }
    }
    for change in changes.iter().filter(|it| it.before.is_none()) {
        let new = after(change).unwrap();
        if change.pointer.is_empty() {
            *value = new;
            continue;
        }
        if change.pointer.starts_with("/Properties/") && value.get("Properties").is_none() {
            value["Properties"] = json!({});
        }
        let (parent, token) = parent(value, &change.pointer);
        match parent {
            Value::Array(items) => items.insert(token.parse().unwrap(), new),
            Value::Object(fields) => drop(fields.insert(token, new)),
            leaf @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => {
                panic!("{leaf} has no {token}")
            }
        }
    }
}

fn parent<'a>(value: &'a mut Value, pointer: &str) -> (&'a mut Value, String) {
    let (parent, token) = pointer.rsplit_once('/').unwrap();
    let token = token.replace("~1", "/").replace("~0", "~");
    (value.pointer_mut(parent).unwrap(), token)
}
