//! `groundplane validate`.

use crate::answers::{ENVIRONMENT, SERVICE};
use crate::scene::Scene;

const BROKEN: &str = "\
apiVersion: groundplane.dev/v1
kind: Service
metadata:
  name: web-service
spec:
  compute:
    imagee: nginx
    cpu: lots
";

const UNKNOWN_SECTION: &str = "\
apiVersion: groundplane.dev/v1
kind: Service
metadata:
  name: web-service
spec:
  compute:
    image: nginx
  teleport: {}
";

#[test]
fn every_problem_of_every_file_is_shown_at_once() {
    let scene = Scene::empty()
        .file("good.yaml", SERVICE)
        .file("broken.yaml", BROKEN)
        .file("unreadable.yaml", "a: [b");
    let files = [
        "good.yaml",
        "broken.yaml",
        "missing.yaml",
        "unreadable.yaml",
    ];
    let text = scene.run(&[&["validate"][..], &files].concat());
    insta::assert_snapshot!("validate-problems", text.transcript());
    let json = scene.run(&[&["validate", "-o", "json"][..], &files].concat());
    insta::assert_snapshot!("validate-problems-json", json.transcript());
}

#[test]
fn several_documents_in_one_file_are_all_checked() {
    let scene = Scene::empty().file("all.yaml", format!("{SERVICE}---\n{ENVIRONMENT}"));
    let ended = scene.run(&["validate", "all.yaml"]);
    insta::assert_snapshot!("validate-several", ended.transcript());
}

#[test]
fn a_problem_in_the_second_document_is_placed_in_the_file() {
    let scene = Scene::empty().file("all.yaml", format!("{SERVICE}---\n{BROKEN}"));
    let ended = scene.run(&["validate", "all.yaml"]);
    assert!(
        ended.progress.contains("all.yaml:16:"),
        "{}",
        ended.progress
    );
}

#[test]
fn a_warning_does_not_refuse_the_document() {
    let scene = Scene::empty().file("web.yaml", UNKNOWN_SECTION);
    let ended = scene.run(&["validate", "web.yaml"]);
    assert_eq!(ended.code, 0);
    assert!(
        ended.progress.contains("web.yaml:8:3: warning: "),
        "{}",
        ended.progress
    );
    assert_eq!(ended.output, "web.yaml: Service `web-service` is valid\n");
    let json = scene.run(&["validate", "web.yaml", "-o", "json"]).json();
    assert_eq!(json["warnings"][0]["pointer"], "/spec/teleport");
    assert_eq!(json["error"], serde_json::Value::Null);
}

#[test]
fn standard_input_is_a_file_named_minus() {
    let ended = Scene::empty().pipes(SERVICE).run(&["validate", "-", "-"]);
    assert_eq!(ended.code, 0);
    assert_eq!(
        ended.output,
        "<standard input>: Service `web-service` is valid\n"
    );
}

#[test]
fn a_directory_stands_for_the_documents_directly_in_it_by_name() {
    let scene = Scene::empty()
        .file("specs/b.yml", SERVICE)
        .file("specs/a.json", ENVIRONMENT)
        .file("specs/notes.txt", "not a document")
        .file("specs/deeper/c.yaml", "not looked at: [");
    let ended = scene.run(&["validate", "specs"]);
    assert_eq!(ended.code, 0, "{}", ended.progress);
    assert_eq!(
        ended.output,
        "specs/a.json: Environment `dev` is valid\nspecs/b.yml: Service `web-service` is valid\n"
    );
}

#[test]
fn a_directory_without_documents_is_a_problem() {
    let scene = Scene::empty().file("specs/notes.txt", "");
    let ended = scene.run(&["validate", "specs"]);
    assert_eq!(ended.code, 2);
    assert!(
        ended
            .progress
            .starts_with("specs: error: the directory holds no documents")
    );
}

#[test]
fn what_is_not_text_or_empty_or_far_too_large_is_a_problem_with_a_place() {
    let scene = Scene::empty()
        .file("latin.yaml", b"a: 1\nb: caf\xe9\n")
        .file("empty.yaml", "")
        .file("huge.yaml", "#".repeat(2 * 1024 * 1024));
    let ended = scene.run(&["validate", "latin.yaml", "empty.yaml", "huge.yaml"]);
    assert_eq!(ended.code, 2);
    let lines: Vec<&str> = ended.progress.lines().collect();
    assert!(lines[0].starts_with("latin.yaml:2:7: error: "), "{lines:?}");
    assert!(
        lines
            .iter()
            .any(|line| line.starts_with("empty.yaml: error: "))
    );
    assert!(
        lines
            .iter()
            .any(|line| line.starts_with("huge.yaml: error: "))
    );
}

#[test]
fn a_file_that_has_no_end_is_read_to_a_bound() {
    let ended = Scene::empty().run(&["validate", "/dev/zero"]);
    assert_eq!(ended.code, 2);
    assert!(
        ended.progress.starts_with("/dev/zero"),
        "{}",
        ended.progress
    );
}

#[test]
fn a_file_name_cannot_move_the_cursor() {
    let ended = Scene::empty().run(&["validate", "no\u{1b}[2Jfile"]);
    assert_eq!(ended.code, 2);
    assert!(
        ended
            .progress
            .contains("no\\u{1b}[2Jfile: error: there is no such file")
    );
}

#[test]
fn no_platform_is_needed() {
    let scene = Scene::empty()
        .file("web.yaml", SERVICE)
        .file(".groundplane/local.toml", "broken")
        .variable("GROUNDPLANE_ENDPOINT", "nonsense");
    assert_eq!(scene.run(&["validate", "web.yaml"]).code, 0);
}
