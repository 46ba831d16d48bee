//! `groundplane watch`.

use serde_json::json;

use crate::answers::{DEPLOYMENT, ROUTE, deployment, failed, instance, page, step, summary};
use crate::platform::{Platform, Reply};
use crate::scene::Scene;

fn platform() -> Platform {
    let running = deployment("running", &[step("storage", "running", Some((2, 0)))]);
    let done = deployment("succeeded", &[step("storage", "succeeded", Some((2, 9)))]);
    Platform::start()
        .on(ROUTE, [Reply::json(200, &running), Reply::json(200, &done)])
        .on(
            "GET /v1/instances/web-service.dev",
            [Reply::json(200, &instance("deploying", "dev"))],
        )
        .on(
            "GET /v1/instances",
            [page(&[summary("deploying", "dev")], None)],
        )
}

#[test]
fn a_deployment_is_followed_to_its_end() {
    let ended = Scene::with(&platform()).run(&["watch", DEPLOYMENT]);
    insta::assert_snapshot!("watch", ended.transcript());
}

#[test]
fn an_instance_is_followed_by_its_latest_deployment() {
    for name in ["web-service.dev", "web-service"] {
        let platform = platform();
        let ended = Scene::with(&platform).run(&["watch", name]);
        assert_eq!(ended.code, 0, "{name}");
        assert!(platform.lines().contains(&ROUTE.to_owned()), "{name}");
    }
}

#[test]
fn a_deployment_that_failed_is_an_exit_code_of_1() {
    let platform = platform().on(ROUTE, [Reply::json(200, &failed())]);
    let ended = Scene::with(&platform).run(&["watch", DEPLOYMENT]);
    assert_eq!(ended.code, 1);
    assert!(ended.progress.contains("cause: compute: AWS::ECS::Service"));
}

#[test]
fn a_moment_without_the_platform_is_borne() {
    let platform = platform().on(
        ROUTE,
        [
            Reply::raw(b""),
            Reply::new(504, "", ""),
            Reply::json(200, &deployment("succeeded", &[])),
        ],
    );
    let ended = Scene::with(&platform).run(&["watch", DEPLOYMENT]);
    assert_eq!(ended.code, 0, "{}", ended.progress);
    assert_eq!(ended.progress.matches("trying again").count(), 1);
}

#[test]
fn a_token_that_expires_meanwhile_does_not_end_the_deployment() {
    let platform = platform().on(
        ROUTE,
        [
            Reply::json(200, &deployment("running", &[])),
            Reply::json(401, &json!({"message": "Unauthorized"})),
        ],
    );
    let ended = Scene::with(&platform).run(&["watch", DEPLOYMENT]);
    insta::assert_snapshot!("watch-expired", ended.transcript());
}
