//! Staying logged in, whose token goes first, and logging out.

use std::fs;

use serde_json::{Value, json};

use crate::issuer::{LIST, TOKEN, bearer, denied, file, is_kept, logged_in, token, tokens};
use crate::platform::{Platform, Reply};

#[test]
fn a_login_is_renewed_with_what_the_issuer_gave_last() {
    let (issuer, scene) = logged_in(20, Some("first-s3cret"));
    let second = token(&issuer, 20, &json!({"exp": 1_795_248_025_i64}));
    let third = token(&issuer, 7200, &json!({}));
    let replies = [tokens(&second, Some("second-s3cret")), tokens(&third, None)];
    let issuer = issuer.on(TOKEN, replies);
    for (refresh, expected) in [("first-s3cret", &second), ("second-s3cret", &third)] {
        assert_eq!(scene.run(&["list"]).code, 0);
        assert_eq!(&bearer(&issuer), &format!("Bearer {expected}"));
        let asked = issuer.asked();
        let renewed = asked.iter().rfind(|asked| asked.line == TOKEN).unwrap();
        let sent = format!("refresh_token={refresh}");
        assert!(renewed.body.split('&').any(|field| field == sent));
    }
    let before = issuer.lines().len();
    assert_eq!(scene.run(&["list"]).code, 0);
    assert_eq!(
        issuer.lines().len(),
        before + 1,
        "a good token is not renewed"
    );
}

#[test]
fn a_login_that_cannot_be_renewed_says_how_to_begin_anew() {
    let (issuer, scene) = logged_in(20, Some("first-s3cret"));
    let issuer = issuer.on(TOKEN, [denied("invalid_grant")]);
    let ended = scene.run(&["list"]);
    insta::assert_snapshot!("login-expired", ended.transcript());
    let (_issuer, without) = logged_in(20, None);
    assert_eq!(without.run(&["list"]).progress, ended.progress);
    assert!(!issuer.lines().iter().any(|line| line.starts_with(LIST)));
}

#[test]
fn somebody_else_never_comes_out_of_renewing() {
    let (issuer, scene) = logged_in(20, Some("first-s3cret"));
    let other = token(&issuer, 3600, &json!({"sub": "eve"}));
    let issuer = issuer.on(TOKEN, [tokens(&other, None)]);
    let ended = scene.run(&["list"]);
    assert_eq!(ended.code, 1);
    assert!(
        ended.progress.contains("names somebody else"),
        "{}",
        ended.progress
    );
    assert!(!issuer.lines().iter().any(|line| line.starts_with(LIST)));
}

#[test]
fn a_token_of_the_environment_goes_before_a_login() {
    let (issuer, scene) = logged_in(3600, None);
    let scene = scene.variable("GROUNDPLANE_TOKEN", "head.s3cret.tail");
    assert_eq!(scene.run(&["list"]).code, 0);
    assert_eq!(bearer(&issuer), "Bearer head.s3cret.tail");
}

#[test]
fn a_login_is_shown_to_its_own_platform_alone() {
    let (_issuer, scene) = logged_in(3600, None);
    let other = Platform::start();
    let ended = scene.run(&["list", "--endpoint", &other.endpoint()]);
    assert_eq!(ended.code, 2);
    assert!(
        ended.progress.contains("run `groundplane login`"),
        "{}",
        ended.progress
    );
    assert!(other.asked().is_empty());
}

#[test]
fn logging_out_forgets_the_login_here_and_at_the_issuer() {
    let (issuer, scene) = logged_in(3600, Some("refresh-s3cret"));
    let issuer = issuer.on("POST /revoke", [Reply::json(200, &json!({}))]);
    let ended = scene.run(&["logout", "-o", "json"]);
    let answer = ended.json();
    assert_eq!(
        (&answer["wasLoggedIn"], &answer["revoked"]),
        (&json!(true), &json!(true))
    );
    assert!(
        issuer
            .asked()
            .last()
            .unwrap()
            .body
            .contains("token=refresh-s3cret")
    );
    assert!(!is_kept(&scene));
    let again = scene.run(&["logout"]);
    assert_eq!(again.code, 0);
    assert!(
        again.output.contains("nobody was logged in"),
        "{}",
        again.output
    );
}

#[test]
fn an_issuer_that_is_away_keeps_nobody_logged_in_here() {
    let (issuer, scene) = logged_in(3600, Some("refresh-s3cret"));
    let issuer = issuer.on("POST /revoke", [Reply::json(503, &json!({}))]);
    let ended = scene.run(&["logout"]);
    assert_eq!(ended.code, 0);
    assert!(
        ended.progress.contains("its issuer was not told"),
        "{}",
        ended.progress
    );
    assert!(!is_kept(&scene));
    drop(issuer);
}

#[test]
fn a_token_is_printed_where_it_is_asked_for_by_name_and_nowhere_else() {
    let (_issuer, scene) = logged_in(3600, None);
    let path = file(&scene);
    let text = fs::read_to_string(&path).unwrap();
    let mut login: Value = serde_json::from_str(&text).unwrap();
    login["token"] = json!("plain.to.see");
    fs::write(&path, login.to_string()).unwrap();
    assert_eq!(
        scene.run(&["login", "--print-token"]).output,
        "plain.to.see\n"
    );
    let explained = scene.run(&["config", "explain"]);
    assert!(
        explained.output.contains("(groundplane login)"),
        "{}",
        explained.output
    );
    assert!(!explained.output.contains("plain.to.see"));
}
