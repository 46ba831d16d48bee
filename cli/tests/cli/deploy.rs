//! `groundplane deploy`.

use serde_json::json;

use crate::answers::{
    DEPLOYMENT, ENVIRONMENT, ROUTE, SERVICE, accepted, deployment, failed, instance, step,
};
use crate::platform::{Platform, Reply};
use crate::scene::Scene;

const SUBMIT: &str = "POST /v1/instances";

fn scene(platform: &Platform) -> Scene {
    Scene::with(platform).file("web.yaml", SERVICE)
}

/// A platform on which the deployment goes through these stages.
fn going_through(stages: &[serde_json::Value]) -> Platform {
    Platform::start()
        .on(SUBMIT, [accepted()])
        .on(ROUTE, stages.iter().map(|stage| Reply::json(200, stage)))
        .on(
            "GET /v1/instances/web-service.dev",
            [Reply::json(200, &instance("active", "dev"))],
        )
}

fn a_good_run() -> Platform {
    let storage = |status, end| step("storage", status, Some((2, end)));
    going_through(&[
        deployment("accepted", &[]),
        deployment(
            "running",
            &[storage("running", 0), step("compute", "pending", None)],
        ),
        deployment(
            "running",
            &[
                storage("succeeded", 6),
                step("compute", "running", Some((6, 0))),
            ],
        ),
        deployment(
            "succeeded",
            &[storage("succeeded", 6), step("compute", "unchanged", None)],
        ),
    ])
}

#[test]
fn a_service_is_submitted_once_with_its_key_and_token() {
    let platform = Platform::start().on(SUBMIT, [accepted()]);
    let ended = scene(&platform).run(&["deploy", "web.yaml"]);
    insta::assert_snapshot!("deploy", ended.transcript());
    let asked = platform.asked();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].line, "POST /v1/instances");
    assert_eq!(asked[0].headers["idempotency-key"], "fresh-key");
    assert_eq!(asked[0].headers["authorization"], "Bearer head.s3cret.tail");
    assert_eq!(asked[0].headers["content-type"], "application/json");
    let sent: serde_json::Value = serde_json::from_str(&asked[0].body).unwrap();
    assert_eq!(sent["metadata"]["name"], "web-service");
    assert_eq!(
        sent["spec"]["compute"],
        json!({"image": "public.ecr.aws/nginx/nginx:1.27"})
    );
}

#[test]
fn programs_get_the_acceptance_as_json() {
    let platform = Platform::start().on(SUBMIT, [accepted()]);
    let ended = scene(&platform).run(&["deploy", "web.yaml", "-o", "json"]);
    assert_eq!(
        ended.json(),
        json!({
            "instance": "web-service.dev",
            "deployment": DEPLOYMENT,
            "status": "accepted",
            "warnings": [],
        })
    );
}

#[test]
fn the_environment_of_the_command_line_is_asked_for() {
    let platform = Platform::start().on(SUBMIT, [accepted()]);
    let bare = SERVICE.replace("  environment: dev\n", "");
    let scene = Scene::with(&platform).file("web.yaml", bare);
    assert_eq!(scene.run(&["deploy", "web.yaml", "--env", "dev"]).code, 0);
    assert_eq!(platform.lines(), ["POST /v1/instances?environment=dev"]);
    let ended = scene.run(&["deploy", "web.yaml"]);
    assert_eq!(ended.code, 2);
    assert!(
        ended
            .progress
            .contains("pass --env or set metadata.environment")
    );
    assert_eq!(platform.lines().len(), 1);
}

#[test]
fn waiting_shows_each_step_as_it_changes_and_the_outputs_in_the_end() {
    let text = scene(&a_good_run()).run(&["deploy", "web.yaml", "--wait"]);
    insta::assert_snapshot!("deploy-wait", text.transcript());
    let json = scene(&a_good_run()).run(&["deploy", "web.yaml", "--wait", "-o", "json"]);
    insta::assert_snapshot!("deploy-wait-json", json.transcript());
}

#[test]
fn an_interrupt_says_that_the_deployment_goes_on_and_how_to_follow_it() {
    let ended = scene(&a_good_run()).run(&["deploy", "web.yaml", "--wait"]);
    let text = ended.on_interrupt.unwrap();
    assert!(text.contains("goes on"), "{text}");
    assert!(
        text.contains(&format!("`groundplane watch {DEPLOYMENT}`")),
        "{text}"
    );
    let platform = Platform::start().on(SUBMIT, [accepted()]);
    let without = scene(&platform).run(&["deploy", "web.yaml"]);
    assert_eq!(without.on_interrupt, None);
}

#[test]
fn a_failed_deployment_ends_with_its_unit_its_cause_and_what_to_do() {
    let mut compensating = failed();
    compensating["status"] = json!("compensating");
    compensating["endedAt"] = json!(null);
    compensating["waves"][0]["units"][0]["status"] = json!("succeeded");
    let stages = [
        deployment("running", &[step("storage", "running", Some((2, 0)))]),
        compensating,
        failed(),
    ];
    let text = scene(&going_through(&stages)).run(&["deploy", "web.yaml", "--wait"]);
    insta::assert_snapshot!("deploy-failed", text.transcript());
    let json = scene(&going_through(&stages)).run(&["deploy", "web.yaml", "--wait", "-o", "json"]);
    assert_eq!(json.code, 1);
    assert_eq!(json.json()["deployment"]["error"]["unit"], "compute");
    assert_eq!(
        json.json()["error"]["message"],
        "deploying web-service.dev failed"
    );
}

#[test]
fn what_could_not_be_taken_back_is_named() {
    let mut stuck = failed();
    stuck["waves"][0]["units"][0]["status"] = json!("undo_failed");
    let ended = scene(&going_through(&[stuck])).run(&["deploy", "web.yaml", "--wait"]);
    assert!(
        ended
            .progress
            .contains("could not be taken back: storage\n"),
        "{}",
        ended.progress
    );
}

#[test]
fn a_deployment_that_changed_nothing_says_so() {
    let mut unchanged = deployment("succeeded", &[]);
    unchanged["outcome"] = json!("unchanged");
    let ended = scene(&going_through(&[unchanged])).run(&["deploy", "web.yaml", "--wait"]);
    assert_eq!(ended.code, 0);
    assert!(
        ended
            .output
            .starts_with("web-service.dev is as the document says, nothing was changed in 21.3s\n")
    );
}

#[test]
fn a_deployment_that_takes_too_long_goes_on_without_the_command() {
    let stages = [deployment("running", &[])];
    let ended =
        scene(&going_through(&stages)).run(&["deploy", "web.yaml", "--wait", "--timeout", "90s"]);
    insta::assert_snapshot!("deploy-timeout", ended.transcript());
}

#[test]
fn the_outputs_that_cannot_be_read_are_no_failure_of_the_deployment() {
    let platform = going_through(&[deployment("succeeded", &[])]).on(
        "GET /v1/instances/web-service.dev",
        [Reply::new(503, "", "")],
    );
    let ended = scene(&platform).run(&["deploy", "web.yaml", "--wait"]);
    assert_eq!(ended.code, 0);
    assert!(
        ended
            .progress
            .contains("try `groundplane status web-service.dev`")
    );
}

#[test]
fn an_invalid_document_is_not_sent() {
    let platform = Platform::start().on(SUBMIT, [accepted()]);
    let scene = Scene::with(&platform).file("web.yaml", SERVICE.replace("image:", "imag:"));
    let ended = scene.run(&["deploy", "web.yaml"]);
    assert_eq!(ended.code, 2);
    assert!(
        ended.progress.starts_with("web.yaml:"),
        "{}",
        ended.progress
    );
    assert!(platform.asked().is_empty());
}

#[test]
fn the_problems_that_the_platform_finds_are_shown_in_the_file() {
    let body = json!({
        "title": "invalid document",
        "detail": "the document is not valid",
        "problems": [{
            "severity": "error",
            "pointer": "/spec/compute/image",
            "line": 1,
            "column": 99,
            "message": "the region has no image `nginx`",
            "hint": "push it first",
        }],
    });
    let platform = Platform::start().on(SUBMIT, [Reply::problem(422, &body)]);
    let second = Scene::with(&platform).file("web.yaml", format!("# a comment\n{SERVICE}"));
    let ended = second.run(&["deploy", "web.yaml"]);
    assert_eq!(ended.code, 2);
    assert_eq!(
        ended.progress,
        "web.yaml:9:12: error: the region has no image `nginx` (at /spec/compute/image)\n  \
         9 |     image: public.ecr.aws/nginx/nginx:1.27\n    \
         |            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n  \
         hint: push it first\n  \
         docs: docs/reference/service.md#spec-compute-image, or \
         `groundplane schema Service /spec/compute/image`\n"
    );
    let json = second.run(&["deploy", "web.yaml", "-o", "json"]).json();
    assert_eq!(json["error"]["problems"][0]["file"], "web.yaml");
    assert_eq!(json["error"]["problems"][0]["line"], 9);
}

#[test]
fn a_refusal_without_problems_is_one_of_the_platform() {
    let body = json!({"detail": "the idempotency key was used for another document"});
    let platform = Platform::start().on(SUBMIT, [Reply::problem(422, &body)]);
    let ended = scene(&platform).run(&["deploy", "web.yaml"]);
    assert_eq!(ended.code, 1);
    assert_eq!(
        ended.progress,
        "error: the idempotency key was used for another document\n"
    );
}

#[test]
fn the_warnings_of_the_platform_are_shown() {
    let body = json!({
        "instance": "web-service.dev",
        "deployment": DEPLOYMENT,
        "status": "accepted",
        "warnings": [{"severity": "warning", "pointer": "/spec", "message": "no backups"}],
    });
    let platform = Platform::start().on(SUBMIT, [Reply::json(202, &body)]);
    let ended = scene(&platform).run(&["deploy", "web.yaml"]);
    assert_eq!(
        ended.progress,
        "web.yaml:6:1: warning: no backups (at /spec)\n  6 | spec:\n    | ^^^^\n  \
         docs: docs/reference/service.md#spec, or `groundplane schema Service /spec`\n"
    );
}

#[test]
fn a_submission_whose_answer_got_lost_is_repeated_under_the_same_key() {
    let replies = [Reply::raw(b""), Reply::new(503, "", ""), accepted()];
    let platform = Platform::start().on(SUBMIT, replies);
    assert_eq!(scene(&platform).run(&["deploy", "web.yaml"]).code, 0);
    let asked = platform.asked();
    assert_eq!(asked.len(), 3);
    assert!(
        asked
            .iter()
            .all(|one| one.headers["idempotency-key"] == "fresh-key")
    );
}

#[test]
fn a_platform_that_stays_away_is_given_up_after_three_attempts() {
    let platform = Platform::start().on(SUBMIT, [Reply::new(503, "", "")]);
    let ended = scene(&platform).run(&["deploy", "web.yaml"]);
    assert_eq!((ended.code, platform.asked().len()), (1, 3));
}

#[test]
fn only_one_service_is_deployed_at_a_time() {
    let platform = Platform::start();
    let scene = scene(&platform)
        .file("environment.yaml", ENVIRONMENT)
        .file("two.yaml", format!("{SERVICE}---\n{ENVIRONMENT}"));
    for (file, said) in [
        (
            "environment.yaml",
            "must hold one Service and holds Environment `dev`",
        ),
        ("two.yaml", "holds Service `web-service`, Environment `dev`"),
        (".", "`.` is a directory"),
    ] {
        let ended = scene.run(&["deploy", file]);
        assert_eq!(ended.code, 2);
        assert!(ended.progress.contains(said), "{}", ended.progress);
        assert!(
            ended.progress.contains("groundplane apply"),
            "{}",
            ended.progress
        );
    }
    assert!(platform.asked().is_empty());
}

#[test]
fn a_service_is_deployed_over_the_state_that_is_meant() {
    let platform = Platform::start().on(SUBMIT, [accepted()]);
    let ended = scene(&platform).run(&["deploy", "web.yaml", "--if-match", "\"7\""]);
    assert_eq!(ended.code, 0, "{}", ended.transcript());
    assert_eq!(platform.asked()[0].headers["if-match"], "\"7\"");
}

#[test]
fn who_changes_production_without_a_word_about_its_state_is_told_what_to_do() {
    let refusal = json!({
        "type": "about:blank", "title": "Precondition Required", "status": 428,
        "detail": "`web-service.dev` serves production: say which state of it you mean",
    });
    let platform = Platform::start().on(SUBMIT, [Reply::problem(428, &refusal)]);
    let ended = scene(&platform).run(&["deploy", "web.yaml"]);
    assert_eq!(ended.code, 1);
    let said = ended.transcript();
    assert!(said.contains("serves production"), "{said}");
    assert!(said.contains("groundplane preview"), "{said}");
}

#[test]
fn a_large_document_is_uploaded_without_the_token_and_named() {
    let opened = |endpoint: &str| {
        let answer = json!({
            "id": "upl-00000000000000000000000000000001", "method": "PUT",
            "url": format!("{endpoint}/bucket/one"),
            "headers": {"content-length": "1", "x-checked": "yes"},
            "expiresAt": "2026-11-22T08:00:00Z",
        });
        Reply::json(201, &answer)
    };
    let platform = Platform::start();
    let opened = opened(&platform.endpoint());
    let platform = platform
        .on("POST /v1/uploads", [opened])
        .on("PUT /bucket/one", [Reply::new(200, "", "")])
        .on(SUBMIT, [accepted()]);
    let variables: String = (0..150)
        .map(|number| format!("      V{number}: {}\n", "x".repeat(2000)))
        .collect();
    let large = format!("{SERVICE}    environment:\n{variables}");
    assert!(large.len() > 256 * 1024, "{}", large.len());
    let ended = Scene::with(&platform)
        .file("web.yaml", &large)
        .run(&["deploy", "web.yaml"]);
    assert_eq!(ended.code, 0, "{}", ended.transcript());
    assert_eq!(
        platform.lines(),
        [
            "POST /v1/uploads",
            "PUT /bucket/one",
            "POST /v1/instances?upload=upl-00000000000000000000000000000001",
        ]
    );
    let asked = platform.asked();
    assert_eq!(asked[1].headers.get("authorization"), None);
    assert_eq!(asked[1].headers["x-checked"], "yes");
    assert_eq!(
        asked[0].body,
        json!({ "bytes": asked[1].body.len() }).to_string()
    );
    assert_eq!(asked[2].body, "");
    assert_eq!(asked[2].headers["idempotency-key"], "fresh-key");
}
