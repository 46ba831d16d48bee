//! `groundplane apply`.

use serde_json::json;

use crate::answers::{ENVIRONMENT, LANDING_ZONE, SERVICE, accepted};
use crate::platform::{Platform, Reply};
use crate::scene::Scene;

fn registered(kind: &str, name: &str, version: u64, changed: bool) -> Reply {
    let body = json!({"kind": kind, "name": name, "version": version, "changed": changed});
    Reply::json(200, &body)
}

fn platform() -> Platform {
    Platform::start()
        .on(
            "PUT /v1/landing-zones/sandbox",
            [registered("LandingZone", "sandbox", 2, true)],
        )
        .on(
            "PUT /v1/environments/dev",
            [registered("Environment", "dev", 1, false)],
        )
        .on("POST /v1/instances", [accepted()])
}

fn scene(platform: &Platform) -> Scene {
    Scene::with(platform)
        .file("web.yaml", format!("{SERVICE}---\n{ENVIRONMENT}"))
        .file("zone.yaml", LANDING_ZONE)
}

#[test]
fn documents_are_applied_in_the_order_in_which_they_stand_on_each_other() {
    let platform = platform();
    let ended = scene(&platform).run(&["apply", "web.yaml", "zone.yaml"]);
    insta::assert_snapshot!("apply", ended.transcript());
    assert_eq!(
        platform.lines(),
        [
            "PUT /v1/landing-zones/sandbox",
            "PUT /v1/environments/dev",
            "POST /v1/instances",
        ]
    );
    let sent: serde_json::Value = serde_json::from_str(&platform.asked()[1].body).unwrap();
    assert_eq!(sent["spec"], json!({"landingZone": "sandbox"}));
}

#[test]
fn programs_get_what_became_of_each_document() {
    let platform = platform();
    let ended = scene(&platform).run(&["apply", "web.yaml", "zone.yaml", "-o", "json"]);
    insta::assert_snapshot!("apply-json", ended.transcript());
}

#[test]
fn the_first_refusal_is_the_end_and_what_was_applied_before_is_reported() {
    let refusal = json!({"detail": "only the platform team registers environments"});
    let platform = platform().on("PUT /v1/environments/dev", [Reply::problem(403, &refusal)]);
    let text = scene(&platform).run(&["apply", "web.yaml", "zone.yaml"]);
    insta::assert_snapshot!("apply-refused", text.transcript());
    assert_eq!(platform.asked().len(), 2);
    let json = scene(&platform)
        .run(&["apply", "web.yaml", "zone.yaml", "-o", "json"])
        .json();
    assert_eq!(json["items"].as_array().unwrap().len(), 1);
    assert_eq!(
        json["error"]["message"],
        "only the platform team registers environments"
    );
}

#[test]
fn nothing_is_applied_while_one_document_is_invalid() {
    let platform = platform();
    let scene = scene(&platform).file("bad.yaml", "kind: Nonsense\n");
    let ended = scene.run(&["apply", "zone.yaml", "bad.yaml"]);
    assert_eq!(ended.code, 2);
    assert!(platform.asked().is_empty());
}

#[test]
fn nothing_is_applied_while_a_service_has_nowhere_to_go() {
    let platform = platform();
    let bare = SERVICE.replace("  environment: dev\n", "");
    let ended = scene(&platform)
        .file("bare.yaml", bare)
        .run(&["apply", "zone.yaml", "bare.yaml"]);
    assert_eq!(ended.code, 2);
    assert!(
        ended
            .progress
            .contains("bare.yaml: `web-service` names no environment")
    );
    assert!(platform.asked().is_empty());
}
