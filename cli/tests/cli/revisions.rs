//! `groundplane explain`, `revisions`, `diff` and `logs`.

use serde_json::{Value, json};

use crate::answers::{DEPLOYMENT, ROUTE, deployment, failed, instance, page, step};
use crate::platform::{Platform, Reply};
use crate::scene::Scene;

const INSTANCE: &str = "GET /v1/instances/web-service.dev";

fn platform() -> Platform {
    Platform::start().on(INSTANCE, [Reply::json(200, &instance("active", "dev"))])
}

fn explanation(items: &Value) -> Value {
    json!({
        "instance": "web-service.dev", "revision": 3, "deployment": DEPLOYMENT, "items": items,
    })
}

#[test]
fn each_value_is_explained_on_a_line_of_its_own() {
    let items = json!([
        {"pointer": "/spec/compute/image", "value": "nginx:1.27",
            "origin": {"from": "spec", "line": 12}},
        {"pointer": "/spec/compute/minCapacity", "value": 1, "origin": {"from": "default"}},
        {"pointer": "/spec/compute/maxCapacity", "value": 1,
            "origin": {"from": "default", "decidedBy": "/spec/compute/minCapacity"}},
        {"pointer": "/metadata/environment", "value": "dev", "origin": {"from": "request"}},
        {"pointer": "/resolved/compute/stack/name", "value": "gp-shop", "origin": {
            "from": "resolver", "resolver": "naming", "inputs": {"type": "stack"},
            "layer": "environment", "at": "2026-11-21T08:00:00Z",
            "configuration": [{"pointer": "/separator", "value": "_", "layer": "environment"}]}},
        {"pointer": "/units/compute/parameters/Role", "value": "arn:role",
            "origin": {"from": "output", "unit": "foundation", "key": "foundation.role"}},
        {"pointer": "/outputs/compute.url", "value": "x".repeat(90),
            "origin": {"from": "output", "unit": null, "key": "compute.url"}},
        {"pointer": "/spec/x", "value": "evil\u{1b}[2J", "origin": {"from": "document"}},
    ]);
    let route = "GET /v1/instances/web-service.dev/explanation";
    let platform = platform().on(route, [Reply::json(200, &explanation(&items))]);
    let ended = Scene::with(&platform).run(&["explain", "web-service.dev"]);
    insta::assert_snapshot!("explain", ended.transcript());
    let answer = Scene::with(&platform).run(&["explain", "web-service.dev", "-o", "json"]);
    assert_eq!(answer.json()["items"][0]["origin"]["line"], 12);
}

#[test]
fn a_pointer_is_asked_for_and_nothing_there_is_said() {
    let route = "GET /v1/instances/web-service.dev/explanation";
    let platform = platform().on(route, [Reply::json(200, &explanation(&json!([])))]);
    let ended = Scene::with(&platform).run(&["explain", "web-service.dev", "/spec/cache"]);
    assert_eq!(
        ended.output,
        "revision 3 of web-service.dev has nothing at `/spec/cache`\n"
    );
    let asked = platform.lines();
    let pointer = format!("{route}?pointer=%2Fspec%2Fcache");
    assert!(asked.contains(&pointer), "{asked:?}");
}

#[test]
fn revisions_are_listed_and_compared() {
    let revision = |number: u64| json!({"number": number, "deployment": DEPLOYMENT, "createdAt": "2026-11-21T08:00:00Z"});
    let difference = json!({
        "instance": "web-service.dev", "from": 1, "to": 2,
        "spec": [{"pointer": "/spec/compute/image", "effect": "update",
            "before": {"template": "nginx:1.27"}, "after": {"template": "nginx:1.28"}}],
        "units": [{"unit": "compute", "operation": "update", "kept": 4, "resources": [
            {"logicalId": "TaskDefinition", "type": "AWS::ECS::TaskDefinition",
                "operation": "replace", "because": ["/ContainerDefinitions"], "changes": []}]}],
    });
    let same = json!({"instance": "web-service.dev", "from": 2, "to": 2, "spec": [], "units": []});
    let route = "GET /v1/instances/web-service.dev/difference";
    let platform = platform()
        .on(
            "GET /v1/instances/web-service.dev/revisions",
            [page(&[revision(1), revision(2)], None)],
        )
        .on(
            route,
            [Reply::json(200, &difference), Reply::json(200, &same)],
        );
    let scene = Scene::with(&platform);
    let listed = scene.run(&["revisions", "web-service.dev"]);
    let compared = scene.run(&["diff", "web-service.dev", "1", "2"]);
    let same = scene.run(&["diff", "web-service.dev", "2", "2"]);
    let all = format!(
        "{}\n{}\n{}",
        listed.transcript(),
        compared.transcript(),
        same.transcript()
    );
    insta::assert_snapshot!("revisions-and-diff", all);
    let asked = platform.lines();
    assert!(asked.contains(&format!("{route}?from=1&to=2")), "{asked:?}");
}

#[test]
fn a_deployment_is_told_in_the_order_of_time() {
    let steps = [
        step("storage", "succeeded", Some((2, 9))),
        step("compute", "running", Some((9, 0))),
        step("ingress", "pending", None),
    ];
    let running = deployment("running", &steps);
    let at_work = Platform::start().on(ROUTE, [Reply::json(200, &running)]);
    let going = Scene::with(&at_work).run(&["logs", DEPLOYMENT]);
    let platform = platform().on(ROUTE, [Reply::json(200, &failed())]);
    let over = Scene::with(&platform).run(&["logs", "web-service.dev"]);
    insta::assert_snapshot!(
        "logs",
        format!("{}\n{}", going.transcript(), over.transcript())
    );
    let answer = Scene::with(&platform).run(&["logs", DEPLOYMENT, "-o", "json"]);
    assert_eq!(answer.json()["items"][0]["step"], Value::Null);
}
