//! The rules between fields that JSON Schema cannot say: `x-ascending` names numbers of which
//! none may be greater than the next, `x-disjoint` names mappings that may not share a key,
//! `x-unique` names the field that has another value in each item of a list.

use std::collections::HashMap;

use groundplane_model::Problem;
use serde_json::Value;

use crate::document::Document;
use crate::schema::Schema;
use crate::{pointer, wording};

/// The rules that `value` breaks.
/// INVARIANT: recursion follows the value, whose depth is bounded.
pub(crate) fn problems(schema: &Schema, document: &Document, filled: &Value) -> Vec<Problem> {
    let mut found = Vec::new();
    visit(schema, &schema.composed, (filled, ""), &mut found);
    found
        .into_iter()
        .map(|problem| {
            let at = document.position(&problem.pointer);
            problem.at(at)
        })
        .collect()
}

fn visit(schema: &Schema, part: &Value, (value, at): (&Value, &str), found: &mut Vec<Problem>) {
    let mut step = |token: &str, child: &Value| {
        if let Some(below) = schema.below(part, token) {
            visit(schema, below, (child, &pointer::join(at, token)), found);
        }
    };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, field)| step(name, field)),
        Value::Array(items) => (0_usize..)
            .zip(items)
            .for_each(|(index, item)| step(&index.to_string(), item)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return,
    }
    if let Some(field) = schema.keyword(part, "x-unique").and_then(Value::as_str) {
        found.extend(repeated(value, at, field));
    }
    let pairs = |keyword| {
        let names = schema.keyword(part, keyword).and_then(Value::as_array);
        let names = names.into_iter().flatten().filter_map(Value::as_str);
        names.clone().zip(names.skip(1))
    };
    found.extend(pairs("x-ascending").filter_map(|pair| ascending(value, at, pair)));
    found.extend(pairs("x-disjoint").flat_map(|pair| disjoint(value, at, pair)));
}

fn ascending(value: &Value, at: &str, (low, high): (&str, &str)) -> Option<Problem> {
    let number = |name| value.get(name).and_then(Value::as_i64);
    let (least, most) = (number(low)?, number(high)?);
    (least > most).then(|| {
        Problem::error(
            pointer::join(at, high),
            format!("`{high}` must be at least `{low}`, which is `{least}`, not `{most}`"),
        )
    })
}

fn disjoint(value: &Value, at: &str, (first, second): (&str, &str)) -> Vec<Problem> {
    let mapping = |name| value.get(name).and_then(Value::as_object);
    let (Some(one), Some(other)) = (mapping(first), mapping(second)) else {
        return Vec::new();
    };
    one.keys()
        .filter(|key| other.contains_key(*key))
        .map(|key| {
            let name = wording::quoted(key);
            Problem::error(
                pointer::join(&pointer::join(at, second), key),
                format!("{name} is given in both `{first}` and `{second}`"),
            )
            .with_hint("keep one of the two")
        })
        .collect()
}

fn repeated(value: &Value, at: &str, field: &str) -> Vec<Problem> {
    let mut first: HashMap<&str, usize> = HashMap::new();
    let names = (0..).zip(value.as_array().into_iter().flatten());
    names
        .filter_map(|(index, item)| {
            let name = item.get(field)?.as_str()?;
            let earlier = *first.entry(name).or_insert(index);
            (earlier != index).then(|| {
                let name = wording::quoted(name);
                let item = earlier + 1;
                let pointer = pointer::join(&pointer::join(at, &index.to_string()), field);
                Problem::error(
                    pointer,
                    format!("the `{field}` {name} is that of item {item} too"),
                )
                .with_hint("give each item its own")
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse;
    use serde_json::json;

    fn broken(rule: &Value, text: &str) -> Vec<String> {
        let schema = Schema::compile(json!({"properties": {"spec": rule}})).unwrap();
        let document = parse(text).unwrap();
        problems(&schema, &document, document.value())
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn numbers_ascend() {
        let rule = json!({"x-ascending": ["min", "mid", "max"]});
        assert_eq!(
            broken(&rule, "spec: {min: 3, mid: 2, max: 1}"),
            [
                "1:21: /spec/mid: `mid` must be at least `min`, which is `3`, not `2`",
                "1:29: /spec/max: `max` must be at least `mid`, which is `2`, not `1`"
            ]
        );
        for text in [
            "spec: {min: 1, mid: 1, max: 2}",
            "spec: {min: 3, max: 1}",
            "spec: {min: a, mid: 0}",
        ] {
            assert!(broken(&rule, text).is_empty(), "{text}");
        }
    }

    #[test]
    fn mappings_share_no_key() {
        let rule = json!({"x-disjoint": ["a", "b"]});
        assert_eq!(
            broken(&rule, "spec: {a: {x/y: 1, z: 1}, b: {x/y: 2}}"),
            ["1:36: /spec/b/x~1y: `x/y` is given in both `a` and `b` (keep one of the two)"]
        );
        assert!(broken(&rule, "spec: {a: {x: 1}, b: [x]}").is_empty());
    }

    #[test]
    fn items_differ_in_the_field_that_names_them() {
        let rule = json!({"x-unique": "name"});
        assert_eq!(
            broken(
                &rule,
                "spec: [{name: a}, {name: b}, {name: a}, {name: a}, {}, 7, {name: 7}]"
            ),
            [
                "1:37: /spec/2/name: the `name` `a` is that of item 1 too (give each item its own)",
                "1:48: /spec/3/name: the `name` `a` is that of item 1 too (give each item its own)"
            ]
        );
        assert!(broken(&rule, "spec: {name: a}").is_empty());
    }

    #[test]
    fn rules_reach_into_lists_and_through_references() {
        let rule = json!({"items": {"$ref": "#/properties/one"}});
        let schema = Schema::compile(json!({
            "properties": {"spec": rule, "one": {"x-ascending": ["a", "b"]}}
        }))
        .unwrap();
        let document = parse("spec: [{a: 1, b: 2}, {a: 2, b: 1}]").unwrap();
        let found = problems(&schema, &document, document.value());
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].pointer, "/spec/1/b");
    }
}
