//! Everything that can go wrong between the command and the platform.

use serde_json::json;

use crate::answers::{DEPLOYMENT, page};
use crate::platform::{Platform, Reply};
use crate::scene::{Ended, Scene, TOKEN};

const LIST: &str = "GET /v1/instances";
/// The question of `groundplane list`, as it is asked.
const ASKED: &str = "GET /v1/instances?limit=200";
const HEALTH: &str = "GET /v1/health";

fn list(reply: Reply) -> (Ended, Platform) {
    let platform = Platform::start().on(LIST, [reply]);
    (Scene::with(&platform).run(&["list"]), platform)
}

fn healthy(version: &str) -> Reply {
    Reply::json(200, &json!({"status": "ok", "version": version}))
}

#[test]
fn an_expired_token_says_how_to_get_a_new_one() {
    let (ended, _) = list(Reply::json(401, &json!({"message": "Unauthorized"})));
    insta::assert_snapshot!("call-401", ended.transcript());
    let platform = Platform::start().on(LIST, [Reply::new(401, "", "")]);
    let flag = Scene::with(&platform).run(&["list", "--token", "an.other.one"]);
    assert!(
        flag.progress.contains("pass it with --token"),
        "{}",
        flag.progress
    );
}

#[test]
fn a_token_that_is_refused_for_a_reason_shows_it() {
    let (ended, _) = list(Reply::problem(
        401,
        &json!({"detail": "it names no tenant"}),
    ));
    assert!(
        ended
            .progress
            .contains("does not accept the token: it names no tenant\n")
    );
}

#[test]
fn a_deployment_that_is_in_the_way_is_shown_as_a_command() {
    let body = json!({
        "title": "conflict",
        "status": 409,
        "detail": "a deployment of `web-service.dev` is running",
        "link": format!("/v1/deployments/{DEPLOYMENT}"),
    });
    let platform = Platform::start().on(
        "DELETE /v1/instances/web-service.dev",
        [Reply::problem(409, &body)],
    );
    let ended = Scene::with(&platform).run(&["destroy", "web-service.dev", "--yes"]);
    insta::assert_snapshot!("call-409", ended.transcript());
}

#[test]
fn a_link_that_is_not_a_deployment_is_not_made_a_command() {
    let body = json!({"detail": "no", "link": "/v1/deployments/x; rm -rf ~"});
    let (ended, _) = list(Reply::problem(409, &body));
    assert_eq!(ended.progress, "error: no\n");
}

#[test]
fn a_platform_that_is_not_there_says_where_it_was_looked_for() {
    // Nothing listens on port 1, which is reserved for a service that nobody runs.
    let scene = Scene::empty()
        .variable("GROUNDPLANE_ENDPOINT", "http://127.0.0.1:1")
        .variable("GROUNDPLANE_TOKEN", TOKEN);
    let ended = scene.run(&["list"]);
    assert_eq!(ended.code, 1);
    assert!(
        ended
            .progress
            .starts_with("error: cannot reach the platform at `http://platform`: "),
        "{}",
        ended.progress
    );
}

#[test]
fn the_gateway_s_own_refusals_are_put_into_words() {
    for (status, words) in [
        (403, "does not allow this"),
        (413, "too large"),
        (429, "slow down"),
        (500, "failed without an explanation"),
        (503, "not available"),
    ] {
        let (ended, platform) = list(Reply::json(status, &json!({"message": "Nope"})));
        assert_eq!(ended.code, 1);
        assert!(
            ended.progress.contains(words),
            "{status}: {}",
            ended.progress
        );
        assert_eq!(platform.lines(), [ASKED], "{status}");
    }
}

#[test]
fn an_answer_that_makes_no_sense_leads_to_the_question_who_is_there() {
    for (body, status) in [
        ("<html>", 200),
        ("[]", 200),
        (r#"{"items": 1}"#, 200),
        ("", 404),
    ] {
        let (ended, platform) = list(Reply::new(status, "", body));
        assert_eq!(ended.code, 1);
        assert!(
            ended.progress.contains("was not understood"),
            "{body}: {}",
            ended.progress
        );
        assert!(
            ended
                .progress
                .contains("does not look like a groundplane platform")
        );
        assert_eq!(platform.lines(), [ASKED, HEALTH]);
        assert!(!platform.asked()[1].headers.contains_key("authorization"));
    }
}

#[test]
fn a_platform_of_another_version_is_named() {
    let platform = Platform::start()
        .on(LIST, [Reply::json(200, &json!({"items": "moved"}))])
        .on(HEALTH, [healthy("9.1.0")]);
    let ended = Scene::with(&platform).run(&["list"]);
    assert!(
        ended.progress.contains("the platform has version 9.1.0"),
        "{}",
        ended.progress
    );
    let same = platform.on(HEALTH, [healthy(env!("CARGO_PKG_VERSION"))]);
    let ended = Scene::with(&same).run(&["list"]);
    assert!(
        ended.progress.contains("the same version"),
        "{}",
        ended.progress
    );
}

#[test]
fn what_is_not_http_is_no_platform() {
    let (ended, _) = list(Reply::raw(b"220 mail.example.com ESMTP\r\n\r\n"));
    assert_eq!(ended.code, 1);
    assert!(
        ended
            .progress
            .contains("was not understood: it is not HTTP"),
        "{}",
        ended.progress
    );
}

#[test]
fn an_answer_that_breaks_off_is_a_platform_that_went_away() {
    let (ended, _) = list(Reply::raw(
        b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{",
    ));
    assert_eq!(ended.code, 1);
    assert!(
        ended
            .progress
            .starts_with("error: cannot reach the platform"),
        "{}",
        ended.progress
    );
}

#[test]
fn a_redirect_is_not_followed_and_gets_no_token() {
    let elsewhere = Platform::start().on(LIST, [page(&[], None)]);
    let location = format!("location: {}/v1/instances\r\n", elsewhere.endpoint());
    let (ended, _) = list(Reply::new(307, &location, ""));
    assert_eq!(ended.code, 1);
    assert!(
        ended.progress.contains("redirects to"),
        "{}",
        ended.progress
    );
    assert!(elsewhere.asked().is_empty());
}

#[test]
fn an_answer_without_end_is_read_to_a_bound() {
    let (ended, _) = list(Reply::new(200, "", &"x".repeat(9 * 1024 * 1024)));
    assert_eq!(ended.code, 1);
    assert!(
        ended.progress.contains("it is larger than 8 MiB"),
        "{}",
        ended.progress
    );
}

#[test]
fn programs_get_a_failure_as_json_too() {
    let platform = Platform::start().on(LIST, [Reply::new(401, "", "")]);
    let ended = Scene::with(&platform).run(&["list", "-o", "json"]);
    insta::assert_snapshot!("call-401-json", ended.transcript());
}
