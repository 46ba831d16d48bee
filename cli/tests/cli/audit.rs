//! `groundplane audit`.

use serde_json::{Value, json};

use crate::answers::page;
use crate::platform::{Platform, Reply};
use crate::scene::Scene;

const AUDIT: &str = "GET /v1/audit";

fn entry(subject: &str, action: &str, outcome: &str) -> Value {
    let is_denied = outcome == "denied";
    json!({
        "at": "2026-11-21T08:00:00Z", "correlation": "JKJaXmPLvHcESHA=", "part": 0,
        "actor": {"subject": subject, "tenant": "acme", "roles": ["user"], "address": "192.0.2.1"},
        "action": action, "object": "instances/web-service.dev", "request": "POST /v1/instances",
        "allowed": !is_denied, "policies": if is_denied { json!([]) } else { json!(["user"]) },
        "outcome": outcome, "changes": [], "keptUntil": "2027-11-21T08:00:00Z",
    })
}

#[test]
fn who_did_what_is_a_table() {
    let entries = [
        entry("dev-1", "instance:deploy", "changed"),
        entry("evil\u{1b}[2J", "ground:manage", "denied"),
    ];
    let platform = Platform::start().on(AUDIT, [page(&entries, None)]);
    let line = [
        "audit",
        "--object",
        "instances/web-service.dev",
        "--actor",
        "dev-1",
        "--since",
        "7d",
        "--tenant",
        "acme",
    ];
    let ended = Scene::with(&platform).run(&line);
    insta::assert_snapshot!("audit", ended.transcript());
    let asked = "GET /v1/audit?since=604800s&object=instances%2Fweb-service.dev&actor=dev-1&tenant=acme&limit=200";
    assert_eq!(platform.lines(), [asked]);
}

#[test]
fn a_day_in_which_nobody_did_anything_is_said_to_be_one() {
    let platform = Platform::start().on(AUDIT, [page(&[], None)]);
    let ended = Scene::with(&platform).run(&["audit"]);
    insta::assert_snapshot!("audit-nothing", ended.transcript());
}

#[test]
fn whoever_may_not_ask_is_told_which_action_it_takes() {
    let detail = "you may not `audit:read`: your roles do not allow it: `user`";
    let body =
        json!({"type": "about:blank", "title": "Forbidden", "status": 403, "detail": detail});
    let denied = Reply::problem(403, &body);
    let platform = Platform::start().on(AUDIT, [denied]);
    let ended = Scene::with(&platform).run(&["audit"]);
    insta::assert_snapshot!("audit-denied", ended.transcript());
}
