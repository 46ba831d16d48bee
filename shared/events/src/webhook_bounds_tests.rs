//! Tests of the bounds: what is taken gets through the bus, and nothing more is taken.

use super::*;

#[test]
fn a_body_that_grows_beyond_what_an_event_may_have_is_refused() {
    let numbers = vec!["1e14"; 50_000].join(",");
    let body = format!("[{numbers}]");
    assert!(body.len() < body::MOST_BYTES);
    let refused = read_with(Format::Json, &[], body.as_bytes()).unwrap_err();
    let why = refused.why();
    assert!(
        why.ends_with("bytes long as an event; at most 261120 are taken"),
        "{why}"
    );
}

/// The event as the queue behind the bus has it: what the bus adds is as long as it can be.
fn behind_the_bus(event: &Event) -> String {
    let delivered = Event {
        id: "8f2d0a52-6c35-4b3c-9a55-1f3f0f6f5b11".to_owned(),
        account: "123456789012".to_owned(),
        region: "us-isob-northeast-1".to_owned(),
        detail: event.detail_for_bus(),
        ..event.clone()
    };
    serde_json::to_string(&delivered).unwrap()
}

#[test]
fn what_is_taken_at_the_edge_gets_through_the_bus_and_one_byte_more_is_refused() {
    let text = |bytes: usize| format!("\"{}\"", "x".repeat(bytes - 2));
    let send = |bytes: usize| read_with(Format::Json, &[], text(bytes).as_bytes());
    let around = event_bytes(&send(2).unwrap()[0]) - 2;
    let most = MOST_EVENT_BYTES - around;
    let events = send(most).unwrap();
    assert_eq!(event_bytes(&events[0]), MOST_EVENT_BYTES);
    let arrived = behind_the_bus(&events[0]);
    assert!(arrived.len() <= crate::envelope::MOST_BYTES);
    let arrived = crate::envelope::parse(&arrived).unwrap();
    assert_eq!(arrived.own_id(), events[0].id);
    for bytes in [most + 1, body::MOST_BYTES] {
        let why = send(bytes).unwrap_err().why();
        let long = bytes + around;
        let expected = format!("is {long} bytes long as an event; at most 261120 are taken");
        assert_eq!(why, expected);
    }
}

#[test]
fn of_many_events_the_one_that_is_too_large_is_named() {
    let large = json!({"summary": "x".repeat(MOST_EVENT_BYTES)});
    let mut body = alert(&json!({}));
    let mut second = body["alerts"][0].clone();
    second["annotations"] = large;
    second["startsAt"] = json!("2026-11-21T09:30:00Z");
    body["alerts"].as_array_mut().unwrap().push(second);
    let why = why(Format::Alertmanager, &body);
    assert!(why.starts_with("/alerts/1: is 261"), "{why}");
}

#[test]
fn what_is_nested_as_deep_as_may_be_gets_through_the_bus_and_one_level_more_is_refused() {
    let nested = |levels| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    let send = |levels| read_with(Format::Json, &[], nested(levels).as_bytes());
    let events = send(62).unwrap();
    assert!(crate::envelope::parse(&behind_the_bus(&events[0])).is_ok());
    for levels in [63, 64] {
        let why = send(levels).unwrap_err().why();
        assert_eq!(why, "is nested deeper than 64 levels as an event");
    }
    assert_eq!(
        send(65).unwrap_err().why(),
        "is nested deeper than 64 levels"
    );
}
