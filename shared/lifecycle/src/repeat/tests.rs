//! Tests of requests that come again.

use groundplane_model::SignalName;
use serde_json::json;

use super::*;
use crate::fixture::{at, definition, newborn, request};
use crate::{Occurrence, deliver, operate};

/// What a request is after `scale` with three tasks was asked for as `r`.
fn after_scale(asked: &Request) -> Repeat {
    let definition = definition();
    let life = newborn(&definition);
    let first = request("r", "scale", &json!({"minCapacity": 3}));
    let begun = operate(&definition, &life, &first, at(1)).unwrap();
    let [entry] = begun.entries.as_slice() else {
        panic!("{begun:?}");
    };
    assert_eq!(entry.identity, asked.identity());
    repeats(entry, asked, &begun.life.unwrap())
}

#[test]
fn the_same_operation_with_the_same_input_is_the_same_request() {
    let mut again = request("r", "scale", &json!({"minCapacity": 3}));
    assert_eq!(after_scale(&again), Repeat::Same);
    again.by = "grace".to_owned();
    assert_eq!(after_scale(&again), Repeat::Same);
}

#[test]
fn another_operation_or_input_under_the_same_id_is_another_request() {
    for other in [
        request("r", "scale", &json!({"minCapacity": 4})),
        request("r", "scale", &json!({})),
        request("r", "restart", &json!({"minCapacity": 3})),
    ] {
        assert_eq!(after_scale(&other), Repeat::Other, "{other:?}");
    }
}

#[test]
fn the_order_of_fields_does_not_matter() {
    let ordered = |text: &str| {
        let input: serde_json::Value = serde_json::from_str(text).unwrap();
        request("r", "scale", &input).input_text()
    };
    let one = ordered(r#"{"a": {"x": 1, "y": [2, 3]}, "b": 4}"#);
    assert_eq!(one, ordered(r#"{"b": 4, "a": {"y": [2, 3], "x": 1}}"#));
    assert_ne!(one, ordered(r#"{"b": 4, "a": {"y": [3, 2], "x": 1}}"#));
}

#[test]
fn a_signal_under_the_same_id_is_another_request() {
    let definition = definition();
    let life = newborn(&definition);
    let sent = Occurrence::signal("r", SignalName::parse("failure").unwrap(), "ada");
    let told = deliver(&definition, &life, &sent, at(1));
    let asked = request("r", "restart", &json!({}));
    assert_eq!(*sent.identity(), asked.identity());
    assert_eq!(repeats(&told.entries[0], &asked, &life), Repeat::Other);
}

#[test]
fn a_request_of_an_earlier_life_is_not_this_ones() {
    let definition = definition();
    let mut life = newborn(&definition);
    let asked = request("r", "restart", &json!({}));
    let begun = operate(&definition, &life, &asked, at(1)).unwrap();
    life.incarnation = "second".to_owned();
    let repeat = repeats(&begun.entries[0], &asked, &life);
    assert_eq!(repeat, Repeat::OfAnotherLife);
}
