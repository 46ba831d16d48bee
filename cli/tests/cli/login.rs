//! Logging in with a browser, staying logged in, logging out.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::answers::page;
use crate::issuer::{
    CLIENT, DISCOVERY, TOKEN, agree, denied, document, field, go_back, issuer, nonce, scene,
    secret, token, tokens,
};
use crate::platform::{Platform, Reply};
use crate::scene::Scene;

const LIST: &str = "GET /v1/instances";

/// An issuer whose token is good for `seconds`, and whoever has logged in there.
fn logged_in(seconds: i64, refresh: Option<&str>) -> (Platform, Scene) {
    let issuer = issuer();
    let id_token = token(&issuer, seconds, &json!({"nonce": nonce()}));
    let issuer = issuer
        .on(TOKEN, [tokens(&id_token, refresh)])
        .on(LIST, [page(&[], None)]);
    let scene = scene(&issuer).browses(agree);
    let ended = scene.run(&["login"]);
    assert_eq!(ended.code, 0, "{}", ended.progress);
    (issuer, scene)
}

/// The only file of a login.
fn file(scene: &Scene) -> PathBuf {
    let folder = scene.path().join("home/.cache/groundplane/logins");
    let mut files = fs::read_dir(folder).unwrap();
    let file = files.next().unwrap().unwrap().path();
    assert!(files.next().is_none());
    file
}

fn is_kept(scene: &Scene) -> bool {
    let folder = scene.path().join("home/.cache/groundplane/logins");
    fs::read_dir(folder).is_ok_and(|mut files| files.next().is_some())
}

fn bearer(issuer: &Platform) -> String {
    let asked = issuer.asked();
    let last = asked.iter().rfind(|asked| asked.line.starts_with(LIST));
    last.unwrap().headers["authorization"].clone()
}

#[test]
fn somebody_logs_in_with_a_browser_and_is_known_from_then_on() {
    let (issuer, scene) = logged_in(3600, Some("refresh-s3cret"));
    assert_eq!(scene.run(&["list"]).code, 0);
    let token = token(&issuer, 3600, &json!({"nonce": nonce()}));
    assert_eq!(bearer(&issuer), format!("Bearer {token}"));
    let asked = issuer.asked();
    let redeemed = asked.iter().find(|asked| asked.line == TOKEN).unwrap();
    for part in [
        "grant_type=authorization_code".to_owned(),
        "code=c0de-s3cret".to_owned(),
        format!("client_id={CLIENT}"),
        format!("code_verifier={}", secret(1)),
    ] {
        assert!(
            redeemed.body.split('&').any(|field| field == part),
            "{part}"
        );
    }
    // Asked for once, however many commands follow.
    assert_eq!(scene.run(&["list"]).code, 0);
    let count = issuer.lines().iter().filter(|line| *line == TOKEN).count();
    assert_eq!(count, 1);
}

#[test]
fn the_page_asks_for_a_code_that_only_this_command_can_redeem() {
    let issuer = issuer();
    let id_token = token(&issuer, 3600, &json!({"nonce": nonce()}));
    let issuer = issuer.on(TOKEN, [tokens(&id_token, None)]);
    let scene = scene(&issuer).browses(|page| {
        assert_eq!(field(page, "response_type"), "code");
        assert_eq!(field(page, "scope"), "openid");
        assert_eq!(field(page, "code_challenge_method"), "S256");
        assert!(!page.contains(&secret(1)), "the verifier is shown");
        assert!(field(page, "redirect_uri").starts_with("http://127.0.0.1:"));
        agree(page);
    });
    let ended = scene.run(&["login", "-o", "json"]);
    let answer = ended.json();
    assert_eq!(answer["subject"], "ada");
    assert_eq!(answer["expiresAt"], "2026-11-21T09:00:00Z");
    assert!(
        ended.progress.contains("open this page"),
        "{}",
        ended.progress
    );
}

#[test]
fn a_login_is_for_its_user_alone() {
    let (_issuer, scene) = logged_in(3600, None);
    let file = file(&scene);
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&file), mode(file.parent().unwrap())), (0o600, 0o700));
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    let ended = scene.run(&["list"]);
    assert_eq!(ended.code, 1);
    assert!(ended.progress.contains("(mode 640)"), "{}", ended.progress);
    assert!(
        ended.progress.contains("`groundplane login`"),
        "{}",
        ended.progress
    );
}

#[test]
fn a_file_that_is_no_login_is_not_used_and_not_quoted() {
    let (issuer, scene) = logged_in(3600, None);
    let path = file(&scene);
    for content in [
        "",
        "{}",
        "\"head.s3cret.tail\"",
        "{\"endpoint\": \"head.s3cret.tail\"}",
    ] {
        fs::write(&path, content).unwrap();
        assert_eq!(scene.run(&["list"]).code, 1, "{content}");
    }
    fs::remove_file(&path).unwrap();
    std::os::unix::fs::symlink("/etc/hostname", &path).unwrap();
    assert_eq!(scene.run(&["list"]).code, 1);
    assert!(!issuer.lines().iter().any(|line| line.starts_with(LIST)));
}

#[test]
fn an_answer_that_is_not_of_this_login_is_passed_over() {
    let issuer = issuer();
    let id_token = token(&issuer, 3600, &json!({"nonce": nonce()}));
    let issuer = issuer.on(TOKEN, [tokens(&id_token, None)]);
    let scene = scene(&issuer).browses(|page| {
        let answer = go_back(page, "code=stolen&state=other");
        assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
        agree(page);
    });
    assert_eq!(scene.run(&["login"]).code, 0);
    assert!(
        issuer
            .asked()
            .iter()
            .all(|asked| !asked.body.contains("stolen"))
    );
}

#[test]
fn nobody_is_logged_in_by_the_answer_of_another_login_alone() {
    let issuer = issuer();
    let scene = scene(&issuer).browses(|page| {
        go_back(page, "code=stolen&state=other");
    });
    let ended = scene.run(&["login", "--timeout", "1s"]);
    assert_eq!(ended.code, 1);
    assert!(
        ended.progress.contains("nobody logged in within"),
        "{}",
        ended.progress
    );
    assert!(!issuer.lines().contains(&TOKEN.to_owned()));
}

#[test]
fn a_token_that_was_not_asked_for_logs_nobody_in() {
    for claims in [
        json!({"nonce": "other"}),
        json!({}),
        json!({"nonce": nonce(), "iss": "https://evil.example.com"}),
        json!({"nonce": nonce(), "aud": "another"}),
        json!({"nonce": nonce(), "exp": 1}),
    ] {
        let issuer = issuer();
        let id_token = token(&issuer, 3600, &claims);
        let issuer = issuer.on(TOKEN, [tokens(&id_token, None)]);
        let scene = scene(&issuer).browses(agree);
        let ended = scene.run(&["login"]);
        assert_eq!(ended.code, 1, "{claims}");
        assert!(
            ended.progress.contains("cannot be trusted"),
            "{}",
            ended.progress
        );
        assert!(!is_kept(&scene), "{claims}");
    }
}

#[test]
fn a_refusal_is_told_in_the_words_of_the_issuer() {
    let issuer = issuer();
    let scene = scene(&issuer).browses(|page| {
        let state = field(page, "state");
        go_back(
            page,
            &format!("error=access_denied&error_description=no%1B%5B1A&state={state}"),
        );
    });
    let ended = scene.run(&["login"]);
    assert_eq!(ended.code, 1);
    assert!(
        ended.progress.contains("access_denied: no\\u{1b}[1A"),
        "{}",
        ended.progress
    );
}

fn refused_document(change: impl Fn(&mut Value)) -> String {
    let platform = Platform::start();
    let mut document = document(&platform.endpoint());
    change(&mut document);
    let platform = platform.on(DISCOVERY, [Reply::json(200, &document)]);
    let scene = scene(&platform).browses(|_| panic!("nobody is to be sent anywhere"));
    let ended = scene.run(&["login"]);
    assert_eq!(ended.code, 1);
    assert_eq!(platform.lines(), [DISCOVERY]);
    ended.progress
}

#[test]
fn an_issuer_that_is_another_or_names_unsafe_addresses_is_not_believed() {
    let other = refused_document(|document| document["issuer"] = json!("https://id.example.com"));
    assert!(other.contains("to the letter"), "{other}");
    for address in [
        "http://id.example.com/token",
        "ftp://127.0.0.1/token",
        "/token",
    ] {
        let unsafe_one = refused_document(|document| document["token_endpoint"] = json!(address));
        assert!(unsafe_one.contains(address), "{unsafe_one}");
    }
    let plain = json!(["plain"]);
    let weak =
        refused_document(|document| document["code_challenge_methods_supported"] = plain.clone());
    assert!(weak.contains("PKCE"), "{weak}");
}

#[test]
fn an_issuer_is_reached_encrypted_or_not_at_all() {
    let issuer = issuer();
    let scene = scene(&issuer);
    let ended = scene.run(&["login", "--issuer", "http://id.example.com"]);
    assert_eq!(ended.code, 1);
    assert!(ended.progress.contains("not https"), "{}", ended.progress);
}

#[test]
fn what_is_sent_to_an_issuer_never_follows_a_redirection() {
    let elsewhere = Platform::start();
    let location = format!("location: {}/token\r\n", elsewhere.endpoint());
    let issuer = issuer().on(TOKEN, [Reply::new(307, &location, "")]);
    let scene = scene(&issuer).browses(agree);
    let ended = scene.run(&["login"]);
    assert_eq!(ended.code, 1);
    assert!(ended.progress.contains("redirects"), "{}", ended.progress);
    assert!(elsewhere.asked().is_empty());
}

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
