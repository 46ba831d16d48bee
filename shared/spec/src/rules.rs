//! The rules between fields that JSON Schema cannot say: `x-ascending` names numbers of which
//! none may be greater than the next, `x-disjoint` names mappings that may not share a key.

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
