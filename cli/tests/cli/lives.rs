//! `groundplane lifecycle`, `events`, `history`, `run`, `signal`.

use serde_json::{Value, json};

use crate::answers::page;
use crate::platform::{Platform, Reply};
use crate::scene::Scene;

const LIFECYCLE: &str = "
apiVersion: groundplane.dev/v1
kind: Lifecycle
metadata: { name: web-service, version: 1.2.0 }
spec:
  initial: healthy
  states:
    healthy: {}
    degraded: { timeout: { after: 10m, signal: escalate } }
    failing-over: {}
  transitions:
    - { from: healthy, on: failure, to: degraded }
    - { from: [degraded, failing-over], on: recovered, to: healthy }
    - { from: degraded, on: escalate, to: failing-over, run: failover, onFailure: degraded }
  routes:
    - pattern: { source: [aws.ecs], detail: { lastStatus: [STOPPED] } }
      filter: event.detail.containers.exists(c, has(c.exitCode) && c.exitCode != 0)
      signal: failure
    - pattern: { source: [aws.cloudwatch], detail: { state: { value: [OK] } } }
      signal: recovered
";

fn event(id: &str, time: &str, source: &str, detail: &Value) -> String {
    json!({
        "version": "0", "id": id, "source": source, "detail-type": "Something", "account": "1",
        "region": "x", "time": time, "resources": [], "detail": detail,
    })
    .to_string()
}

fn stopped(id: &str, code: i32) -> String {
    let detail = json!({"lastStatus": "STOPPED", "containers": [{"exitCode": code}]});
    event(id, "2026-11-21T10:00:00Z", "aws.ecs", &detail)
}

fn over() -> String {
    let detail = json!({"state": {"value": "OK"}});
    event("over", "2026-11-21T10:15:00Z", "aws.cloudwatch", &detail)
}

#[test]
fn a_simulation_needs_no_platform_and_shows_every_step() {
    let scene = Scene::empty()
        .file("web-service.yaml", LIFECYCLE)
        .file("fine.json", stopped("fine", 0))
        .file("bad.json", format!("[{}]", stopped("bad", 1)))
        .file("over.json", over());
    let line = [
        "lifecycle",
        "simulate",
        "web-service.yaml",
        "--event",
        "fine.json",
        "--event",
        "bad.json",
        "--event",
        "over.json",
        "-o",
        "json",
    ];
    let walked = scene.run(&line);
    assert_eq!(walked.code, 0, "{walked:?}");
    let steps = walked.json();
    let seen: Vec<(&str, &str)> = steps["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| {
            (
                step["verdict"].as_str().unwrap(),
                step["state"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("ignored", "healthy"),
            ("transition", "degraded"),
            ("transition", "degraded"),
            ("transition", "failing-over"),
            ("transition", "healthy"),
        ]
    );
    let text = scene.run(&line[..9]).output;
    for word in [
        "WHEN",
        "healthy → degraded",
        "failover",
        "Deadline",
        "no route matches",
    ] {
        assert!(text.contains(word), "{word}: {text}");
    }
}

#[test]
fn a_lifecycle_that_cannot_work_is_shown_with_every_place() {
    let wrong = LIFECYCLE
        .replace("to: degraded }", "to: degradd }")
        .replace("c.exitCode != 0)", "c.exitCode != )");
    let scene = Scene::empty()
        .file("web-service.yaml", wrong)
        .file("over.json", over());
    let line = [
        "lifecycle",
        "simulate",
        "web-service.yaml",
        "--event",
        "over.json",
    ];
    let refused = scene.run(&line);
    assert_eq!(refused.code, 2, "{refused:?}");
    for word in [
        "web-service.yaml:12:",
        "`degraded`",
        "/spec/routes/0/filter",
    ] {
        assert!(
            refused.progress.contains(word),
            "{word}: {}",
            refused.progress
        );
    }
}

#[test]
fn what_is_no_event_is_refused_with_its_file() {
    let scene = Scene::empty()
        .file("web-service.yaml", LIFECYCLE)
        .file("odd.json", "{\"id\": 1}")
        .file("text.json", "nothing");
    for file in ["odd.json", "text.json", "missing.json"] {
        let line = ["lifecycle", "simulate", "web-service.yaml", "--event", file];
        let refused = scene.run(&line);
        assert_eq!(refused.code, 2, "{refused:?}");
        assert!(refused.progress.contains(file), "{}", refused.progress);
    }
}

fn entry(decision: &str, to: Option<&str>) -> Value {
    json!({
        "event": "e-1", "again": false, "source": "aws.ecs",
        "detailType": "ECS Task State Change", "occurredAt": "2026-11-21T10:00:00Z",
        "receivedAt": "2026-11-21T10:00:01Z", "detailDigest": null, "route": 0,
        "signal": "failure", "operation": null, "by": "ada", "decision": decision,
        "why": "an\u{1b}[31m odd reason", "from": "healthy", "to": to, "run": null,
    })
}

#[test]
fn events_and_history_are_tables_without_control_characters() {
    let passage = json!({
        "number": 1, "from": "healthy", "to": "degraded", "outcome": "entered",
        "signal": "failure", "operation": null, "event": "e-1", "run": null, "cause": null,
        "at": "2026-11-21T10:00:01Z",
    });
    let platform = Platform::start()
        .on(
            "GET /v1/instances/web-service.dev/events",
            [page(&[entry("transition", Some("degraded"))], None)],
        )
        .on(
            "GET /v1/instances/web-service.dev/history",
            [page(&[passage], None)],
        );
    let scene = Scene::with(&platform);
    let events = scene.run(&["events", "web-service.dev"]);
    assert_eq!(events.code, 0, "{events:?}");
    assert!(
        events.output.contains("healthy → degraded"),
        "{}",
        events.output
    );
    assert!(!events.output.contains('\u{1b}'), "{}", events.output);
    let history = scene.run(&["history", "web-service.dev"]);
    assert!(
        history.output.contains("healthy → degraded"),
        "{}",
        history.output
    );
}

#[test]
fn an_operation_is_told_what_stands_on_the_command_line() {
    let call = "POST /v1/instances/web-service.dev/operations/scale";
    let begun = json!({
        "instance": "web-service.dev", "operation": "scale",
        "run": "run-00000000000000000000000000000000",
    });
    let platform = Platform::start().on(call, [Reply::json(202, &begun)]);
    let scene = Scene::with(&platform);
    let line = [
        "run",
        "web-service.dev",
        "scale",
        "desiredCount=4",
        "why=more people",
    ];
    let ran = scene.run(&line);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.output.contains("has begun as run-"), "{}", ran.output);
    let sent: Value = serde_json::from_str(&platform.asked()[0].body).unwrap();
    assert_eq!(sent, json!({"desiredCount": 4, "why": "more people"}));
}

#[test]
fn a_signal_says_what_it_did() {
    let call = "POST /v1/instances/web-service.dev/signals/failure";
    let platform = Platform::start().on(call, [Reply::json(200, &entry("ignored", None))]);
    let told = Scene::with(&platform).run(&["signal", "web-service.dev", "failure"]);
    assert_eq!(told.code, 0, "{told:?}");
    assert!(
        told.output.starts_with("ignored: healthy ("),
        "{}",
        told.output
    );
}
