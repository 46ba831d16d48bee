//! Where the command finds its platform and its token.

use crate::answers::page;
use crate::platform::{Platform, Reply};
use crate::scene::{Scene, TOKEN};

fn platform() -> Platform {
    Platform::start().on("GET /v1/instances", [page(&[], None)])
}

fn local(platform: &Platform, token: &str) -> String {
    format!(
        "endpoint = \"{}\"\ntoken = \"{token}\"\n",
        platform.endpoint()
    )
}

fn token_of(platform: &Platform) -> String {
    platform.asked()[0].headers["authorization"].clone()
}

#[test]
fn a_local_platform_is_found_from_below() {
    let platform = platform();
    let scene = Scene::empty()
        .file(".groundplane/local.toml", local(&platform, "from-file"))
        .file("services/web/web.yaml", "");
    let ended = scene.run_in(&scene.path().join("services/web"), &["list"]);
    assert_eq!(ended.code, 0, "{}", ended.progress);
    assert_eq!(token_of(&platform), "Bearer from-file");
}

#[test]
fn the_environment_goes_before_the_file_and_a_flag_before_both() {
    let (by_file, by_environment, by_flag) = (platform(), platform(), platform());
    let scene = Scene::empty()
        .file(".groundplane/local.toml", local(&by_file, "from-file"))
        .variable("GROUNDPLANE_ENDPOINT", &by_environment.endpoint())
        .variable("GROUNDPLANE_TOKEN", "from-environment");
    assert_eq!(scene.run(&["list"]).code, 0);
    assert_eq!(token_of(&by_environment), "Bearer from-environment");
    let endpoint = by_flag.endpoint();
    let ended = scene.run(&["--endpoint", &endpoint, "list", "--token", "from-flag"]);
    assert_eq!(ended.code, 0);
    assert_eq!(token_of(&by_flag), "Bearer from-flag");
    assert!(by_file.asked().is_empty());
}

#[test]
fn the_token_of_the_local_platform_is_not_shown_to_another() {
    let (local_one, other) = (platform(), platform());
    let scene = Scene::empty().file(".groundplane/local.toml", local(&local_one, "from-file"));
    let ended = scene.run(&["list", "--endpoint", &other.endpoint()]);
    assert_eq!(ended.code, 2);
    assert!(
        ended
            .progress
            .contains("there is no token for this platform")
    );
    assert!(other.asked().is_empty());
    let same = format!("{}/", local_one.endpoint());
    assert_eq!(scene.run(&["list", "--endpoint", &same]).code, 0);
}

#[test]
fn an_empty_variable_is_as_good_as_none() {
    let platform = platform();
    let scene = Scene::empty()
        .file(".groundplane/local.toml", local(&platform, "from-file"))
        .variable("GROUNDPLANE_ENDPOINT", "")
        .variable("GROUNDPLANE_TOKEN", " ");
    assert_eq!(scene.run(&["list"]).code, 0);
}

#[test]
fn without_a_platform_the_ways_to_name_one_are_listed() {
    let ended = Scene::empty().run(&["list"]);
    insta::assert_snapshot!("no-platform", ended.transcript());
}

#[test]
fn a_broken_file_is_named_without_its_content() {
    for content in [
        "endpoint = 1",
        "token = \"head.s3cret",
        "",
        "token = \"head.s3cret.tail\"",
    ] {
        let scene = Scene::empty().file(".groundplane/local.toml", content);
        let ended = scene.run(&["list"]);
        assert_eq!(ended.code, 2);
        assert!(
            ended
                .progress
                .starts_with("error: cannot use `/work/.groundplane/local.toml`"),
            "{}",
            ended.progress
        );
    }
}

#[test]
fn a_broken_file_that_is_not_needed_is_no_obstacle() {
    let platform = platform();
    let scene = Scene::with(&platform).file(".groundplane/local.toml", "broken");
    assert_eq!(scene.run(&["list"]).code, 0);
}

#[test]
fn a_token_goes_over_the_network_encrypted_or_not_at_all() {
    for endpoint in [
        "http://platform.example.com",
        "http://10.0.0.7:8080",
        "http://localhost.example.com",
    ] {
        let ended = Scene::empty().run(&["list", "--endpoint", endpoint, "--token", TOKEN]);
        assert_eq!(ended.code, 2, "{endpoint}");
        assert!(
            ended.progress.contains("unencrypted"),
            "{endpoint}: {}",
            ended.progress
        );
    }
}

#[test]
fn what_is_not_an_address_is_refused() {
    for endpoint in [
        "platform",
        "ftp://platform.example.com",
        "https://",
        "https://user@platform.example.com",
        "http://localhost@platform.example.com",
        "https://platform.example.com?stage=x",
        "https://platform.example.com#x",
    ] {
        let ended = Scene::empty().run(&["list", "--endpoint", endpoint, "--token", TOKEN]);
        assert_eq!(ended.code, 2, "{endpoint}");
        assert!(
            ended.progress.contains("is not the address"),
            "{endpoint}: {}",
            ended.progress
        );
    }
}

#[test]
fn a_token_that_would_break_the_request_is_refused_unseen() {
    for token in ["head.s3cret tail", "s3cret\r\nx-evil: 1", "s3crét"] {
        let ended = Scene::empty().run(&[
            "list",
            "--endpoint",
            "https://example.com",
            "--token",
            token,
        ]);
        assert_eq!(ended.code, 2);
        assert!(
            ended
                .progress
                .contains("holds characters that no token has")
        );
    }
}

#[test]
fn a_local_token_that_has_expired_is_renewed_by_the_demo() {
    let platform = Platform::start().on("GET /v1/instances", [Reply::new(401, "", "")]);
    let scene = Scene::empty().file(".groundplane/local.toml", local(&platform, "from-file"));
    let ended = scene.run(&["list"]);
    assert_eq!(ended.code, 1);
    assert!(
        ended.progress.contains("run `cargo xtask demo` again"),
        "{}",
        ended.progress
    );
}
