//! `groundplane approve`, `reject`, `cancel`, `retry` and `rollback`.

use serde_json::{Value, json};

use crate::answers::{DEPLOYMENT, ROUTE, accepted, deployment, instance, step};
use crate::plans::answer as preview;
use crate::platform::{Platform, Reply};
use crate::scene::Scene;

const INSTANCE: &str = "GET /v1/instances/web-service.dev";
const LOOK_BACK: &str = "POST /v1/instances/web-service.dev:preview";
const ROLL_BACK: &str = "POST /v1/instances/web-service.dev:rollback";

fn on(verb: &str) -> String {
    format!("POST /v1/deployments/{DEPLOYMENT}:{verb}")
}

fn ahead() -> String {
    format!("{ROUTE}/preview")
}

/// A deployment that waits for an approval.
fn waiting() -> Value {
    let mut waiting = deployment("waiting", &[step("compute", "pending", None)]);
    waiting["planDigest"] = json!("sha256:5b2e");
    waiting["approval"] = json!({
        "since": "2026-11-21T08:00:02Z", "until": "2026-11-22T08:00:02Z",
        "selfApproval": false, "decision": null,
    });
    waiting["waitingFor"] = json!({
        "on": "approval",
        "what": "someone other than ada@example.com who approves its plan",
        "since": "2026-11-21T08:00:02Z", "until": "2026-11-22T08:00:02Z",
        "unblock": format!("`groundplane approve {DEPLOYMENT}` or `groundplane reject {DEPLOYMENT}`"),
    });
    waiting
}

fn platform(found: &Value) -> Platform {
    Platform::start()
        .on(INSTANCE, [Reply::json(200, &instance("deploying", "dev"))])
        .on(ROUTE, [Reply::json(200, found)])
        .on(&ahead(), [Reply::json(200, &preview())])
        .on(
            &on("approve"),
            [Reply::json(200, &deployment("running", &[]))],
        )
        .on(
            &on("reject"),
            [Reply::json(200, &deployment("running", &[]))],
        )
        .on(
            &on("cancel"),
            [Reply::json(200, &deployment("running", &[]))],
        )
        .on(&on("retry"), [accepted()])
        .on(LOOK_BACK, [Reply::json(200, &preview())])
        .on(ROLL_BACK, [accepted()])
}

fn sent(platform: &Platform, line: &str) -> Value {
    let asked = platform.asked();
    let found = asked.iter().find(|one| one.line == line);
    serde_json::from_str(&found.unwrap_or_else(|| panic!("{line} was not asked")).body).unwrap()
}

#[test]
fn what_is_approved_was_shown_and_its_name_was_typed() {
    let platform = platform(&waiting());
    let scene = Scene::with(&platform).types("web-service.dev\n");
    let ended = scene.run(&["approve", "web-service.dev"]);
    insta::assert_snapshot!("approve", ended.transcript());
    assert_eq!(
        sent(&platform, &on("approve")),
        json!({"plan": "sha256:5b2e"})
    );
}

#[test]
fn anything_else_that_is_typed_approves_nothing() {
    for typed in ["", "yes\n", "web-service\n"] {
        let platform = platform(&waiting());
        let scene = Scene::with(&platform).types(typed);
        let ended = scene.run(&["approve", DEPLOYMENT]);
        assert_eq!(ended.code, 1, "{typed:?}");
        assert!(ended.progress.contains("nothing was changed"), "{typed:?}");
        assert_eq!(platform.lines(), [ROUTE.to_owned(), ahead()]);
    }
}

#[test]
fn without_a_terminal_nothing_is_approved_or_rolled_back_unless_told_so() {
    let platform = platform(&waiting());
    let scene = Scene::with(&platform).pipes("web-service.dev\n");
    for line in [
        &["approve", "web-service.dev"][..],
        &["rollback", "web-service.dev", "--to", "2"],
    ] {
        let ended = scene.run(line);
        assert_eq!(ended.code, 2, "{line:?}");
        assert!(ended.progress.contains("pass --yes"), "{}", ended.progress);
    }
    assert!(platform.asked().is_empty());
    let told = ["approve", DEPLOYMENT, "--yes", "--plan", "sha256:other"];
    assert_eq!(scene.run(&told).code, 0);
    assert_eq!(
        sent(&platform, &on("approve")),
        json!({"plan": "sha256:other"})
    );
}

#[test]
fn a_deployment_that_is_not_planned_cannot_be_approved() {
    let platform = platform(&deployment("running", &[]));
    let ended = Scene::with(&platform).run(&["approve", DEPLOYMENT, "--yes"]);
    assert_eq!(ended.code, 2);
    assert!(ended.progress.contains("has no plan"), "{}", ended.progress);
}

#[test]
fn a_rejection_says_why() {
    let platform = platform(&waiting());
    let ended = Scene::with(&platform).run(&["reject", DEPLOYMENT, "--reason", "not on a Friday"]);
    insta::assert_snapshot!("reject", ended.transcript());
    let said = json!({"plan": "sha256:5b2e", "reason": "not on a Friday"});
    assert_eq!(sent(&platform, &on("reject")), said);
    let silent = Scene::with(&platform).run(&["reject", DEPLOYMENT]);
    assert_eq!(silent.code, 2);
}

#[test]
fn status_says_what_a_deployment_waits_for() {
    let platform = platform(&waiting());
    let ended = Scene::with(&platform).run(&["status", "web-service.dev"]);
    insta::assert_snapshot!("status-waiting", ended.transcript());
}

#[test]
fn a_cancelled_deployment_that_is_waited_for_is_no_failure() {
    let mut gone = deployment("failed", &[]);
    gone["cancelled"] = json!({"by": "kim", "at": "2026-11-21T08:00:05Z"});
    gone["error"] = json!({"name": "Groundplane.Cancelled", "cause": "cancelled by kim"});
    let scripted = platform(&gone);
    let scene = Scene::with(&scripted);
    let ended = scene.run(&["cancel", DEPLOYMENT, "--wait"]);
    insta::assert_snapshot!("cancel-wait", ended.transcript());
    assert_eq!(ended.code, 0);
    let plain = scene.run(&["cancel", "web-service.dev"]);
    insta::assert_snapshot!("cancel", plain.transcript());

    gone["cancelled"] = json!(null);
    let ended = Scene::with(&platform(&gone)).run(&["cancel", DEPLOYMENT, "--wait"]);
    assert_eq!(ended.code, 1, "it failed for another reason");
}

#[test]
fn what_cannot_be_cancelled_any_more_is_said() {
    let detail = json!({"detail": "`dep-1` has begun to remove something"});
    let platform = platform(&waiting()).on(&on("cancel"), [Reply::problem(409, &detail)]);
    let ended = Scene::with(&platform).run(&["cancel", DEPLOYMENT]);
    assert_eq!(ended.code, 1);
    assert!(
        ended.progress.contains("has begun to remove"),
        "{}",
        ended.progress
    );
}

#[test]
fn a_retry_whose_answer_got_lost_is_repeated_under_the_same_key() {
    let platform = platform(&waiting()).on(&on("retry"), [Reply::raw(b""), accepted()]);
    let ended = Scene::with(&platform).run(&["retry", "web-service.dev"]);
    insta::assert_snapshot!("retry", ended.transcript());
    let asked = platform.asked();
    let retries: Vec<_> = asked.iter().filter(|one| one.line == on("retry")).collect();
    assert_eq!(retries.len(), 2);
    assert!(
        retries
            .iter()
            .all(|one| one.headers["idempotency-key"] == "fresh-key")
    );
}

#[test]
fn a_rollback_does_what_was_shown() {
    let platform = platform(&waiting());
    let scene = Scene::with(&platform).types("web-service.dev\n");
    let ended = scene.run(&["rollback", "web-service.dev", "--to", "2"]);
    insta::assert_snapshot!("rollback", ended.transcript());
    let plan = preview()["plan"].clone();
    assert_eq!(sent(&platform, LOOK_BACK), json!({"revision": 2}));
    assert_eq!(
        sent(&platform, ROLL_BACK),
        json!({"revision": 2, "plan": plan})
    );
}

#[test]
fn a_rollback_can_be_looked_at_or_done_without_a_look() {
    let platform = platform(&waiting());
    let scene = Scene::with(&platform);
    let look = scene.run(&["rollback", "web-service.dev", "--preview"]);
    insta::assert_snapshot!("rollback-preview", look.transcript());
    assert_eq!(platform.lines(), [LOOK_BACK]);
    let done = scene.run(&["rollback", "web-service.dev", "--to", "2", "--yes"]);
    assert_eq!(done.code, 0, "{}", done.progress);
    assert_eq!(
        sent(&platform, ROLL_BACK),
        json!({"revision": 2, "plan": null})
    );
    for wrong in [
        &["rollback", "web-service.dev", "--to", "0"][..],
        &["rollback", "web-service.dev", "--to", "first"],
        &["rollback", "web-service.dev", "--preview", "--yes"],
    ] {
        assert_eq!(scene.run(wrong).code, 2, "{wrong:?}");
    }
}
