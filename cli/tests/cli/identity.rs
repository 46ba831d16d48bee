//! Logging in on another device, machines, who one is, and how the issuer is found.

use std::fs;

use serde_json::{Value, json};

use crate::answers::page;
use crate::issuer::{CLIENT, TOKEN, agree, denied, issuer, nonce, scene, token, tokens};
use crate::platform::{Platform, Reply};
use crate::scene::{Ended, Scene};

const DEVICE: &str = "POST /device";
const METADATA: &str = "GET /.well-known/oauth-protected-resource";

fn begun(change: &Value) -> Reply {
    let mut body = json!({
        "device_code": "device-s3cret",
        "user_code": "WDJB-MJHT",
        "verification_uri": "https://id.example.com/device",
        "expires_in": 20,
        "interval": 5,
    });
    for (name, value) in change.as_object().unwrap() {
        body[name] = value.clone();
    }
    Reply::json(200, &body)
}

/// Logs in by a code where the issuer gives these answers; how often it was asked.
fn by_device(replies: impl IntoIterator<Item = Reply>) -> (Ended, usize) {
    let issuer = issuer().on(DEVICE, [begun(&json!({}))]).on(TOKEN, replies);
    let ended = scene(&issuer).run(&["login", "--device"]);
    let asked = issuer.lines();
    (ended, asked.iter().filter(|line| *line == TOKEN).count())
}

#[test]
fn somebody_logs_in_with_a_code_on_another_device() {
    let issuer = issuer().on(DEVICE, [begun(&json!({}))]);
    let id_token = token(&issuer, 3600, &json!({}));
    let replies = [
        denied("authorization_pending"),
        denied("slow_down"),
        tokens(&id_token, None),
    ];
    let issuer = issuer.on(TOKEN, replies);
    let ended = scene(&issuer).run(&["login", "--device"]);
    assert_eq!(ended.code, 0, "{}", ended.progress);
    assert!(ended.progress.contains("WDJB-MJHT"), "{}", ended.progress);
    assert!(ended.progress.contains("https://id.example.com/device"));
    let asked = issuer.asked();
    assert!(
        asked
            .last()
            .unwrap()
            .body
            .contains("device_code=device-s3cret")
    );
}

#[test]
fn an_issuer_that_wants_to_be_asked_less_often_is() {
    // Every five seconds of twenty, and where it is to slow down after 5, 15 and 30.
    assert_eq!(by_device([denied("authorization_pending")]).1, 4);
    assert_eq!(by_device([denied("slow_down")]).1, 3);
}

#[test]
fn a_code_that_nobody_typed_or_somebody_refused_logs_nobody_in() {
    for (error, words) in [
        ("authorization_pending", "nobody logged in within 20.0s"),
        ("expired_token", "nobody logged in within 20.0s"),
        ("access_denied", "refused: access_denied"),
        ("invalid_client", "refused: invalid_client"),
    ] {
        let (ended, _) = by_device([denied(error)]);
        assert_eq!(ended.code, 1, "{error}");
        assert!(ended.progress.contains(words), "{}", ended.progress);
    }
}

#[test]
fn nobody_is_sent_to_a_page_that_is_not_safe() {
    for page in ["http://id.example.com/device", "javascript:alert(1)", ""] {
        let begun = begun(&json!({"verification_uri": page}));
        let issuer = issuer().on(DEVICE, [begun]);
        let ended = scene(&issuer).run(&["login", "--device"]);
        assert_eq!(ended.code, 1, "{page}");
        assert!(!ended.progress.contains("WDJB"), "{}", ended.progress);
    }
}

#[test]
fn a_machine_gets_a_token_each_time_and_nothing_is_kept() {
    let issuer = issuer()
        .on(TOKEN, [tokens("x.y.z", None)])
        .on("GET /v1/instances", [page(&[], None)]);
    let scene = scene(&issuer).variable("GROUNDPLANE_CLIENT_SECRET", "p:s3cret");
    for _ in 0..2 {
        let ended = scene.run(&["list"]);
        assert_eq!(ended.code, 0, "{}", ended.progress);
    }
    let asked = issuer.asked();
    let given: Vec<_> = asked.iter().filter(|asked| asked.line == TOKEN).collect();
    assert_eq!(given.len(), 2);
    // `cli:p%3As3cret`: the secret is encoded before both are.
    assert_eq!(
        given[0].headers["authorization"],
        "Basic Y2xpOnAlM0FzM2NyZXQ="
    );
    assert_eq!(given[0].body, "grant_type=client_credentials");
    assert_eq!(
        asked.last().unwrap().headers["authorization"],
        "Bearer access-s3cret"
    );
    assert!(!scene.path().join("home").exists());
}

#[test]
fn the_secret_of_a_machine_goes_to_the_issuer_beside_it_and_no_other() {
    let evil = issuer();
    let scene = Scene::empty()
        .variable("GROUNDPLANE_ENDPOINT", &evil.endpoint())
        .variable("GROUNDPLANE_CLIENT_ID", CLIENT)
        .variable("GROUNDPLANE_CLIENT_SECRET", "s3cret")
        .file(
            "groundplane.toml",
            format!("issuer = \"{}\"\n", evil.endpoint()),
        );
    let ended = scene.run(&["list"]);
    assert_eq!(ended.code, 2);
    assert!(
        ended.progress.contains("set GROUNDPLANE_ISSUER"),
        "{}",
        ended.progress
    );
    assert!(evil.asked().is_empty());
}

#[test]
fn the_platform_says_who_somebody_is() {
    let body = json!({
        "subject": "ada",
        "tenant": "acme",
        "groups": ["platform"],
        "roles": ["provider-admin"],
        "actions": ["instance:deploy", "instance:destroy"],
    });
    let platform = Platform::start().on("GET /v1/whoami", [Reply::json(200, &body)]);
    let ended = Scene::with(&platform).run(&["whoami"]);
    insta::assert_snapshot!("whoami", ended.transcript());
    let answer = Scene::with(&platform).run(&["whoami", "-o", "json"]).json();
    assert_eq!(answer["tenant"], "acme");
    assert_eq!(answer["confirmed"], true);
}

#[test]
fn where_the_platform_does_not_say_it_the_token_does() {
    let unknown = json!({"detail": "there is no endpoint `/v1/whoami`"});
    let platform = Platform::start().on("GET /v1/whoami", [Reply::problem(404, &unknown)]);
    let token = token(&platform, 3600, &json!({}));
    let scene = Scene::with(&platform).variable("GROUNDPLANE_TOKEN", &token);
    let ended = scene.run(&["whoami"]);
    insta::assert_snapshot!("whoami-token", ended.transcript());
    let opaque = Scene::with(&platform).variable("GROUNDPLANE_TOKEN", "opaque-s3cret");
    assert_eq!(opaque.run(&["whoami"]).code, 2);
}

fn metadata(platform: &Platform, change: &Value) -> Reply {
    let mut body = json!({
        "resource": platform.endpoint(),
        "authorization_servers": [platform.endpoint()],
        "groundplane_client_id": CLIENT,
    });
    for (name, value) in change.as_object().unwrap() {
        body[name] = value.clone();
    }
    Reply::json(200, &body)
}

/// Someone who knows nothing but the platform.
fn stranger(platform: &Platform) -> Scene {
    let scene = Scene::empty().variable("GROUNDPLANE_ENDPOINT", &platform.endpoint());
    let home = scene.path().join("home").display().to_string();
    scene.variable("HOME", &home).browses(agree)
}

#[test]
fn the_platform_says_where_one_logs_in() {
    let issuer = issuer();
    let id_token = token(&issuer, 3600, &json!({"nonce": nonce()}));
    let metadata = metadata(&issuer, &json!({}));
    let issuer = issuer
        .on(METADATA, [metadata])
        .on(TOKEN, [tokens(&id_token, None)]);
    let ended = stranger(&issuer).run(&["login"]);
    assert_eq!(ended.code, 0, "{}", ended.progress);
}

#[test]
fn a_platform_that_wants_tokens_for_itself_gets_the_access_token() {
    let issuer = issuer();
    let id_token = token(&issuer, 3600, &json!({"nonce": nonce()}));
    let metadata = metadata(&issuer, &json!({"groundplane_audience": "api"}));
    let issuer = issuer
        .on(METADATA, [metadata])
        .on(TOKEN, [tokens(&id_token, None)])
        .on("GET /v1/instances", [page(&[], None)]);
    let scene = stranger(&issuer);
    assert_eq!(scene.run(&["login"]).code, 0);
    assert_eq!(scene.run(&["list"]).code, 0);
    assert_eq!(
        issuer.asked().last().unwrap().headers["authorization"],
        "Bearer access-s3cret"
    );
}

#[test]
fn a_platform_that_sends_people_astray_is_not_followed() {
    for change in [
        json!({"resource": "https://another.example.com"}),
        json!({"authorization_servers": ["http://id.example.com"]}),
        json!({"authorization_servers": []}),
        json!({"groundplane_redirect_uri": "https://evil.example.com/callback"}),
    ] {
        let issuer = issuer();
        let metadata = metadata(&issuer, &change);
        let issuer = issuer.on(METADATA, [metadata]);
        let scene = stranger(&issuer).browses(|_| panic!("nobody is to be sent anywhere"));
        assert_ne!(scene.run(&["login"]).code, 0, "{change}");
    }
}

#[test]
fn a_platform_that_does_not_say_it_can_be_helped() {
    let platform = Platform::start();
    let ended = stranger(&platform).run(&["login"]);
    insta::assert_snapshot!("login-unknown", ended.transcript());
    let issuer = issuer();
    let id_token = token(&issuer, 3600, &json!({"nonce": nonce()}));
    let issuer = issuer.on(TOKEN, [tokens(&id_token, None)]);
    let settings = format!(
        "issuer = \"{}\"\nclient_id = \"{CLIENT}\"\n",
        issuer.endpoint()
    );
    let scene = stranger(&platform).file("groundplane.toml", settings);
    assert_eq!(scene.run(&["login"]).code, 0);
    assert!(fs::exists(scene.path().join("home/.cache/groundplane/logins")).unwrap());
}
