//! Tests of the check of a lifecycle as a whole.

mod ways;

use std::collections::BTreeSet;

use groundplane_model::{Problem, WorkflowName};
use serde_json::{Value, json};

use crate::fixture::{compiled, document, signal, spec, state};
use crate::{Definition, Workflows};

fn problems(document: &Value) -> Vec<Problem> {
    Definition::parse(&spec(document), &Workflows::own())
        .err()
        .unwrap_or_default()
}

/// The document with something else at `pointer`; the rest is sound.
fn with(pointer: &str, value: Value) -> Value {
    let mut document = document();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    match document.pointer_mut(parent).unwrap() {
        Value::Object(fields) => {
            fields.insert(name.to_owned(), value);
        }
        Value::Array(items) => items.push(value),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => panic!("{parent}"),
    }
    document
}

/// The only problem of a document: its place, and all that is said.
fn only(document: &Value) -> (String, String) {
    let problems = problems(document);
    let [problem] = problems.as_slice() else {
        panic!("{problems:#?}");
    };
    let hint = problem.hint.as_deref().unwrap_or_default();
    (
        problem.pointer.clone(),
        format!("{} ({hint})", problem.message),
    )
}

fn refused(document: &Value, pointer: &str, parts: &[&str]) {
    let (place, text) = only(document);
    assert_eq!(place, pointer, "{text}");
    for part in parts {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn a_sound_lifecycle_is_compiled() {
    let definition = compiled(&document());
    assert_eq!(definition.initial(), &state("healthy"));
    assert!(definition.is_terminal(&state("retired")));
    assert!(definition.listens_to(&signal("escalate")));
    assert!(!definition.listens_to(&signal("escalated")));
    assert_eq!(definition.states().count(), 4);
    assert_eq!(definition.operations().count(), 3);
}

/// What stands at a place instead, as JSON; the place of the problem, and two parts of it.
const UNKNOWN: &[[&str; 5]] = &[
    [
        "/initial",
        r#""helthy""#,
        "/spec/initial",
        "unknown state `helthy`",
        "did you mean `healthy`?",
    ],
    [
        "/transitions/0/to",
        r#""degradd""#,
        "/spec/transitions/0/to",
        "`degradd`",
        "`degraded`?",
    ],
    [
        "/transitions/2/onFailure",
        r#""x""#,
        "/spec/transitions/2/onFailure",
        "unknown state `x`",
        "there is `degraded`, ",
    ],
    [
        "/transitions/2/run",
        r#""fail-over""#,
        "/spec/transitions/2/run",
        "unknown workflow `fail-over`",
        "`failover`?",
    ],
    [
        "/operations/restart/run",
        r#""x""#,
        "/spec/operations/restart/run",
        "unknown workflow `x`",
        "`rollback`",
    ],
    [
        "/operations/repair/signalOnSuccess",
        r#""recoverd""#,
        "/spec/operations/repair/signalOnSuccess",
        "no transition fires on the signal `recoverd`",
        "`recovered`?",
    ],
    [
        "/operations/scale/requiredStates",
        r#"["healty"]"#,
        "/spec/operations/scale/requiredStates/0",
        "`healty`",
        "`healthy`?",
    ],
    [
        "/states/healthy/timeout",
        r#"{"after": "1m", "signal": "failed"}"#,
        "/spec/states/healthy/timeout/signal",
        "`failed`",
        "`failure`",
    ],
    [
        "/routes/-",
        r#"{"pattern": {"source": ["x"]}, "signal": "recover"}"#,
        "/spec/routes/4/signal",
        "`recover`",
        "`recovered`?",
    ],
];

#[test]
fn unknown_names_are_told_with_the_nearest_one() {
    for [pointer, value, place, parts @ ..] in UNKNOWN {
        let value: Value = serde_json::from_str(value).unwrap();
        let mut changed = document();
        match changed.pointer_mut(pointer) {
            Some(part) => *part = value,
            None => changed = with(pointer, value),
        }
        let problems = problems(&changed);
        let problem = problems.iter().find(|problem| problem.pointer == *place);
        let problem = problem.unwrap_or_else(|| panic!("{pointer}: {problems:#?}"));
        for part in parts {
            assert!(problem.to_string().contains(part), "{problem}");
        }
    }
}

#[test]
fn registered_workflows_are_known() {
    let mut document = document();
    document["operations"]["restart"]["run"] = json!("warm-cache");
    let warm = WorkflowName::parse("warm-cache").unwrap();
    let known = Workflows::own().with(warm, None);
    assert!(Definition::parse(&spec(&document), &known).is_ok());
    refused(
        &document,
        "/spec/operations/restart/run",
        &["unknown workflow `warm-cache`"],
    );
}

#[test]
fn lengths_of_time_are_checked() {
    let text = ["is not between `1s` and `365d`", "for example `10m`"];
    for pointer in [
        "/states/degraded/timeout/after",
        "/transitions/1/timeout",
        "/operations/scale/timeout",
    ] {
        let mut document = crate::fixture::document();
        *document.pointer_mut(pointer).unwrap() = json!("366d");
        let problems = problems(&document);
        let problem = problems
            .iter()
            .find(|problem| problem.pointer == format!("/spec{pointer}"));
        let problem = problem
            .unwrap_or_else(|| panic!("{problems:#?}"))
            .to_string();
        assert!(text.iter().all(|part| problem.contains(part)), "{problem}");
    }
}

#[test]
fn guards_filters_and_patterns_are_checked_where_they_stand() {
    let mut document = document();
    document["transitions"][2]["when"] = json!("event.detail.x == 1");
    document["routes"][0]["filter"] = json!("event.detial.x == 1");
    document["routes"][2]["pattern"] = json!({"source": "aws.ecs"});
    let places: Vec<_> = problems(&document)
        .into_iter()
        .map(|problem| problem.pointer)
        .collect();
    assert!(
        places.contains(&"/spec/transitions/2/when".to_owned()),
        "{places:?}"
    );
    assert!(
        places.contains(&"/spec/routes/0/filter".to_owned()),
        "{places:?}"
    );
    assert!(
        places.contains(&"/spec/routes/2/pattern/source".to_owned()),
        "{places:?}"
    );
}

#[test]
fn a_pattern_that_can_never_match_is_refused() {
    let never = json!({"source": ["a"], "detail": {"x": [{"numeric": [">", 5, "<", 3]}]}});
    let document = with("/routes/-", json!({"pattern": never, "signal": "failure"}));
    let problems = problems(&document);
    assert!(!problems.is_empty());
    assert!(
        problems
            .iter()
            .all(|problem| problem.pointer.starts_with("/spec/routes/4/pattern")),
        "{problems:?}"
    );
}

#[test]
fn the_schema_of_an_input_is_a_schema_of_an_object_without_references() {
    for (schema, part) in [
        (json!({"type": "objct"}), "must have `type: object`"),
        (json!({}), "must have `type: object`"),
        (
            json!({"type": "object", "properties": {"a": {"type": "numbr"}}}),
            "not a JSON Schema",
        ),
        (
            json!({"type": "object", "properties": {"a": {"pattern": "("}}}),
            "not a JSON Schema",
        ),
        (
            json!({"type": "object", "properties": {"a": {"$ref": "#"}}}),
            "`$ref` cannot be used",
        ),
    ] {
        let document = with("/operations/scale/input", schema.clone());
        refused(&document, "/spec/operations/scale/input", &[part]);
    }
}

#[test]
fn a_failure_needs_something_that_can_fail() {
    let document = with("/transitions/0/onFailure", json!("healthy"));
    refused(
        &document,
        "/spec/transitions/0/onFailure",
        &["never used", "add `run`"],
    );
}

#[test]
fn all_problems_are_told_at_once() {
    let mut document = document();
    document["initial"] = json!("x");
    document["transitions"][0]["on"] = json!("failing");
    document["transitions"][2]["run"] = json!("y");
    document["operations"]["repair"]["timeout"] = json!("0s");
    document["routes"][0]["filter"] = json!("(");
    let places: BTreeSet<_> = problems(&document)
        .into_iter()
        .map(|problem| problem.pointer)
        .collect();
    for place in [
        "/spec/initial",
        "/spec/transitions/2/run",
        "/spec/operations/repair/timeout",
        "/spec/routes/0/filter",
    ] {
        assert!(places.contains(place), "{places:?}");
    }
}
