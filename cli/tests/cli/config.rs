//! `groundplane config explain`, and the files that settings come from.

use serde_json::json;

use crate::answers::page;
use crate::platform::Platform;
use crate::scene::{Scene, TOKEN};

fn platform() -> Platform {
    Platform::start().on("GET /v1/instances", [page(&[], None)])
}

fn endpoint(platform: &Platform) -> String {
    format!("endpoint = \"{}\"\n", platform.endpoint())
}

#[test]
fn nothing_is_set_in_an_empty_world() {
    let ended = Scene::empty().run(&["config", "explain"]);
    insta::assert_snapshot!("config-nothing", ended.transcript());
}

#[test]
fn each_setting_names_who_said_it_and_no_token_is_shown() {
    let scene = Scene::empty()
        .variable("GROUNDPLANE_TOKEN", TOKEN)
        .variable("XDG_CONFIG_HOME", "/nowhere/at/all")
        .file(
            "groundplane.toml",
            "endpoint = \"https://platform.example.com/\"\noutput = \"json\"\n",
        );
    let ended = scene.run(&["config", "explain", "-o", "text"]);
    insta::assert_snapshot!("config-explain", ended.transcript());
    let answer = scene.run(&["config", "explain"]).json();
    assert_eq!(answer["settings"][1]["value"], "(hidden)");
    assert_eq!(answer["settings"][2]["value"], "json");
}

#[test]
fn a_project_goes_before_a_local_platform_and_both_before_the_user() {
    let (by_user, by_local, by_project) = (platform(), platform(), platform());
    let scene = Scene::empty().variable("GROUNDPLANE_TOKEN", TOKEN);
    let home = scene.path().join("home").display().to_string();
    let scene = scene
        .variable("HOME", &home)
        .file("home/.config/groundplane/config.toml", endpoint(&by_user));
    assert_eq!(scene.run(&["list"]).code, 0);
    assert_eq!(by_user.asked().len(), 1);
    let local = format!("{}token = \"x\"\n", endpoint(&by_local));
    let scene = scene.file(".groundplane/local.toml", local);
    assert_eq!(scene.run(&["list"]).code, 0);
    assert_eq!((by_user.asked().len(), by_local.asked().len()), (1, 1));
    let scene = scene
        .file("groundplane.toml", endpoint(&by_project))
        .file("services/web.yaml", "");
    let below = scene.path().join("services");
    assert_eq!(scene.run_in(&below, &["list"]).code, 0);
    assert_eq!((by_local.asked().len(), by_project.asked().len()), (1, 1));
}

#[test]
fn a_file_that_cannot_be_used_is_named_without_its_content() {
    for content in [
        "endpoint = 1",
        "token = \"head.s3cret.tail\"",
        "endpoint = \"head.s3cret",
        "colour = \"red\"",
    ] {
        let scene = Scene::empty().file("groundplane.toml", content);
        let ended = scene.run(&["list"]);
        assert_eq!(ended.code, 2, "{content}");
        let begin = "error: cannot use `/work/groundplane.toml`";
        assert!(ended.progress.starts_with(begin), "{}", ended.progress);
    }
}

#[test]
fn the_form_of_answers_can_be_set() {
    let platform = platform();
    let scene = Scene::with(&platform).variable("GROUNDPLANE_OUTPUT", "JSON");
    assert_eq!(scene.run(&["list"]).json(), json!({"items": []}));
    assert!(!scene.run(&["list", "-o", "text"]).output.starts_with('{'));
    let scene = Scene::with(&platform).variable("GROUNDPLANE_OUTPUT", "yaml");
    let ended = scene.run(&["list"]);
    assert_eq!(ended.code, 2);
    assert!(
        ended
            .progress
            .contains("`yaml` is no form of answers (GROUNDPLANE_OUTPUT)")
    );
}
