//! `groundplane destroy`.

use serde_json::json;

use crate::answers::{ROUTE, accepted, destroyed, instance};
use crate::platform::{Platform, Reply};
use crate::scene::Scene;

const INSTANCE: &str = "GET /v1/instances/web-service.dev";
const DESTROY: &str = "DELETE /v1/instances/web-service.dev";

fn platform() -> Platform {
    Platform::start()
        .on(INSTANCE, [Reply::json(200, &instance("active", "dev"))])
        .on(DESTROY, [accepted()])
        .on(ROUTE, [Reply::json(200, &destroyed())])
}

#[test]
fn the_name_must_be_typed() {
    let platform = platform();
    let ended = Scene::with(&platform)
        .types("web-service.dev\n")
        .run(&["destroy", "web-service.dev"]);
    insta::assert_snapshot!("destroy", ended.transcript());
    assert_eq!(platform.lines(), [INSTANCE, DESTROY]);
}

#[test]
fn anything_else_that_is_typed_destroys_nothing() {
    for typed in [
        "",
        "\n",
        "y\n",
        "yes\n",
        "web-service\n",
        "web-service.prod\n",
    ] {
        let platform = platform();
        let ended = Scene::with(&platform)
            .types(typed)
            .run(&["destroy", "web-service.dev"]);
        assert_eq!(ended.code, 1, "{typed:?}");
        assert!(
            ended.progress.contains("nothing was destroyed"),
            "{typed:?}"
        );
        assert_eq!(platform.lines(), [INSTANCE], "{typed:?}");
    }
}

#[test]
fn without_a_terminal_nothing_is_destroyed_unless_told_so() {
    let platform = platform();
    let scene = Scene::with(&platform).pipes("web-service.dev\n");
    let ended = scene.run(&["destroy", "web-service.dev"]);
    assert_eq!(ended.code, 2);
    assert!(ended.progress.contains("pass --yes"), "{}", ended.progress);
    assert!(platform.asked().is_empty());
    assert_eq!(scene.run(&["destroy", "web-service.dev", "--yes"]).code, 0);
    assert_eq!(platform.lines(), [DESTROY]);
}

#[test]
fn waiting_shows_what_is_removed() {
    let platform = platform();
    let scene = Scene::with(&platform);
    let text = scene.run(&["destroy", "web-service.dev", "--yes", "--wait"]);
    insta::assert_snapshot!("destroy-wait", text.transcript());
    let json = scene
        .run(&[
            "destroy",
            "web-service.dev",
            "--yes",
            "--wait",
            "-o",
            "json",
        ])
        .json();
    assert_eq!(json["instance"], json!(null));
    assert_eq!(json["deployment"]["action"], "destroy");
}

#[test]
fn a_failed_destroy_is_to_be_repeated() {
    let mut failed = destroyed();
    failed["status"] = json!("failed");
    failed["error"] =
        json!({"unit": "storage", "name": "Groundplane.ProvisionFailed", "cause": "in use"});
    let platform = platform().on(ROUTE, [Reply::json(200, &failed)]);
    let ended = Scene::with(&platform).run(&["destroy", "web-service.dev", "--yes", "--wait"]);
    assert_eq!(ended.code, 1);
    assert!(ended.progress.ends_with(
        "error: destroying web-service.dev failed\n  cause: storage: in use\n  \
         next: remove the cause and run `groundplane destroy web-service.dev` again\n"
    ));
}

#[test]
fn what_does_not_exist_is_not_asked_about() {
    let body = json!({"detail": "there is no instance `web-service.dev`"});
    let platform = Platform::start().on(INSTANCE, [Reply::problem(404, &body)]);
    let ended = Scene::with(&platform)
        .types("web-service.dev\n")
        .run(&["destroy", "web-service.dev"]);
    assert_eq!(ended.code, 1);
    assert_eq!(
        ended.progress,
        "error: there is no instance `web-service.dev`\n"
    );
}

#[test]
fn a_destroy_whose_answer_got_lost_is_repeated_under_the_same_key() {
    let platform = platform().on(DESTROY, [Reply::raw(b""), accepted()]);
    let ended = Scene::with(&platform).run(&["destroy", "web-service.dev", "--yes"]);
    assert_eq!(ended.code, 0);
    let asked = platform.asked();
    assert_eq!(asked.len(), 2);
    assert!(
        asked
            .iter()
            .all(|one| one.headers["idempotency-key"] == "fresh-key")
    );
}

#[test]
fn what_is_destroyed_is_what_was_shown() {
    let mut shown = instance("active", "dev");
    shown["etag"] = json!("\"7\"");
    let platform = platform().on(INSTANCE, [Reply::json(200, &shown)]);
    Scene::with(&platform)
        .types("web-service.dev\n")
        .run(&["destroy", "web-service.dev"]);
    assert_eq!(platform.asked()[1].headers["if-match"], "\"7\"");

    // Who does not look means whatever is there.
    Scene::with(&platform).run(&["destroy", "web-service.dev", "--yes"]);
    assert_eq!(platform.asked()[2].headers["if-match"], "*");
}
