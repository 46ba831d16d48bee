//! `groundplane list` and `groundplane status`.

use serde_json::json;

use crate::answers::{ROUTE, deployment, failed, instance, page, step, summary};
use crate::platform::{Platform, Reply};
use crate::scene::Scene;

const LIST: &str = "GET /v1/instances";
const INSTANCE: &str = "GET /v1/instances/web-service.dev";

fn good_run() -> serde_json::Value {
    let storage = step("storage", "unchanged", None);
    let mut fleet = step("compute", "succeeded", Some((3, 21)));
    fleet["unit"] = json!("compute");
    deployment("succeeded", &[storage, fleet])
}

fn platform(status: &str, deployment: &serde_json::Value) -> Platform {
    Platform::start()
        .on(INSTANCE, [Reply::json(200, &instance(status, "dev"))])
        .on(ROUTE, [Reply::json(200, deployment)])
}

#[test]
fn the_list_is_a_table_of_every_page() {
    let platform = Platform::start().on(
        LIST,
        [
            page(&[summary("active", "dev")], Some("next page/+")),
            page(&[summary("deploying", "production")], None),
            page(&[summary("active", "dev")], None),
        ],
    );
    let text = Scene::with(&platform).run(&["list"]);
    insta::assert_snapshot!("list", text.transcript());
    assert_eq!(
        platform.lines(),
        [
            "GET /v1/instances?limit=200",
            "GET /v1/instances?limit=200&cursor=next%20page%2F%2B"
        ]
    );
    let json = Scene::with(&platform).run(&["list", "-o", "json", "--env", "dev"]);
    insta::assert_snapshot!("list-json", json.transcript());
    assert_eq!(
        platform.lines()[2],
        "GET /v1/instances?environment=dev&limit=200"
    );
}

#[test]
fn an_empty_list_says_what_to_do() {
    let platform = Platform::start().on(LIST, [page(&[], None)]);
    let text = Scene::with(&platform).run(&["list"]);
    assert_eq!(
        text.output,
        "nothing is deployed; `groundplane deploy FILE` deploys a service\n"
    );
    let json = Scene::with(&platform).run(&["list", "-o", "json"]);
    assert_eq!(json.json(), json!({"items": []}));
}

#[test]
fn a_list_that_does_not_end_is_given_up() {
    let platform = Platform::start().on(LIST, [page(&[], Some("again"))]);
    let ended = Scene::with(&platform).run(&["list"]);
    assert_eq!(ended.code, 1);
    assert!(
        ended.progress.contains("does not end"),
        "{}",
        ended.progress
    );
}

#[test]
fn an_active_instance_shows_its_units_and_outputs() {
    let platform = platform("active", &good_run());
    let text = Scene::with(&platform).run(&["status", "web-service.dev"]);
    insta::assert_snapshot!("status", text.transcript());
    let json = Scene::with(&platform).run(&["status", "web-service.dev", "-o", "json"]);
    insta::assert_snapshot!("status-json", json.transcript());
}

#[test]
fn a_failed_instance_shows_the_cause_and_what_to_do() {
    let platform = platform("failed", &failed());
    let ended = Scene::with(&platform).run(&["status", "web-service.dev"]);
    insta::assert_snapshot!("status-failed", ended.transcript());
}

#[test]
fn an_instance_at_work_says_how_to_follow_it() {
    let running = deployment("running", &[step("storage", "running", Some((2, 0)))]);
    let platform = platform("deploying", &running);
    let ended = Scene::with(&platform).run(&["status", "web-service.dev"]);
    insta::assert_snapshot!("status-deploying", ended.transcript());
}

#[test]
fn a_service_alone_is_enough_where_it_is_in_one_environment() {
    let mut other = summary("active", "staging");
    other["id"] = json!("web-service-two.staging");
    other["name"] = json!("web-service-two");
    let platform =
        platform("active", &good_run()).on(LIST, [page(&[summary("active", "dev"), other], None)]);
    let ended = Scene::with(&platform).run(&["status", "web-service"]);
    assert_eq!(ended.code, 0);
    assert!(ended.output.starts_with("web-service.dev: active\n"));
    assert_eq!(
        platform.lines()[0],
        "GET /v1/instances?name=web-service&limit=200"
    );
}

#[test]
fn a_service_in_several_environments_must_be_named_in_full() {
    let both = page(
        &[summary("active", "dev"), summary("active", "production")],
        None,
    );
    let platform = Platform::start().on(LIST, [both]);
    let ended = Scene::with(&platform).run(&["status", "web-service"]);
    assert_eq!(ended.code, 2);
    assert_eq!(
        ended.progress,
        "error: `web-service` is in several environments\n  \
         hint: name one of `web-service.dev`, `web-service.production`\n"
    );
}

#[test]
fn a_service_that_is_nowhere_is_said_to_be_nowhere() {
    let platform = Platform::start().on(LIST, [page(&[], None)]);
    let ended = Scene::with(&platform).run(&["status", "web-service"]);
    assert_eq!(ended.code, 1);
    assert!(
        ended
            .progress
            .starts_with("error: there is no instance of `web-service`\n")
    );
}

#[test]
fn an_instance_outlives_the_record_of_its_deployment() {
    let gone = json!({"detail": "there is no such deployment"});
    let platform = platform("active", &good_run()).on(ROUTE, [Reply::problem(404, &gone)]);
    let ended = Scene::with(&platform).run(&["status", "web-service.dev"]);
    assert_eq!(ended.code, 0);
    assert!(ended.output.contains("fs-0a1b2c3d"));
}

#[test]
fn what_the_platform_says_cannot_move_the_cursor() {
    let mut nasty = instance("active", "dev");
    nasty["outputs"]["compute.service_name"] = json!("a\u{1b}[31mb\nc\u{9b}d");
    let mut run = failed();
    run["error"]["cause"] = json!("first line\nsecond\u{7} line");
    let platform = platform("active", &run).on(INSTANCE, [Reply::json(200, &nasty)]);
    let ended = Scene::with(&platform).run(&["status", "web-service.dev"]);
    assert!(
        ended.output.contains("a\\u{1b}[31mb c\\u{9b}d\n"),
        "{}",
        ended.output
    );
    assert!(
        ended
            .output
            .contains("cause: compute: first line second\\u{7} line\n")
    );
}
