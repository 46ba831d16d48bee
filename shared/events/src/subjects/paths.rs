//! Paths into what events say.

use serde_json::Value;

/// The values at a path, in which `*` stands for every item of a list.
pub(super) fn values<'a>(root: &'a Value, path: &[&str]) -> Vec<&'a Value> {
    let mut values = vec![root];
    for step in path {
        values = values
            .into_iter()
            .flat_map(|value| below(value, step))
            .collect();
    }
    values
}

fn below<'a>(value: &'a Value, step: &str) -> Vec<&'a Value> {
    match (step, value) {
        ("*", Value::Array(items)) => items.iter().collect(),
        (name, Value::Object(fields)) => fields.get(name).into_iter().collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_star_is_every_item_and_what_is_not_there_is_nothing() {
        let detail = json!({ "entities": [{ "id": "a" }, 5, { "id": "b" }], "one": { "id": "c" } });
        let texts = |path: &[&str]| -> Vec<&str> {
            let found = values(&detail, path);
            found.into_iter().filter_map(Value::as_str).collect()
        };
        assert_eq!(texts(&["entities", "*", "id"]), ["a", "b"]);
        assert_eq!(texts(&["one", "id"]), ["c"]);
        assert_eq!(texts(&["one", "*", "id"]), [""; 0]);
        assert_eq!(texts(&["entities", "id"]), [""; 0]);
    }
}
