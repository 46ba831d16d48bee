//! What an evaluation costs, printed by
//! `cargo test --release -p groundplane-lifecycle figures -- --ignored --nocapture`.

use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::fixture::{at, definition, event, newborn};

#[expect(clippy::disallowed_methods, reason = "a measurement reads the clock")]
fn measured(mut work: impl FnMut()) -> Duration {
    let begun = std::time::Instant::now();
    work();
    begun.elapsed()
}

/// The longest list on which an expression is still evaluated.
fn longest(text: &str, item: &Value) -> (usize, Value) {
    let life = newborn(&definition());
    let expression = Expression::parse(text, Scope::Filter).unwrap();
    let affordable = |length: &usize| {
        let event = event("e", 0, "s", json!({"l": vec![item; *length]}));
        let data = EventData::new(&event);
        expression
            .cost
            .affordable(Facts::new(&life, Some(&data), at(0)).size(&expression.variables))
            .is_ok()
    };
    let length = (0..15)
        .map(|power| 1_usize << power)
        .filter(affordable)
        .max()
        .unwrap();
    (length, json!({"l": vec![item; length]}))
}

#[test]
#[ignore = "prints figures"]
fn figures() {
    let life = newborn(&definition());
    let long = "x".repeat(2_000);
    for (text, item) in [
        (
            "event.detail.l.exists(c, c.exitCode != 0)",
            json!({"exitCode": 0, "name": "app"}),
        ),
        (
            "event.detail.l.all(x, event.detail.l.all(y, x == y))",
            json!({"a": [1, {"b": 2}]}),
        ),
        (
            "event.detail.l.all(x, event.detail.l.all(y, x.contains(y)))",
            json!(long),
        ),
        (
            "event.detail.l.all(x, size(event.detail.l.filter(y, x == y)) > 0)",
            json!({"a": [1, {"b": long}]}),
        ),
        (
            "event.detail.l.all(x, x in event.detail.l && event.detail.l == event.detail.l)",
            json!({"a": [1, {"b": 2}]}),
        ),
    ] {
        let (length, detail) = longest(text, &item);
        let event = event("e", 0, "s", detail);
        let data = EventData::new(&event);
        let expression = Expression::parse(text, Scope::Filter).unwrap();
        let first = measured(|| drop(expression.holds(&Facts::new(&life, Some(&data), at(0)))));
        let next = measured(|| drop(expression.holds(&Facts::new(&life, Some(&data), at(0)))));
        println!("{text}: up to {length} items, first {first:?}, then {next:?}");
    }
    let text = "event.detail.containers.exists(c, has(c.exitCode) && c.exitCode != 0)";
    let parsing =
        measured(|| (0..1_000).for_each(|_| drop(Expression::parse(text, Scope::Filter))));
    println!("parsing and checking {text}: {:?}", parsing / 1_000);
    let event = event(
        "e",
        0,
        "s",
        json!({"containers": [{"exitCode": 0}, {"exitCode": 1}]}),
    );
    let expression = Expression::parse(text, Scope::Filter).unwrap();
    let data = EventData::new(&event);
    let warm = measured(|| {
        (0..10_000).for_each(|_| drop(expression.holds(&Facts::new(&life, Some(&data), at(0)))));
    });
    println!("evaluating it: {:?}", warm / 10_000);
}
