//! Logging in with a browser.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};

use crate::issuer::{
    CLIENT, DISCOVERY, LIST, TOKEN, agree, bearer, document, field, file, go_back, is_kept, issuer,
    logged_in, nonce, scene, secret, token, tokens,
};
use crate::platform::{Platform, Reply};

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
