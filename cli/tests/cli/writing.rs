//! `graph`, `init`, `schema`, `completions` and `man`: what helps to write documents and command lines.

use std::fs;

use crate::answers::ENVIRONMENT;
use crate::scene::Scene;

const EVERYTHING: &str = include_str!("../../../examples/full-service.yaml");

fn full() -> Scene {
    Scene::empty().file("full.yaml", EVERYTHING)
}

#[test]
fn the_units_of_a_service_are_drawn_in_their_waves() {
    let mermaid = full().run(&["graph", "full.yaml"]);
    insta::assert_snapshot!("graph", mermaid.transcript());
    let dot = full().run(&["graph", "full.yaml", "--language", "dot"]);
    insta::assert_snapshot!("graph-dot", dot.transcript());
}

#[test]
fn programs_get_the_waves_with_what_each_unit_comes_after() {
    let ended = full().run(&["graph", "full.yaml", "-o", "json"]);
    let answer = ended.json();
    let waves = answer["waves"].as_array().unwrap();
    assert_eq!(waves[0][0]["after"], serde_json::json!([]));
    let mut seen = Vec::new();
    for wave in waves {
        let units = wave.as_array().unwrap();
        for unit in units {
            let after = unit["after"].as_array().unwrap();
            assert!(after.iter().all(|before| seen.contains(before)), "{unit}");
        }
        seen.extend(units.iter().map(|unit| unit["unit"].clone()));
    }
    assert!(seen.len() > 5);
}

#[test]
fn only_services_are_drawn() {
    let scene = Scene::empty().file("dev.yaml", ENVIRONMENT);
    let ended = scene.run(&["graph", "dev.yaml"]);
    assert_eq!(ended.code, 2);
    assert!(
        ended.progress.contains("must hold one Service"),
        "{}",
        ended.progress
    );
}

#[test]
fn what_init_writes_is_valid_and_names_its_schema() {
    let scene = Scene::empty();
    let ended = scene.run(&["init", "shop", "--env", "test"]);
    insta::assert_snapshot!("init", ended.transcript());
    let written = fs::read_to_string(scene.path().join("shop.yaml")).unwrap();
    let (first, _) = written.split_once('\n').unwrap();
    let schema = first
        .strip_prefix("# yaml-language-server: $schema=")
        .unwrap();
    let schema = fs::read_to_string(scene.path().join(schema)).unwrap();
    assert_eq!(schema, scene.run(&["schema"]).output);
    let valid = scene.run(&["validate", "shop.yaml"]);
    assert_eq!(
        (valid.code, valid.output.as_str()),
        (0, "shop.yaml: Service `shop` is valid\n"),
        "{}",
        valid.progress
    );
    let uncommented = written.replace("  # ", "  ");
    let uncommented = uncommented.replace("  A folder", "  # A folder");
    let uncommented = uncommented.replace("    What", "    # What");
    let scene = Scene::empty().file("all.yaml", uncommented);
    let all = scene.run(&["validate", "all.yaml"]);
    assert_eq!(all.code, 0, "{}", all.progress);
}

#[test]
fn init_overwrites_nothing_of_the_users() {
    let scene = Scene::empty().file("shop.yaml", "mine");
    let ended = scene.run(&["init", "shop"]);
    assert_eq!(ended.code, 2);
    assert!(
        ended
            .progress
            .starts_with("error: `shop.yaml` is there already"),
        "{}",
        ended.progress
    );
    let kept = fs::read_to_string(scene.path().join("shop.yaml")).unwrap();
    assert_eq!(kept, "mine");
}

#[test]
fn every_kind_has_a_schema_of_its_own_in_one_file() {
    for (kind, title) in [
        ("Service", "Service"),
        ("landing-zone", "LandingZone"),
        ("Environment", "Environment"),
        ("resolver", "Resolver"),
        ("Lifecycle", "Lifecycle"),
        ("WORKFLOW", "Workflow"),
    ] {
        let ended = Scene::empty().run(&["schema", kind]);
        let schema = ended.json();
        assert_eq!(schema["properties"]["kind"]["const"], title, "{schema:#}");
        let refers = ended
            .output
            .lines()
            .filter(|line| line.contains("\"$ref\""));
        for line in refers {
            assert!(
                line.contains("\"#/"),
                "{kind} refers to another file: {line}"
            );
        }
    }
    let ended = Scene::empty().run(&["schema", "Pod"]);
    assert_eq!(ended.code, 2);
    assert!(
        ended.progress.contains("`LandingZone`"),
        "{}",
        ended.progress
    );
}

#[test]
fn a_field_is_explained_without_a_platform() {
    let ended = Scene::empty().run(&["schema", "service", "/spec/compute/memory"]);
    insta::assert_snapshot!("schema-field", ended.transcript());
    let scene = Scene::empty();
    let answer = scene.run(&["schema", "Service", "/spec/compute", "-o", "json"]);
    let answer = answer.json();
    assert_eq!(answer["kind"], "Service");
    assert_eq!(answer["pointer"], "/spec/compute");
    assert_eq!(answer["fields"][0]["name"], "image");
    let page = "docs/reference/service.md#spec-compute";
    assert_eq!(answer["documentation"]["page"], page);
}

#[test]
fn a_field_that_is_not_there_leads_to_the_one_around_it() {
    let ended = Scene::empty().run(&["schema", "Service", "/spec/compute/cpus"]);
    insta::assert_snapshot!("schema-no-field", ended.transcript());
    for pointer in ["spec", "cpu", "/nothing"] {
        let ended = Scene::empty().run(&["schema", "Service", pointer]);
        assert_eq!(ended.code, 2, "{pointer}");
    }
}

#[test]
fn the_command_that_a_problem_names_explains_its_field() {
    let spec = "apiVersion: groundplane.dev/v1\nkind: Service\nmetadata:\n  name: web-service\n\
                spec:\n  compute:\n    image: nginx:1.27\n    cpu: 300\n    cpus: 2\n";
    let scene = Scene::empty().file("web.yaml", spec);
    let refused = scene.run(&["validate", "web.yaml", "-o", "json"]).json();
    let problems = refused["error"]["problems"].as_array().unwrap();
    assert_eq!(problems.len(), 2, "{problems:#?}");
    for problem in problems {
        let command = problem["documentation"]["command"].as_str().unwrap();
        let words: Vec<_> = command.split(' ').skip(1).collect();
        let ended = scene.run(&words);
        assert_eq!(ended.code, 0, "{command}");
        let page = problem["documentation"]["page"].as_str().unwrap();
        assert!(
            ended.output.contains(&format!("more in {page}\n")),
            "{page}"
        );
    }
}

#[test]
fn shells_and_manuals_know_every_command() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ended = Scene::empty().run(&["completions", shell]);
        assert_eq!(ended.code, 0, "{shell}");
        assert!(ended.output.contains("event-source"), "{shell}");
    }
    let all = Scene::empty().run(&["man"]);
    assert!(all.output.contains(".TH groundplane 1"), "{}", all.output);
    assert!(all.output.contains("event\\-source"), "{}", all.output);
    let one = Scene::empty().run(&["man", "deploy"]);
    assert!(one.output.contains("\\-\\-plan"), "{}", one.output);
    assert_eq!(Scene::empty().run(&["man", "teleport"]).code, 2);
}
