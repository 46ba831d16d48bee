//! What comes from outside by other ways than AWS's events: a webhook of a monitoring system, and
//! what a poller sees.

use std::time::Duration;

use groundplane_events::signature::Secret;
use serde_json::{Value, json};

use super::cloud::Cloud;
use super::command::Platform;
use super::lives::Service;
use super::{patient, spec};

/// How long the poller's schedule and the way of its event may take.
const PATIENCE: Duration = Duration::from_secs(150);

/// The entries in the log of an instance with this detail-type.
pub(super) fn logged(platform: &Platform, instance: &str, kind: &str) -> Vec<Value> {
    let log = platform
        .get(&format!("/v1/instances/{instance}/events"))
        .body;
    let items = log["items"].as_array().unwrap();
    items
        .iter()
        .filter(|it| it["detailType"] == kind)
        .cloned()
        .collect()
}

/// Makes a source of webhooks; gives its path and its secret.
fn source(platform: &Platform, name: &str, format: &str, auth: &str) -> (String, String) {
    let made = platform.run(&[
        "event-source",
        "create",
        name,
        "--format",
        format,
        "--auth",
        auth,
        "-o",
        "json",
    ]);
    assert_eq!(made.code, 0, "{made:?}");
    let text = |field: &str| made.answer[field].as_str().unwrap().to_owned();
    (text("path"), text("secret"))
}

fn alert(status: &str) -> String {
    let ends = match status {
        "resolved" => "2026-11-21T10:00:00Z",
        _ => "0001-01-01T00:00:00Z",
    };
    json!({
        "version": "4", "status": status, "alerts": [{
            "status": status, "fingerprint": "7c9b2ae04d51f3e8",
            "labels": {"alertname": "Errors", "groundplane_instance": "outside.dev"},
            "annotations": {}, "startsAt": "2026-11-21T09:00:00Z", "endsAt": ends,
            "generatorURL": "http://prometheus.example.org/",
        }],
    })
    .to_string()
}

#[expect(
    clippy::disallowed_methods,
    reason = "the platform under test has the real time"
)]
fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

#[test]
#[ignore = "needs the local AWS: cargo xtask test"]
fn webhooks_and_pollers_reach_the_instance_that_they_are_about() {
    let (platform, cloud) = (Platform::from_env(), Cloud::from_env());
    let first = platform.run_with(&spec("outside"), &["deploy", "-", "--wait", "-o", "json"]);
    assert_eq!(first.code, 0, "{first:?}");
    let state = |state: &str| {
        let shown = platform.get("/v1/instances/outside.dev").body;
        (shown["life"]["state"] == state).then_some(shown)
    };
    let shown = patient(PATIENCE, || state("healthy"));

    // Alertmanager, with a token of its own; what it repeats counts once, what is forged not at all.
    let (path, secret) = source(&platform, "alerts", "alertmanager", "bearer");
    let forged = platform.webhook(
        &path,
        &[("authorization", "Bearer gpw_wrong")],
        &alert("firing"),
    );
    assert_eq!(forged, 401);
    let bearer = format!("Bearer {secret}");
    for _ in 0..2 {
        let sent = platform.webhook(&path, &[("authorization", &bearer)], &alert("firing"));
        assert_eq!(sent, 202);
    }
    patient(PATIENCE, || state("degraded"));
    assert_eq!(logged(&platform, "outside.dev", "Alert").len(), 1);
    assert_eq!(
        platform.webhook(&path, &[("authorization", &bearer)], &alert("resolved")),
        202
    );
    patient(PATIENCE, || state("healthy"));

    // A pipeline that signs as Standard Webhooks says; the same delivery again is not taken again.
    let (path, secret) = source(&platform, "pipeline", "json", "signature");
    let body = json!({"groundplane_instance": "outside.dev", "build": 7}).to_string();
    let at = now();
    let signature = Secret::parse(&secret)
        .unwrap()
        .sign("msg-1", at, body.as_bytes());
    let timestamp = at.as_second().to_string();
    let headers = [
        ("webhook-id", "msg-1"),
        ("webhook-timestamp", timestamp.as_str()),
        ("webhook-signature", signature.as_str()),
    ];
    assert_eq!(platform.webhook(&path, &headers, &body), 202);
    assert_eq!(platform.webhook(&path, &headers, &body), 200);
    patient(PATIENCE, || {
        logged(&platform, "outside.dev", "Webhook").pop()
    });

    // The platform's own lifecycle: stopped, and started again.
    for (operation, end) in [("stop", "stopped"), ("start", "healthy")] {
        let run = platform.run(&["run", "outside.dev", operation, "-o", "json"]);
        assert_eq!(run.code, 0, "{run:?}");
        patient(PATIENCE, || state(end));
    }

    // Somebody removes the service: nothing pushes that, so it is the poller that tells.
    let arn = shown["outputs"]["compute.service.arn"].as_str().unwrap();
    let service = Service::read(arn);
    let target = "AmazonEC2ContainerServiceV20141113.DeleteService";
    let gone = json!({"cluster": service.cluster, "service": service.name, "force": true});
    cloud.call("ecs", target, &gone);
    let told = patient(PATIENCE, || {
        logged(&platform, "outside.dev", "Service Health").pop()
    });
    assert_eq!(told["source"], "groundplane.poller", "{told}");
}
