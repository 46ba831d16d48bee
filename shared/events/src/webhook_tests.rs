#[path = "webhook_bounds_tests.rs"]
mod bounds;

use serde_json::json;

use super::*;

fn source(format: Format) -> Source {
    Source {
        name: EventSourceName::parse("monitoring").unwrap(),
        format,
        tenant: TenantId::parse("shop").unwrap(),
    }
}

fn received() -> Timestamp {
    "2026-11-21T10:00:00Z".parse().unwrap()
}

fn read_with(format: Format, headers: &[(&str, &str)], body: &[u8]) -> Result<Vec<Event>, Refused> {
    let headers = Headers::new(headers.iter().copied());
    let delivery = Delivery {
        headers: &headers,
        body,
        received_at: received(),
    };
    read(&source(format), &delivery)
}

fn events(format: Format, body: &Value) -> Vec<Event> {
    let kind = [("content-type", "application/cloudevents+json")];
    read_with(format, &kind, body.to_string().as_bytes()).unwrap()
}

fn why(format: Format, body: &Value) -> String {
    let kind = [("content-type", "application/cloudevents+json")];
    let refused = read_with(format, &kind, body.to_string().as_bytes());
    refused.unwrap_err().why()
}

fn alert(more: &Value) -> Value {
    let mut alert = json!({
        "status": "firing",
        "labels": { "alertname": "DiskFull" },
        "startsAt": "2026-11-21T09:00:00Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "fingerprint": "c6eadffa33fcdf37"
    });
    for (name, value) in more.as_object().unwrap() {
        alert[name] = value.clone();
    }
    json!({ "version": "4", "alerts": [alert] })
}

fn one(format: Format, body: &Value) -> Event {
    let mut events = events(format, body);
    assert_eq!(events.len(), 1);
    events.remove(0)
}

fn alerted(more: &Value) -> Event {
    one(Format::Alertmanager, &alert(more))
}

fn cloud_event(more: &Value) -> Value {
    let mut event = json!({
        "specversion": "1.0", "id": "1", "source": "/disks", "type": "org.example.disk.full"
    });
    for (name, value) in more.as_object().unwrap() {
        event[name] = value.clone();
    }
    event
}

#[test]
fn the_tenant_is_the_sources_whatever_a_body_says() {
    let lies = json!({
        "groundplane.dev/tenant": "other", "groundplane": { "dev/tenant": "other" },
        "tenant": "other"
    });
    let mut alerts = alert(&json!({ "labels": { "groundplane.dev/tenant": "other" } }));
    alerts["groundplane.dev/tenant"] = json!("other");
    for event in [
        one(Format::Json, &lies),
        one(Format::Alertmanager, &alerts),
        one(Format::Grafana, &alerts),
        one(
            Format::CloudEvents,
            &cloud_event(&json!({ "data": lies, "tenant": "other" })),
        ),
    ] {
        assert_eq!(event.detail[Event::TENANT], "shop", "{event:?}");
        assert_eq!(event.detail.get("groundplane"), None, "{event:?}");
        assert_eq!(event.source, "webhook.monitoring");
    }
}

#[test]
fn an_event_is_meant_for_the_instance_that_it_names() {
    let named = |name: &str| {
        let labels = json!({ "labels": { "groundplane_instance": name } });
        [
            alerted(&labels),
            one(Format::Json, &json!({ "groundplane_instance": name })),
            one(Format::Json, &json!({ "groundplane.dev/instance": name })),
            one(
                Format::CloudEvents,
                &cloud_event(&json!({ "subject": name })),
            ),
            one(
                Format::CloudEvents,
                &cloud_event(&json!({ "groundplaneinstance": name })),
            ),
        ]
    };
    for event in named("web-service.dev") {
        assert_eq!(
            event.detail[Event::INSTANCE],
            "web-service.dev",
            "{event:?}"
        );
    }
    for event in named("web service") {
        assert_eq!(event.detail.get(Event::INSTANCE), None, "{event:?}");
    }
}

#[test]
fn a_cloud_event_about_an_arn_is_about_that_resource() {
    let arn = "arn:aws:s3:::orders";
    let event = one(
        Format::CloudEvents,
        &cloud_event(&json!({ "subject": arn })),
    );
    assert_eq!(crate::subjects(&event), [arn]);
}

#[test]
fn an_alert_that_is_sent_again_is_the_same_event() {
    let first = alerted(&json!({}));
    let again = alerted(&json!({ "annotations": { "value": "97 %" }, "generatorURL": "x" }));
    assert_eq!(first.id, again.id);
    assert_eq!(first.id.len(), 32);
}

#[test]
fn another_time_status_alert_or_source_is_another_event() {
    let first = alerted(&json!({}));
    for other in [
        alerted(&json!({ "startsAt": "2026-11-21T09:00:01Z" })),
        alerted(&json!({ "status": "resolved", "endsAt": "2026-11-21T09:30:00Z" })),
        alerted(&json!({ "fingerprint": "0000000000000000" })),
    ] {
        assert_ne!(first.id, other.id, "{other:?}");
    }
    let mut elsewhere = source(Format::Alertmanager);
    let body = alert(&json!({})).to_string();
    let headers = Headers::default();
    let delivery = Delivery {
        headers: &headers,
        body: body.as_bytes(),
        received_at: received(),
    };
    let here = read(&elsewhere, &delivery).unwrap();
    elsewhere.tenant = TenantId::parse("bank").unwrap();
    assert_ne!(read(&elsewhere, &delivery).unwrap()[0].id, here[0].id);
}

#[test]
fn the_same_moment_written_otherwise_is_the_same_event() {
    let utc = alerted(&json!({ "startsAt": "2026-11-21T09:00:00Z" }));
    let local = alerted(&json!({ "startsAt": "2026-11-21T10:00:00.000+01:00" }));
    assert_eq!((utc.id, utc.time), (local.id, local.time));
}

#[test]
fn an_alert_without_a_fingerprint_is_told_by_its_labels() {
    let labelled = |labels: Value| alerted(&json!({ "fingerprint": null, "labels": labels }));
    let one = labelled(json!({ "a": "1", "b": "2" }));
    assert_eq!(one.id, labelled(json!({ "b": "2", "a": "1" })).id);
    assert_ne!(one.id, labelled(json!({ "a": "1", "b": "3" })).id);
}

#[test]
fn an_event_happened_when_it_says_but_not_after_it_came() {
    let at = |event: Event| event.time.to_string();
    let fires = |starts_at: &str| at(alerted(&json!({ "startsAt": starts_at })));
    assert_eq!(fires("2026-11-21T09:00:00Z"), "2026-11-21T09:00:00Z");
    for other in ["2099-01-01T00:00:00Z", "soon", "0001-01-01T00:00:00Z"] {
        assert_eq!(fires(other), received().to_string(), "{other}");
    }
    let resolved = json!({ "status": "resolved", "endsAt": "2026-11-21T09:30:00Z" });
    assert_eq!(at(alerted(&resolved)), "2026-11-21T09:30:00Z");
    let body = json!({ "timestamp": "2026-11-21T08:00:00Z" });
    assert_eq!(at(one(Format::Json, &body)), "2026-11-21T08:00:00Z");
    let body = json!({ "timestamp": "?", "time": "2026-11-21T08:00:00Z" });
    assert_eq!(at(one(Format::Json, &body)), "2026-11-21T08:00:00Z");
}

#[test]
fn json_is_told_by_the_senders_id_or_else_by_what_it_says() {
    let id = |headers: &[(&str, &str)], body: &str| {
        let events = read_with(Format::Json, headers, body.as_bytes());
        events.unwrap()[0].id.clone()
    };
    let sent = [("webhook-id", "msg_1")];
    assert_eq!(id(&sent, "{}"), id(&sent, "{\"attempt\":2}"));
    assert_ne!(id(&sent, "{}"), id(&[("webhook-id", "msg_2")], "{}"));
    let nested = "{\"a\": {\"b\": 1, \"c\": [2]}, \"d\": 3}";
    assert_eq!(
        id(&[], nested),
        id(&[], "{\"d\":3,\"a\":{\"c\":[2],\"b\":1}}")
    );
    assert_ne!(id(&[], "{\"a\":1}"), id(&[], "{\"a\":2}"));
}

#[test]
fn what_comes_twice_in_a_body_is_one_event() {
    let mut body = alert(&json!({}));
    let twice = body["alerts"][0].clone();
    body["alerts"].as_array_mut().unwrap().push(twice);
    assert_eq!(events(Format::Alertmanager, &body).len(), 1);
}

#[test]
fn a_body_has_at_most_five_hundred_alerts() {
    let alerts = |count: usize| {
        let alerts: Vec<Value> = (0..count)
            .map(|number| json!({ "status": "firing", "fingerprint": number.to_string() }))
            .collect();
        json!({ "version": "4", "alerts": alerts })
    };
    assert_eq!(events(Format::Alertmanager, &alerts(500)).len(), 500);
    assert_eq!(events(Format::Alertmanager, &alerts(0)).len(), 0);
    assert_eq!(
        why(Format::Grafana, &alerts(501)),
        "/alerts: has 501 alerts; at most 500 are taken at once"
    );
}

#[test]
fn a_status_that_is_no_status_is_told_with_the_nearest() {
    let body = alert(&json!({ "status": "resolvd" }));
    assert_eq!(
        why(Format::Alertmanager, &body),
        "/alerts/0/status: must be `firing` or `resolved`, not `resolvd` (did you mean `resolved`?)"
    );
}

#[test]
fn formats_have_the_names_that_sources_give() {
    for format in Format::ALL {
        assert_eq!(format.as_str().parse(), Ok(format));
        let stored = serde_json::to_value(format).unwrap();
        assert_eq!(stored, json!(format.to_string()));
        assert_eq!(serde_json::from_value::<Format>(stored).unwrap(), format);
    }
    let unknown = "nagios".parse::<Format>().unwrap_err().to_string();
    assert!(unknown.starts_with("`nagios` is not a format: it must be `alertmanager`,"));
}
