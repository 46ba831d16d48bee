//! What built-in workflows take, and what they refuse.

use serde_json::{Map, Value, json};

use super::*;
use crate::work::run_of;

fn told(input: Value) -> Run {
    let Value::Object(input) = input else {
        panic!("{input} is no object");
    };
    run_of("scale", input)
}

fn read(run: &Run, known: &'static [&'static str]) -> (Option<u64>, Vec<String>) {
    let mut input = Input::of(run, known);
    let number = known.first().and_then(|name| input.number(name, 1, 9));
    let problems = match input.end() {
        Ok(()) => Vec::new(),
        Err(failure) => failure.problems.iter().map(ToString::to_string).collect(),
    };
    (number, problems)
}

#[test]
fn a_number_within_its_limits_is_taken() {
    assert_eq!(
        read(&told(json!({"count": 3})), &["count"]),
        (Some(3), vec![])
    );
    assert_eq!(read(&told(json!({})), &["count"]), (None, vec![]));
}

#[test]
fn every_problem_is_said_at_once_with_its_place() {
    let run = told(json!({"count": "3", "cuont": 1, "a/b": 2}));
    let failure = {
        let mut input = Input::of(&run, &["count"]);
        assert_eq!(input.number("count", 1, 9), None);
        input.end().unwrap_err()
    };
    assert_eq!(failure.message, "`scale` cannot be run with this input");
    let places: Vec<_> = failure
        .problems
        .iter()
        .map(|it| it.pointer.as_str())
        .collect();
    assert_eq!(places, ["/cuont", "/a~1b", "/count"]);
    let hint = failure.problems[0].hint.as_deref();
    assert_eq!(hint, Some("did you mean `count`?"));
    let hint = failure.problems[1].hint.as_deref();
    assert_eq!(hint, Some("it takes `count`"));
    assert!(
        failure.problems[2]
            .message
            .contains("a whole number from 1 to 9"),
        "{failure}"
    );
}

#[test]
fn what_is_no_whole_number_or_too_large_is_refused() {
    for value in [
        json!(0),
        json!(10),
        json!(-1),
        json!(1.5),
        json!(null),
        json!([1]),
    ] {
        let (number, problems) = read(&told(json!({"count": value})), &["count"]);
        assert_eq!((number, problems.len()), (None, 1), "{value}");
    }
}

#[test]
fn a_workflow_without_input_says_so() {
    let (_, problems) = read(&told(json!({"force\u{7}": true})), &[]);
    assert_eq!(problems.len(), 1);
    assert!(
        problems[0].contains("unknown field `force\\u{7}`"),
        "{problems:?}"
    );
    assert!(Input::of(&run_of("restart", Map::new()), &[]).end().is_ok());
}
