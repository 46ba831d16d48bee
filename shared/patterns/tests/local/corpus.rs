//! A generated corpus: the same one each time, every operator, about half of the events matching,
//! and a part of the patterns to be refused.

mod operators;
mod refused;

use serde_json::{Map, Value, json};

use operators::{Draw, operator};

/// How many cases have a pattern that is fine, as far as the generator knows.
const FINE: usize = 4_000;
/// How many have one that is not.
const REFUSED: usize = 800;

/// A pattern and an event.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) pattern: Value,
    pub(crate) event: Value,
}

/// Every case.
pub(crate) fn generate() -> Vec<Case> {
    let mut draw = Draw::new(20_261_120);
    let mut cases: Vec<Case> = (0..FINE).map(|number| fine(&mut draw, number)).collect();
    cases.extend((0..REFUSED).map(|number| {
        let mut case = fine(&mut draw, number);
        refused::spoil(&mut case.pattern, number);
        case
    }));
    cases
}

/// An event of which only `detail` matters.
pub(crate) fn in_envelope(detail: &Value) -> Value {
    json!({
        "version": "0",
        "id": "3f1c2b8e-6f0a-4d7e-9a55-0c6a4a1f7d21",
        "detail-type": "Test",
        "source": "test",
        "account": "111122223333",
        "time": "2026-11-20T09:30:00Z",
        "region": "eu-central-1",
        "resources": ["arn:aws:ecs:eu-central-1:111122223333:service/web"],
        "detail": detail,
    })
}

fn fine(draw: &mut Draw, number: usize) -> Case {
    let (asked, mut detail) = match number % 5 {
        0 | 1 => fields(draw, number),
        2 => in_list(draw, number),
        3 => with_or(draw, number),
        _ => {
            let (asked, inner) = fields(draw, number);
            (json!({ "inner": asked }), json!({ "inner": inner }))
        }
    };
    if draw.one_in(8) {
        detail["extra"] = json!([1, { "more": "a" }]);
    }
    let mut pattern = json!({ "detail": asked });
    if draw.one_in(4) {
        pattern["source"] = json!(["other", { "prefix": "te" }]);
    }
    Case {
        pattern,
        event: in_envelope(&detail),
    }
}

/// Up to three fields, each with its operator.
fn fields(draw: &mut Draw, number: usize) -> (Value, Value) {
    let (mut asked, mut found) = (Map::new(), Map::new());
    for name in ["a", "b", "c"].into_iter().take(1 + draw.below(3)) {
        let (alternatives, value) = alternatives(draw, number + name.len());
        asked.insert(name.into(), alternatives);
        if let Some(value) = value {
            found.insert(name.into(), value);
        }
    }
    (Value::Object(asked), Value::Object(found))
}

/// The alternatives for one field, and what the event has there.
fn alternatives(draw: &mut Draw, number: usize) -> (Value, Option<Value>) {
    let kind = number.wrapping_mul(7) + draw.below(3);
    let (operator, matching, other) = operator(draw, kind);
    let value = if draw.below(100) < 70 {
        matching
    } else {
        other
    };
    let mut all = vec![operator];
    if draw.one_in(4) {
        let kind = draw.below(64);
        all.push(self::operator(draw, kind).0);
    }
    let value = match draw.below(10) {
        0 => value.map(|value| json!([value, "another"])),
        1 => value.map(|value| json!([[value], {}])),
        2 => Some(draw.scalar()),
        _ => value,
    };
    (Value::Array(all), value)
}

/// Fields below a list of objects.
fn in_list(draw: &mut Draw, number: usize) -> (Value, Value) {
    let (asked, found) = fields(draw, number);
    let (_, other) = fields(draw, number + 1);
    let mut items = vec![other, json!("text"), found.clone()];
    // The same values, spread over several objects.
    if let Value::Object(fields) = found
        && draw.one_in(2)
    {
        items.pop();
        items.extend(
            fields
                .into_iter()
                .map(|(key, value)| json!({ (key): value })),
        );
    }
    (json!({ "list": asked }), json!({ "list": items }))
}

/// Fields, and alternatives of fields that may be the same ones.
fn with_or(draw: &mut Draw, number: usize) -> (Value, Value) {
    let (first, found) = fields(draw, number);
    let (second, others) = fields(draw, number + 2);
    let (around, more) = fields(draw, number + 3);
    let rename = |fields: Value| -> Value {
        let fields = fields.as_object().cloned().unwrap_or_default();
        let renamed = fields
            .into_iter()
            .map(|(key, value)| (format!("x{key}"), value));
        renamed.collect()
    };
    let (second, others) = match draw.below(2) {
        0 => (second, others),
        _ => (rename(second), rename(others)),
    };
    let or = match draw.below(3) {
        0 => json!([first, second]),
        1 => json!([first, second, { "$or": [around, { "y": [{ "exists": false }] }] }]),
        _ => json!([first, { "y": ["z"] }]),
    };
    let mut asked = json!({ "$or": or });
    if draw.one_in(3) {
        asked["b"] = around["a"].clone();
    }
    let mut detail = Map::new();
    for fields in [more, others, found] {
        if draw.below(3) > 0 {
            detail.extend(fields.as_object().cloned().unwrap_or_default());
        }
    }
    (asked, Value::Object(detail))
}
