//! `groundplane event-source`.

use serde_json::{Value, json};

use crate::answers::page;
use crate::platform::{Platform, Reply};
use crate::scene::{Ended, Scene};

const SOURCES: &str = "GET /v1/event-sources";
const SOURCE: &str = "GET /v1/event-sources/disks";
const PUT: &str = "PUT /v1/event-sources/disks";
const ROTATE: &str = "POST /v1/event-sources/disks/rotations";

fn source(name: &str, format: &str, auth: &str) -> Value {
    json!({
        "name": name,
        "format": format,
        "auth": auth,
        "path": format!("/v1/webhooks/acme.{name}"),
        "rotatedAt": "2026-11-21T08:00:00.123Z",
        "createdAt": "2026-11-21T08:00:00Z",
        "createdBy": "dev-1",
        "updatedAt": "2026-11-21T08:00:00Z",
        "updatedBy": "dev-1",
    })
}

fn with(mut source: Value, name: &str, value: &str) -> Value {
    source[name] = json!(value);
    source
}

fn run(platform: &Platform, line: &str) -> Ended {
    let words: Vec<&str> = line.split(' ').collect();
    Scene::with(platform).run(&words)
}

/// What was shown, with the address of the test's platform by its name.
fn transcript(platform: &Platform, ended: &Ended) -> String {
    ended
        .transcript()
        .replace(&platform.endpoint(), "https://platform.example.org")
}

#[test]
fn the_list_is_a_table() {
    let sources = [
        source("disks", "json", "signature"),
        source("alerts", "alertmanager", "bearer"),
        with(
            source("panels", "grafana", "basic"),
            "userName",
            "acme.panels",
        ),
    ];
    let platform = Platform::start().on(SOURCES, [page(&sources, None), page(&sources, None)]);
    insta::assert_snapshot!(
        "event-source-list",
        run(&platform, "event-source list").transcript()
    );
    let listed = run(&platform, "event-source list -o json").json();
    assert_eq!(listed["items"], json!(sources));
}

#[test]
fn an_empty_list_says_what_to_do() {
    let platform = Platform::start().on(SOURCES, [page(&[], None)]);
    assert_eq!(
        run(&platform, "event-source list").output,
        "there are no event sources; `groundplane event-source create` registers one\n"
    );
}

#[test]
fn a_new_source_shows_its_url_and_its_secret_this_once() {
    let made = with(source("disks", "json", "signature"), "secret", "whsec_Zm9y");
    let platform = Platform::start().on(PUT, [Reply::json(201, &made), Reply::json(201, &made)]);
    let line = "event-source create disks --format json --auth signature";
    let ended = run(&platform, line);
    insta::assert_snapshot!("event-source-create", transcript(&platform, &ended));
    let sent: Value = serde_json::from_str(&platform.asked()[0].body).unwrap();
    assert_eq!(sent, json!({"format": "json", "auth": "signature"}));
    assert_eq!(
        run(&platform, &format!("{line} -o json")).json()["secret"],
        "whsec_Zm9y"
    );
}

#[test]
fn a_source_is_shown_without_its_secret() {
    let basic = with(
        source("disks", "grafana", "basic"),
        "userName",
        "acme.disks",
    );
    let rotating = with(basic, "previousValidUntil", "2026-11-22T08:00:00Z");
    let platform = Platform::start().on(SOURCE, [Reply::json(200, &rotating)]);
    let ended = run(&platform, "event-source show disks");
    insta::assert_snapshot!("event-source-show", transcript(&platform, &ended));
}

#[test]
fn a_rotation_says_for_how_long_the_secret_before_is_valid() {
    let made = with(source("disks", "json", "bearer"), "secret", "gpw_abc");
    let platform = Platform::start().on(ROTATE, [Reply::json(201, &made), Reply::json(201, &made)]);
    assert!(
        run(&platform, "event-source rotate disks")
            .output
            .contains("gpw_abc")
    );
    run(
        &platform,
        "event-source rotate disks --previous-valid-hours 0",
    );
    assert_eq!(
        platform.lines(),
        [ROTATE.to_owned(), format!("{ROTATE}?previousValidHours=0")]
    );
}

#[test]
fn a_deleted_source_is_named() {
    let deleted = Reply::json(200, &json!({"name": "disks"}));
    let platform = Platform::start().on("DELETE /v1/event-sources/disks", [deleted]);
    let ended = run(&platform, "event-source delete disks");
    assert_eq!(
        (ended.code, ended.output.as_str()),
        (0, "event source `disks` is deleted\n")
    );
}

#[test]
fn what_the_platform_refuses_is_shown_with_its_hint() {
    let body = json!({
        "detail": "the event source has a problem",
        "problems": [{
            "severity": "error", "pointer": "/auth", "line": 1, "column": 2,
            "message": "what sends `alertmanager` cannot sign", "hint": "use `bearer` or `basic`",
        }],
    });
    let platform = Platform::start().on(PUT, [Reply::problem(422, &body)]);
    let ended = run(
        &platform,
        "event-source create disks --format alertmanager --auth signature",
    );
    insta::assert_snapshot!("event-source-problem", ended.transcript());
}

#[test]
fn an_unknown_format_is_refused_before_anything_is_sent() {
    let platform = Platform::start();
    let ended = run(
        &platform,
        "event-source create disks --format nagios --auth basic",
    );
    assert_eq!(ended.code, 2);
    assert!(
        ended.progress.contains("`nagios` is not a format"),
        "{}",
        ended.progress
    );
    assert!(platform.lines().is_empty());
}
