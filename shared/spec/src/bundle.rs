//! Composes the files of `schema/` into one schema that stands alone. `build.rs` does so for each kind
//! of document; the tests do so for single sections.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// The file `name` with every file that it refers to, directly or not, in its `$defs`. `read` gives
/// the content of a file by its name.
pub(crate) fn compose(name: &str, read: &dyn Fn(&str) -> Value) -> Value {
    let mut wanted = BTreeSet::new();
    let mut root = redirected(read(name), name, &mut wanted);
    let mut parts = Map::new();
    while let Some(next) = wanted.pop_first() {
        if !parts.contains_key(&next) {
            parts.insert(next.clone(), Value::Null);
            let mut part = redirected(read(&next), &next, &mut wanted);
            if let (Some(part), false) = (part.as_object_mut(), next == name) {
                part.remove("$schema");
            }
            parts.insert(next, part);
        }
    }
    if let (Some(root), false) = (root.as_object_mut(), parts.is_empty()) {
        root.insert("$defs".to_owned(), Value::Object(parts));
    }
    root
}

/// One file, its references rewritten to where the other files come to lie.
fn redirected(mut value: Value, name: &str, wanted: &mut BTreeSet<String>) -> Value {
    redirect(&mut value, name, wanted);
    value
}

fn redirect(value: &mut Value, file: &str, wanted: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(reference)) = fields.get_mut("$ref") {
                let (path, fragment) = reference.split_once('#').unwrap_or((reference, ""));
                let target = path.rsplit('/').next().unwrap_or(path);
                let target = target.strip_suffix(".json").unwrap_or(file).to_owned();
                *reference = format!("#/$defs/{target}{fragment}");
                wanted.insert(target);
            }
            fields
                .values_mut()
                .for_each(|field| redirect(field, file, wanted));
        }
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| redirect(item, file, wanted)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
