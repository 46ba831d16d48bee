use jiff::Timestamp;
use serde_json::json;

use super::*;
use crate::headers::Headers;

fn deliver(headers: &[(&str, &str)], body: &[u8]) -> Result<Vec<Draft>, Refused> {
    let headers = Headers::new(headers.iter().copied());
    read(&Delivery {
        headers: &headers,
        body,
        received_at: Timestamp::UNIX_EPOCH,
    })
}

fn with(name: &str, value: Value) -> Value {
    let mut event = json!({ "specversion": "1.0", "id": "1", "source": "/ci", "type": "t" });
    event[name] = value;
    event
}

fn structured_with(name: &str, value: Value) -> Result<Vec<Draft>, Refused> {
    let body = with(name, value).to_string();
    deliver(&[("content-type", STRUCTURED)], body.as_bytes())
}

const BINARY: [(&str, &str); 4] = [
    ("ce-specversion", "1.0"),
    ("ce-id", "1"),
    ("ce-source", "/ci"),
    ("ce-type", "t"),
];

fn binary_of(kind: Option<&str>, body: &[u8]) -> Map<String, Value> {
    let kind = kind.map(|kind| ("content-type", kind));
    let headers: Vec<_> = BINARY.into_iter().chain(kind).collect();
    deliver(&headers, body).unwrap().remove(0).detail
}

#[test]
fn attributes_keep_to_the_specification() {
    let long = "x".repeat(2049);
    for (name, good, bad) in [
        ("specversion", json!("1.0"), json!("1.1")),
        ("id", json!("x y"), json!("")),
        ("source", json!("urn:uuid:6e8bc430"), json!("a b")),
        ("source", json!("../ci?x=1#y"), json!(long)),
        ("type", json!("org.example.deploy"), json!("x".repeat(257))),
        (
            "time",
            json!("2026-11-21T10:00:00+01:00"),
            json!("2026-11-21"),
        ),
        (
            "dataschema",
            json!("https://example.org/a.json"),
            json!("<a>"),
        ),
        ("datacontenttype", json!("text/xml"), json!("xml")),
        ("subject", json!("größer"), json!("a\nb")),
        ("attempt", json!(2), json!(2.5)),
        ("last", json!(true), json!([true])),
        ("note", json!("any text"), json!({})),
        ("data_base64", json!("AQID"), json!("A?")),
    ] {
        assert!(structured_with(name, good).is_ok(), "{name}");
        let refused = structured_with(name, bad).unwrap_err();
        let [problem] = refused.problems() else {
            panic!("{name}: {refused}");
        };
        assert_eq!(problem.pointer, format!("/{name}"));
    }
}

#[test]
fn names_have_lower_case_letters_and_digits() {
    for bad in ["Attempt", "trace-parent", "a_b", "é", ""] {
        assert!(structured_with(bad, json!("x")).is_err(), "{bad}");
    }
    assert!(structured_with("a1", json!("x")).is_ok());
}

#[test]
fn what_is_null_is_not_there() {
    for name in [
        "subject",
        "time",
        "data",
        "data_base64",
        "attempt",
        "Attempt",
    ] {
        let draft = structured_with(name, json!(null)).unwrap().remove(0);
        assert_eq!(draft.detail.len(), 3, "{name}");
    }
    for name in ["specversion", "id", "source", "type"] {
        let refused = structured_with(name, json!(null)).unwrap_err();
        assert_eq!(refused.why(), format!("/{name}: is missing"));
    }
}

#[test]
fn a_batch_has_a_bounded_number_of_events() {
    let batch = |count: usize| {
        let events: Vec<Value> = (0..count)
            .map(|id| with("id", json!(id.to_string())))
            .collect();
        deliver(
            &[("content-type", BATCH)],
            Value::from(events).to_string().as_bytes(),
        )
    };
    assert_eq!(batch(MOST_EVENTS).unwrap().len(), MOST_EVENTS);
    let refused = batch(MOST_EVENTS + 1).unwrap_err();
    assert_eq!(
        refused.why(),
        "has 501 events; at most 500 are taken at once"
    );
    let refused = deliver(&[("content-type", BATCH)], b"{}").unwrap_err();
    assert_eq!(refused.why(), "must be a list, not an object");
}

#[test]
fn in_binary_mode_the_body_is_the_data() {
    let json_body = br#"{"a":1}"#;
    for (kind, body, name, expected) in [
        (
            Some("application/json"),
            &json_body[..],
            "data",
            json!({ "a": 1 }),
        ),
        (
            Some("application/vnd.a+json; x=y"),
            json_body,
            "data",
            json!({ "a": 1 }),
        ),
        (Some("text/plain"), b"full", "data", json!("full")),
        (Some("text/plain"), b"\xff", "data_base64", json!("/w==")),
        (
            Some("image/png"),
            b"\x89PNG",
            "data_base64",
            json!("iVBORw=="),
        ),
        (None, b"full", "data_base64", json!("ZnVsbA==")),
    ] {
        assert_eq!(binary_of(kind, body).get(name), Some(&expected), "{kind:?}");
    }
    let nothing = binary_of(None, b"");
    assert!(!nothing.contains_key("data") && !nothing.contains_key("data_base64"));
}

#[test]
fn in_binary_mode_too_the_body_is_bounded_and_json_where_it_says_so() {
    let kinded = |kind, body: &[u8]| {
        let headers: Vec<_> = BINARY.into_iter().chain([("content-type", kind)]).collect();
        deliver(&headers, body).unwrap_err().why()
    };
    let large = vec![b'x'; body::MOST_BYTES + 1];
    for kind in ["image/png", "text/plain", "application/json"] {
        assert!(
            kinded(kind, &large).starts_with("is 262145 bytes long"),
            "{kind}"
        );
    }
    assert!(kinded("application/json", b"{").starts_with("is not JSON"));
}

#[test]
fn header_values_are_percent_encoded() {
    for (value, text) in [
        ("caf%C3%A9%20bar", "café bar"),
        ("\"quoted\"", "quoted"),
        ("100%", "100%"),
        ("%FF", "\u{fffd}"),
    ] {
        assert_eq!(decoded(value), text, "{value}");
    }
}
