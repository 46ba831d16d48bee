use serde_json::json;

use super::*;

fn task_stopped() -> Value {
    json!({
        "version": "0",
        "id": "8f2d0a52-6c35-4b3c-9a55-1f3f0f6f5b11",
        "detail-type": "ECS Task State Change",
        "source": "aws.ecs",
        "account": "123456789012",
        "time": "2026-11-21T10:00:00Z",
        "region": "eu-central-1",
        "resources": ["arn:aws:ecs:eu-central-1:123456789012:task/main/4f1c"],
        "detail": { "lastStatus": "STOPPED", "containers": [{ "exitCode": 137 }] }
    })
}

fn with(name: &str, value: Value) -> Value {
    let mut envelope = task_stopped();
    envelope[name] = value;
    envelope
}

fn why(envelope: &Value) -> String {
    parse(&envelope.to_string()).unwrap_err().why()
}

#[test]
fn what_eventbridge_sends_is_an_event() {
    let event = parse(&task_stopped().to_string()).unwrap();
    assert_eq!(event.id, "8f2d0a52-6c35-4b3c-9a55-1f3f0f6f5b11");
    assert_eq!(event.detail_type, "ECS Task State Change");
    assert_eq!(event.time.to_string(), "2026-11-21T10:00:00Z");
    assert_eq!(event.detail["containers"][0]["exitCode"], 137);
    assert_eq!(serde_json::to_value(event).unwrap(), task_stopped());
}

#[test]
fn fields_that_the_envelope_does_not_know_are_passed_over() {
    let mut envelope = with("replay-name", json!("again"));
    envelope["trace-header"] = json!({ "Root": 1 });
    let event = parse(&envelope.to_string()).unwrap();
    assert_eq!(serde_json::to_value(event).unwrap(), task_stopped());
}

#[test]
fn what_need_not_be_there_may_be_missing() {
    let envelope = json!({
        "id": "a", "source": "shop.orders", "detail-type": "Order Lost",
        "time": "2026-11-21T10:00:00.25+01:00", "detail": {}, "resources": null
    });
    let event = parse(&envelope.to_string()).unwrap();
    assert_eq!((event.version.as_str(), event.region.as_str()), ("0", ""));
    assert_eq!(event.time.to_string(), "2026-11-21T09:00:00.25Z");
    assert!(event.resources.is_empty());
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let envelope = json!({
        "version": 0, "id": "", "source": "a\nb", "time": "yesterday", "region": ["x"],
        "account": "1".repeat(300), "resources": ["arn:a", 5, "a\u{1}"], "detail": "text"
    });
    assert_eq!(
        why(&envelope).split("; ").collect::<Vec<_>>(),
        [
            "/version: must be text, not `0`",
            "/id: is empty",
            "/source: has a control character: `a\\nb`",
            "/detail-type: is missing",
            "/account: is 300 bytes long",
            "at most 256 are taken",
            "/time: must be a time such as `2026-11-21T10:00:00Z`, not `yesterday`",
            "/region: must be text, not a list",
            "/resources/1: must be text, not `5`",
            "/resources/2: has a control character: `a\\u{1}`",
            "/detail: must be an object, not `text`",
        ]
    );
}

#[test]
fn what_is_missing_is_named() {
    assert_eq!(
        why(&json!({})),
        "/id: is missing; /source: is missing; /detail-type: is missing; /time: is missing; \
         /detail: is missing"
    );
    assert_eq!(why(&json!([])), "must be an object, not a list");
}

#[test]
fn short_fields_are_short() {
    for name in ["id", "source", "detail-type"] {
        let longest = with(name, json!("x".repeat(MOST_SHORT)));
        assert!(parse(&longest.to_string()).is_ok(), "{name}");
        let longer = with(name, json!("x".repeat(MOST_SHORT + 1)));
        let expected = format!("/{name}: is 257 bytes long; at most 256 are taken");
        assert_eq!(why(&longer), expected);
    }
    let longer = with("resources", json!(["x".repeat(2049)]));
    assert!(why(&longer).starts_with("/resources/0: is 2049 bytes long"));
}

#[test]
fn an_event_is_at_most_256_kibibytes() {
    let empty = with("detail", json!({ "text": "" })).to_string().len();
    let filled = |bytes| with("detail", json!({ "text": "x".repeat(bytes) })).to_string();
    assert!(parse(&filled(MOST_BYTES - empty)).is_ok());
    let refused = parse(&filled(MOST_BYTES - empty + 1)).unwrap_err();
    assert!(refused.why().starts_with("is 262145 bytes long"));
    assert!(parse(&filled(1_000_000)).is_err());
}

#[test]
fn an_event_is_not_nested_without_end() {
    let nested = |levels: usize| {
        let list = format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        with("detail", json!({ "a": "?" }))
            .to_string()
            .replace("\"?\"", &list)
    };
    assert!(parse(&nested(62)).is_ok());
    assert!(
        parse(&nested(63))
            .unwrap_err()
            .why()
            .contains("nested deeper")
    );
    assert!(
        parse(&nested(100_000))
            .unwrap_err()
            .why()
            .contains("recursion limit")
    );
}
