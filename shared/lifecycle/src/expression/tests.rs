//! Tests of expressions: what holds, what cannot be told, what it may cost.

mod refused;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::fixture::{at, definition, event, newborn};

fn filter(text: &str) -> Expression {
    Expression::parse(text, Scope::Filter).unwrap_or_else(|flaws| panic!("{text}: {flaws:?}"))
}

fn holds(text: &str, detail: Value) -> Result<bool, String> {
    let life = newborn(&definition());
    let event = event("e", 0, "aws.ecs", detail);
    let data = EventData::new(&event);
    filter(text).holds(&Facts::new(&life, Some(&data), at(90)))
}

#[test]
fn events_and_instances_can_be_looked_at() {
    let detail = json!({
        "n": 3, "f": 1.5, "big": u64::MAX, "t": "text", "yes": true, "none": null,
        "containers": [{"exitCode": 0}, {"exitCode": 137, "name": "app"}], "m": {"a b": 1}
    });
    for (text, held) in [
        (
            "event.source == 'aws.ecs' && event['detail-type'] == event.detailType",
            true,
        ),
        (
            "event.detail.n == 3 && event.detail.n > 2.5 && event.detail.f < 2",
            true,
        ),
        ("event.detail.big > 9e18", true),
        ("event.detail.containers.exists(c, c.exitCode != 0)", true),
        ("event.detail.containers.all(c, c.exitCode == 0)", false),
        (
            "event.detail.containers.exists_one(c, has(c.name) && c.name == 'app')",
            true,
        ),
        (
            "size(event.detail.containers.filter(c, c.exitCode > 0)) == 1",
            true,
        ),
        (
            "event.detail.t.startsWith('te') && event.detail.t.contains('ex') && event.detail.t.endsWith('t')",
            true,
        ),
        ("event.detail.t in ['a', 'text']", true),
        ("has(event.detail.missing) || event.detail.yes", true),
        ("event.detail.none == null", true),
        ("event.detail.m['a b'] == 1", true),
        (
            "instance.state == 'healthy' && instance.secondsInState == 90",
            true,
        ),
        (
            "instance.labels.group == 'web' && instance.parameters.standby",
            true,
        ),
        (
            "instance.environment == 'dev' && instance.service == 'web-service'",
            true,
        ),
        ("event.detail.n == 3 ? event.detail.yes : false", true),
        ("'arn:aws:x' in event.resources", true),
        ("int('3') + 1 == 4", true),
    ] {
        assert_eq!(holds(text, detail.clone()), Ok(held), "{text}");
    }
}

#[test]
fn what_cannot_be_told_says_why_without_showing_data() {
    let detail = json!({"secret": "hunter2", "n": 1, "list": []});
    for (text, why) in [
        ("event.detail.missing == 1", "there is no `missing`"),
        (
            "event.detail.secret > 1",
            "it uses a value of another kind than is there",
        ),
        ("event.detail.secret", "it is neither true nor false"),
        ("event.detail.list[0] == 1", "a list is too short"),
        ("1 / (event.detail.n - 1) == 1", "it divides by zero"),
        (
            "event.detail.n + 9223372036854775807 == 0",
            "a number is too large",
        ),
        (
            "int(event.detail.secret) == 1",
            "it uses a value of another kind than is there",
        ),
    ] {
        assert_eq!(holds(text, detail.clone()), Err(why.to_owned()), "{text}");
    }
}

#[test]
fn what_would_take_long_on_the_data_at_hand_is_not_begun() {
    let twice = "event.detail.l.all(x, event.detail.l.exists(y, x == y))";
    assert_eq!(
        holds(twice, json!({"l": (0..20).collect::<Vec<_>>()})),
        Ok(true)
    );
    let many = json!({"l": (0..2_000).collect::<Vec<_>>()});
    let why = holds(twice, many.clone()).unwrap_err();
    assert!(
        why.contains("too large") && why.contains("2000 items"),
        "{why}"
    );
    assert_eq!(holds("event.detail.l.exists(x, x == 1999)", many), Ok(true));
    let huge = json!({"l": (0..10).collect::<Vec<_>>(), "text": "x".repeat(60_000_000)});
    assert!(holds(twice, huge).is_err());
}

/// Pieces of which hostile expressions are made.
const PIECES: [&str; 54] = [
    "event",
    ".",
    "detail",
    "[",
    "]",
    "(",
    ")",
    "exists",
    "c",
    ",",
    "'a'",
    "\"",
    "'",
    "\\",
    "\\u12",
    "'\\U00110000'",
    "\\x",
    "\\777",
    "1",
    "0x",
    "1e999",
    "99999999999999999999",
    "-",
    "!",
    "&&",
    "||",
    "==",
    "?",
    ":",
    "{",
    "}",
    " in ",
    "has(",
    "instance",
    "é",
    "`",
    "\0",
    "😀",
    "r'",
    "b'",
    "'''",
    "true",
    "null",
    "u",
    " ",
    "\n",
    "//",
    "filter",
    "all(c,c)",
    "map(",
    "%",
    "+",
    "<",
    ".?",
];

proptest! {
    #[test]
    fn no_text_makes_the_parser_or_the_evaluator_panic(
        pieces in prop::collection::vec(prop::sample::select(PIECES.as_slice()), 0..14),
        free in "\\PC{0,30}",
    ) {
        let text = pieces.concat();
        let life = newborn(&definition());
        let event = event("e", 0, "s", json!({"c": [1, "x", null]}));
        let data = EventData::new(&event);
        for text in [text, free] {
            if let Ok(expression) = Expression::parse(&text, Scope::Filter) {
                let _ = expression.holds(&Facts::new(&life, Some(&data), at(0)));
            }
        }
    }
}

#[test]
fn both_parsers_of_the_crate_read_the_same() {
    for text in [
        "event.detail.containers.exists(c, has(c.exitCode) && c.exitCode != 0)",
        "!(instance.parameters.a == 1) || instance.labels['x y'] in ['a', \"b\"]",
        "size(event.detail.l.filter(x, x > -1.5e3)) >= 2 ? true : event.detail.t.startsWith('\\'q')",
        "event.detail.a + 1 * 2 - 3 / 4 % 5 == 0x1F && a.b.all(x, x.exists_one(y, y == null))",
    ] {
        let other = cel::parser::Parser::new().parse(text).unwrap();
        let ours = PrattParser::new().parse(text).unwrap();
        let ids = regardless_of_ids;
        assert_eq!(
            ids(&format!("{ours:?}")),
            ids(&format!("{other:?}")),
            "{text}"
        );
    }
}

fn regardless_of_ids(shown: &str) -> String {
    let parts = shown.split("id: ");
    let parts = parts.map(|part| part.trim_start_matches(|c: char| c.is_ascii_digit()));
    parts.collect()
}
