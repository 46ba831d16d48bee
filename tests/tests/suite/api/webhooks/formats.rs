//! What becomes of the bodies of each format, and of those that are none.

use groundplane_events::envelope;

use super::*;

/// An alert for the instance `web-service.dev`.
fn alert(fingerprint: &str) -> Value {
    json!({
        "status": "firing",
        "labels": {"alertname": "HighErrorRate", "groundplane_instance": "web-service.dev"},
        "annotations": {},
        "startsAt": "2025-12-31T23:59:00Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://prometheus.example.org/graph",
        "fingerprint": fingerprint,
    })
}

fn alerts(alerts: &[Value]) -> String {
    let notification = json!({
        "version": "4", "groupKey": "{}:{}", "truncatedAlerts": 0, "status": "firing",
        "receiver": "groundplane", "groupLabels": {}, "commonLabels": {}, "commonAnnotations": {},
        "externalURL": "http://alertmanager.example.org", "alerts": alerts,
    });
    notification.to_string()
}

#[tokio::test]
async fn each_alert_becomes_one_event_with_an_id_of_its_own() {
    for format in ["alertmanager", "grafana"] {
        let gate = Gate::start().await;
        let token = gate.api.register("disks", format, "bearer").await;
        let body = alerts(&[alert("a1"), alert("a2")]);
        let call = webhook(body).with("authorization", format!("Bearer {token}"));
        gate.taken(call.clone(), 2).await;
        // Notified again, hours later, they are the same ones.
        gate.api.system.advance(jiff::SignedDuration::from_hours(4));
        gate.taken(call, 2).await;
        let ids: Vec<String> = gate
            .bus
            .events()
            .into_iter()
            .map(|event| event.id)
            .collect();
        let [a, b, again_a, again_b] = ids.as_slice() else {
            panic!("{ids:?}");
        };
        assert_eq!((a, b), (again_a, again_b));
        assert_ne!(a, b);
        let event = &gate.bus.events()[0];
        assert_eq!(event.detail_type, "Alert");
        assert_eq!(event.time.to_string(), "2025-12-31T23:59:00Z");
        assert_eq!(event.detail[Event::INSTANCE], "web-service.dev");
        assert_eq!(event.detail[Event::TENANT], "acme");
    }
}

#[tokio::test]
async fn cloud_events_come_alone_and_in_batches() {
    let gate = Gate::start().await;
    let secret = gate.api.register("disks", "cloudevents", "signature").await;
    let event =
        |id: &str| json!({"specversion": "1.0", "id": id, "source": "/ci", "type": "build.failed"});
    let as_type = |mut call: Call, media_type: &str| {
        call.headers.retain(|(name, _)| *name != "content-type");
        call.with("content-type", media_type)
    };
    let one = gate.signed(&secret, "msg_1", &event("1").to_string());
    gate.taken(as_type(one, "application/cloudevents+json"), 1)
        .await;
    let body = json!([event("2"), event("3")]).to_string();
    let batch = gate.signed(&secret, "msg_2", &body);
    gate.taken(as_type(batch, "application/cloudevents-batch+json"), 2)
        .await;
    let events = gate.bus.events();
    assert!(
        events
            .iter()
            .all(|event| event.detail_type == "build.failed")
    );
    assert_eq!(events.len(), 3);
}

#[tokio::test]
async fn whatever_a_body_says_its_events_are_of_the_tenant_of_its_source() {
    let gate = Gate::start().await;
    let secret = gate.api.register("disks", "json", "signature").await;
    let body = json!({
        "groundplane_instance": "web-service.dev",
        "groundplane.dev/tenant": "umbrella",
        "groundplane.dev/event-id": "forged",
        "tenant": "umbrella",
        "detail": {"groundplane.dev/tenant": "umbrella"},
    });
    gate.taken(gate.signed(&secret, "msg_1", &body.to_string()), 1)
        .await;
    let event = &gate.bus.events()[0];
    assert_eq!(event.detail[Event::TENANT], "acme");
    assert_eq!(event.detail.get(Event::ID), None);
    // What is put on the bus is an event that the router takes, under its own id.
    let delivered = json!({
        "version": "0", "id": "of-the-bus", "source": event.source,
        "detail-type": event.detail_type, "time": event.time, "resources": event.resources,
        "detail": event.detail_for_bus(),
    });
    let routed = envelope::parse(&delivered.to_string()).unwrap();
    assert_eq!(routed.own_id(), event.id);
}

#[tokio::test]
async fn a_body_that_is_not_what_the_source_sends_is_refused_with_all_its_problems() {
    let gate = Gate::start().await;
    let secret = gate.api.register("disks", "json", "signature").await;
    for body in ["", "{", "no json", "\u{0}"] {
        let problem = gate.refused(gate.signed(&secret, "msg_1", body), 422).await;
        assert_eq!(problem["detail"], "the body is not what the source sends");
        assert!(
            problem["problems"][0]["message"]
                .as_str()
                .unwrap()
                .starts_with("is not JSON")
        );
    }
    // It was not taken, so what is sent under the same id later is no repetition.
    gate.taken(gate.signed(&secret, "msg_1", "{}"), 1).await;

    let token = gate.api.register("alerts", "alertmanager", "bearer").await;
    let mut wrong = alert("a1");
    wrong["status"] = json!("burning");
    wrong["labels"] = json!([]);
    let call = webhook(alerts(&[wrong])).with("authorization", format!("Bearer {token}"));
    let problem = gate.refused(to("acme.alerts", call), 422).await;
    let problems = problem["problems"].as_array().unwrap();
    let pointers: Vec<&str> = problems
        .iter()
        .map(|one| one["pointer"].as_str().unwrap())
        .collect();
    for pointer in ["/alerts/0/status", "/alerts/0/labels"] {
        assert!(pointers.contains(&pointer), "{problem}");
    }
}

#[tokio::test]
async fn a_body_has_256_kib_at_the_most() {
    let gate = Gate::start().await;
    let secret = gate.api.register("disks", "json", "signature").await;
    let body = |bytes: usize| format!("\"{}\"", "x".repeat(bytes - 2));
    let largest = gate.signed(
        &secret,
        "msg_1",
        &body(groundplane_receive_webhook::MAX_BODY),
    );
    // With what the event has around it, it is too long for the bus, and it says so.
    let problem = gate.refused(largest, 422).await;
    assert!(problem.to_string().contains("as an event"), "{problem}");
    let larger = body(groundplane_receive_webhook::MAX_BODY + 1);
    let problem = gate
        .refused(gate.signed(&secret, "msg_1", &larger), 413)
        .await;
    assert_eq!(problem["detail"], "the body is larger than 256 KiB");
    gate.taken(gate.signed(&secret, "msg_1", &body(200 * 1024)), 1)
        .await;
}

#[tokio::test]
async fn nothing_but_a_webhook_is_answered() {
    let gate = Gate::start().await;
    for (method, uri, status) in [
        (Method::GET, "/v1/webhooks/acme.disks", 405),
        (Method::POST, "/v1/webhooks/", 404),
        (Method::POST, "/v1/webhooks/acme.disks/x", 404),
        (Method::GET, "/v1/instances", 404),
    ] {
        assert_eq!(
            gate.send(call(method, uri, "")).await.status,
            status,
            "{uri}"
        );
    }
}
