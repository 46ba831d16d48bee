//! `groundplane preview`, without a platform.

use crate::answers::{ENVIRONMENT, LANDING_ZONE, SERVICE};
use crate::scene::Scene;

/// A service, and what it stands on.
fn complete() -> Scene {
    Scene::empty()
        .file("web.yaml", SERVICE)
        .file("ground/dev.yaml", ENVIRONMENT)
        .file("ground/sandbox.yaml", LANDING_ZONE)
}

/// Gives images to services.
const RESOLVER: &str = "\
apiVersion: groundplane.dev/v1
kind: Resolver
metadata:
  name: image
spec:
  bindings:
    - input: /spec/compute/image
      userValue: resolve
";

#[test]
fn everything_would_be_created_where_nothing_is_known_of_a_platform() {
    let scene = complete();
    for (form, name) in [
        ("text", "preview"),
        ("json", "preview-json"),
        ("markdown", "preview-markdown"),
    ] {
        let ended = scene.run(&["preview", "web.yaml", "ground", "-o", form]);
        insta::assert_snapshot!(name, ended.transcript());
    }
}

#[test]
fn the_same_files_have_the_same_plan_in_any_order() {
    let scene = complete();
    let plan = |files: [&str; 2]| {
        let ended = scene.run(&[&["preview", "-o", "json"][..], &files].concat());
        ended.json()["items"][0]["plan"].clone()
    };
    let one = plan(["web.yaml", "ground"]);
    assert!(one.is_string(), "{one}");
    assert_eq!(one, plan(["ground", "web.yaml"]));
}

#[test]
fn the_exit_code_tells_of_changes_only_if_asked() {
    let scene = complete();
    let quiet = scene.run(&["preview", "web.yaml", "ground"]);
    assert_eq!(quiet.code, 0);
    let telling = scene.run(&["preview", "web.yaml", "ground", "--exit-code"]);
    assert_eq!(telling.code, 3);
    assert_eq!(telling.output, quiet.output);
    let failing = scene.run(&["preview", "web.yaml", "--exit-code"]);
    assert_eq!(failing.code, 2);
}

#[test]
fn what_is_missing_is_said_in_the_users_terms() {
    let scene = complete().file("homeless.yaml", SERVICE.replace("  environment: dev\n", ""));
    for (files, said) in [
        (
            &["web.yaml"][..],
            "none of the files has the Environment `dev`",
        ),
        (
            &["web.yaml", "ground/dev.yaml"],
            "none of the files has the LandingZone `sandbox`",
        ),
        (&["ground"], "none of the files has a Service"),
        (
            &["homeless.yaml", "ground"],
            "homeless.yaml: `web-service` names no environment",
        ),
        (
            &["web.yaml", "ground", "ground/dev.yaml"],
            "the files have the Environment `dev` more than once",
        ),
    ] {
        let ended = scene.run(&[&["preview"][..], files].concat());
        assert_eq!(ended.code, 2, "{files:?}");
        assert!(
            ended.progress.starts_with(&format!("error: {said}\n")),
            "{files:?}: {}",
            ended.progress
        );
        assert!(ended.progress.contains("  hint: "), "{}", ended.progress);
    }
}

#[test]
fn a_flag_names_the_environment_where_the_document_does_not() {
    let scene = complete().file("homeless.yaml", SERVICE.replace("  environment: dev\n", ""));
    for flag in ["--env", "--environment"] {
        let ended = scene.run(&["preview", "homeless.yaml", "ground", flag, "dev"]);
        assert!(
            ended.output.starts_with("web-service.dev: "),
            "{}",
            ended.progress
        );
    }
}

#[test]
fn several_services_are_previewed_one_after_the_other() {
    let other = SERVICE.replace("web-service", "other");
    let scene = complete().file("all.yaml", format!("{SERVICE}---\n{other}"));
    let ended = scene.run(&["preview", "all.yaml", "ground"]);
    let heads: Vec<&str> = ended
        .output
        .lines()
        .filter(|line| line.ends_with("to create"))
        .collect();
    assert_eq!(heads.len(), 2, "{}", ended.output);
    assert!(heads[1].starts_with("other.dev: "), "{heads:?}");
}

#[test]
fn what_the_ground_does_not_offer_is_a_problem_with_a_place() {
    let wish = "  ingress:\n    host: shop.example.com\n    dns: {}\n";
    let zone = LANDING_ZONE.split("  loadBalancer:").next().unwrap();
    let scene = complete()
        .file("web.yaml", format!("{SERVICE}{wish}"))
        .file("ground/sandbox.yaml", zone);
    let ended = scene.run(&["preview", "web.yaml", "ground"]);
    assert_eq!((ended.code, ended.output.as_str()), (2, ""));
    assert!(
        ended.progress.starts_with("web.yaml:9:"),
        "{}",
        ended.progress
    );
}

#[test]
fn what_a_resolver_gives_is_announced_and_unknown() {
    let scene = complete().file("ground/image.yaml", RESOLVER);
    let ended = scene.run(&["preview", "web.yaml", "ground"]);
    for said in [
        "+ /spec/compute/image of spec, handed out by image",
        "\"Image\":\"unresolved-spec-compute-image\"",
        "(unknown until applied: `/spec/compute/image` of `spec` is handed out by the resolver",
    ] {
        assert!(
            ended.output.contains(said),
            "{said}\n{}{}",
            ended.progress,
            ended.output
        );
    }
}

#[test]
fn colours_are_for_people_who_want_them() {
    let coloured = |scene: Scene| {
        let ended = scene.run(&["preview", "web.yaml", "ground"]);
        ended.output.contains('\u{1b}')
    };
    assert!(coloured(complete().watched_by_someone()));
    assert!(coloured(
        complete().watched_by_someone().variable("NO_COLOR", "")
    ));
    assert!(!coloured(complete()));
    assert!(!coloured(
        complete().watched_by_someone().variable("NO_COLOR", "1")
    ));
    assert!(!coloured(
        complete().watched_by_someone().variable("TERM", "dumb")
    ));
}

#[test]
fn other_commands_have_no_markdown_and_say_so_before_they_act() {
    let ended = complete().run(&["deploy", "web.yaml", "-o", "markdown"]);
    assert_eq!((ended.code, ended.output.as_str()), (2, ""));
    assert!(
        ended
            .progress
            .starts_with("error: only `groundplane preview` answers in Markdown"),
        "{}",
        ended.progress
    );
}
