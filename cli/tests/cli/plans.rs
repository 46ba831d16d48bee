//! `groundplane preview` with a platform, and `groundplane deploy --plan`.

use serde_json::json;

use crate::answers::{ENVIRONMENT, LANDING_ZONE, SERVICE, accepted};
use crate::platform::{Platform, Reply};
use crate::scene::Scene;

const ASK: &str = "POST /v1/instances:preview";

const PLAN: &str = "plan-2c26b46b68ffc68ff99b453c1d304134-9f86d081-60303ae2-fd61a03a";

/// What a platform answers: one task definition gets another image.
pub(crate) fn answer() -> serde_json::Value {
    let counts = |replace: usize| {
        json!({
            "create": 0, "update": 0, "mayUpdate": 0, "replace": replace, "mayReplace": 0,
            "delete": 0, "retain": 0, "keep": 6, "changedUnits": replace, "keptUnits": 1,
        })
    };
    json!({
        "plan": PLAN,
        "revision": 3,
        "instance": "web-service.dev",
        "counts": counts(1),
        "warnings": [],
        "allocations": [],
        "units": [{
            "step": "compute",
            "unit": "compute",
            "wave": 0,
            "stackName": "gp-web-service-dev-compute",
            "operation": "update",
            "before": null,
            "after": null,
            "kept": 3,
            "resources": [{
                "logicalId": "TaskDefinition",
                "type": "AWS::ECS::TaskDefinition",
                "operation": "replace",
                "because": ["/Properties/ContainerDefinitions/0/Image"],
                "changes": [{
                    "pointer": "/Properties/ContainerDefinitions/0/Image",
                    "effect": "replace",
                    "before": {"template": "nginx:1.27"},
                    "after": {"template": "nginx:1.28"},
                }],
            }],
        }],
        "keptUnits": ["foundation"],
        "remarks": [{"severity": "warning", "pointer": "/spec/compute", "message": "it is small"}],
    })
}

#[test]
fn a_platform_has_the_word_where_there_is_one() {
    let platform = Platform::start().on(ASK, [Reply::json(200, &answer())]);
    let scene = Scene::with(&platform).file("web.yaml", SERVICE);
    let ended = scene.run(&["preview", "web.yaml"]);
    insta::assert_snapshot!("preview-platform", ended.transcript());
    let asked = platform.asked();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].line, "POST /v1/instances:preview");
    let sent: serde_json::Value = serde_json::from_str(&asked[0].body).unwrap();
    assert_eq!(sent["metadata"]["name"], "web-service");
}

#[test]
fn a_platform_is_told_the_environment_and_programs_get_its_answer() {
    let platform = Platform::start().on(ASK, [Reply::json(200, &answer())]);
    let scene = Scene::with(&platform).file("web.yaml", SERVICE);
    let line = [
        "preview",
        "web.yaml",
        "--env",
        "dev",
        "-o",
        "json",
        "--exit-code",
    ];
    let ended = scene.run(&line);
    assert_eq!(ended.code, 3, "{}", ended.progress);
    assert_eq!(platform.asked()[0].line, format!("{ASK}?environment=dev"));
    let item = &ended.json()["items"][0];
    let mut expected = answer();
    expected["file"] = json!("web.yaml");
    assert_eq!(item["plan"], PLAN);
    assert_eq!(item["revision"], 3);
    assert_eq!(item["units"], expected["units"]);
    assert_eq!(item["remarks"][0]["file"], "web.yaml");
    assert_eq!(item["remarks"][0]["line"], 7);
}

#[test]
fn offline_asks_no_platform() {
    let platform = Platform::start();
    let scene = Scene::with(&platform)
        .file("web.yaml", SERVICE)
        .file("ground/dev.yaml", ENVIRONMENT)
        .file("ground/sandbox.yaml", LANDING_ZONE);
    let ended = scene.run(&["preview", "web.yaml", "ground", "--offline"]);
    assert_eq!(ended.code, 0, "{}", ended.progress);
    assert!(!ended.output.contains("--plan"), "{}", ended.output);
    assert_eq!(platform.asked().len(), 0);
}

#[test]
fn a_refusal_of_the_platform_is_one_of_the_file() {
    let refusal = json!({
        "title": "Unprocessable Content",
        "detail": "the spec cannot be deployed to `dev`",
        "problems": [{"severity": "error", "pointer": "/spec/compute/image", "message": "no"}],
    });
    let platform = Platform::start().on(ASK, [Reply::problem(422, &refusal)]);
    let scene = Scene::with(&platform).file("web.yaml", SERVICE);
    let ended = scene.run(&["preview", "web.yaml"]);
    assert_eq!((ended.code, ended.output.as_str()), (2, ""));
    assert!(
        ended.progress.starts_with("web.yaml:8:12: error: no"),
        "{}",
        ended.progress
    );
}

#[test]
fn a_deployment_carries_its_plan() {
    let platform = Platform::start().on("POST /v1/instances", [accepted()]);
    let scene = Scene::with(&platform).file("web.yaml", SERVICE);
    let ended = scene.run(&["deploy", "web.yaml", "--plan", PLAN]);
    assert_eq!(ended.code, 0, "{}", ended.progress);
    let line = format!("POST /v1/instances?plan={PLAN}");
    assert_eq!(platform.asked()[0].line, line);
}

#[test]
fn a_plan_that_no_longer_holds_is_refused_with_what_has_moved() {
    let refusal = json!({
        "title": "Precondition Failed",
        "detail": "the plan no longer holds: the document is another one",
    });
    let platform = Platform::start().on("POST /v1/instances", [Reply::problem(412, &refusal)]);
    let scene = Scene::with(&platform).file("web.yaml", SERVICE);
    let ended = scene.run(&["deploy", "web.yaml", "--plan", PLAN]);
    insta::assert_snapshot!("deploy-plan-moved", ended.transcript());
}

#[test]
fn what_is_no_plan_is_wrong_usage() {
    let scene = Scene::empty().file("web.yaml", SERVICE);
    let ended = scene.run(&["deploy", "web.yaml", "--plan", "yesterday"]);
    assert_eq!(ended.code, 2);
    assert!(ended.progress.contains("`plan-…`"), "{}", ended.progress);
}
