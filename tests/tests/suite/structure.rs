//! The architecture as a test: which crate may see which, and that functions, template, state
//! machines and error names fit together. `docs/architecture.md` says why.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use groundplane_model::FailureKind;
use serde_json::Value;

/// Crates that decide: they may see each other and nothing that talks to the world.
const PURE: [&str; 16] = [
    "groundplane-authority",
    "groundplane-capabilities",
    "groundplane-compliance",
    "groundplane-deployment",
    "groundplane-drift",
    "groundplane-events",
    "groundplane-explanation",
    "groundplane-governance",
    "groundplane-guardrails",
    "groundplane-lifecycle",
    "groundplane-model",
    "groundplane-patterns",
    "groundplane-planner",
    "groundplane-preview",
    "groundplane-resolvers",
    "groundplane-spec",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Each crate of the workspace with its ordinary dependencies.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--no-deps",
            "--offline",
        ])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let name = |value: &Value| value["name"].as_str().unwrap().to_owned();
    metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| {
            let ordinary = |dependency: &&Value| dependency["kind"].is_null();
            let dependencies = package["dependencies"].as_array().unwrap();
            (
                name(package),
                dependencies.iter().filter(ordinary).map(name).collect(),
            )
        })
        .collect()
}

fn folders(path: &str) -> BTreeSet<String> {
    fs::read_dir(root().join(path))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

fn machines() -> Vec<(PathBuf, Value)> {
    let mut found = Vec::new();
    for folder in ["statemachines", "statemachines/engines"] {
        for entry in fs::read_dir(root().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path
                .extension()
                .is_some_and(|extension| extension == "json")
            {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path, serde_json::from_str(&text).unwrap()));
            }
        }
    }
    assert!(found.len() >= 2, "the state machines were not found");
    found
}

/// Every value of `field` anywhere in `value`.
fn values_of<'a>(value: &'a Value, field: &str, into: &mut Vec<&'a Value>) {
    match value {
        Value::Object(fields) => {
            into.extend(fields.get(field));
            fields
                .values()
                .for_each(|inner| values_of(inner, field, into));
        }
        Value::Array(items) => items.iter().for_each(|inner| values_of(inner, field, into)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// `resolve-name` is `ResolveName` in the template.
fn logical_name(folder: &str) -> String {
    folder
        .split('-')
        .map(|word| {
            let (first, rest) = word.split_at(1);
            first.to_uppercase() + rest
        })
        .collect()
}

#[test]
fn what_decides_never_sees_what_talks() {
    let all = dependencies();
    for crate_name in PURE {
        let seen = &all[crate_name];
        let forbidden: Vec<_> = seen
            .iter()
            .filter(|name| {
                name.starts_with("aws-")
                    || name.starts_with("lambda_")
                    || [
                        "tokio",
                        "ureq",
                        "groundplane-ports",
                        "groundplane-aws",
                        "groundplane-edge",
                    ]
                    .contains(&name.as_str())
                    || (name.starts_with("groundplane-") && !PURE.contains(&name.as_str()))
            })
            .collect();
        assert!(
            forbidden.is_empty(),
            "{crate_name} must not depend on {forbidden:?}"
        );
    }
    let model: Vec<_> = all["groundplane-model"]
        .iter()
        .filter(|name| name.starts_with("groundplane-"))
        .collect();
    assert!(
        model.is_empty(),
        "the model stands on nothing, but sees {model:?}"
    );
}

#[test]
fn ports_stand_between_what_decides_and_aws() {
    let all = dependencies();
    let of_ours = |name: &str| -> BTreeSet<String> {
        all[name]
            .iter()
            .filter(|name| name.starts_with("groundplane-"))
            .cloned()
            .collect()
    };
    assert_eq!(
        of_ours("groundplane-ports"),
        BTreeSet::from(["groundplane-model".to_owned()])
    );
    assert_eq!(
        of_ours("groundplane-aws"),
        BTreeSet::from([
            "groundplane-model".to_owned(),
            "groundplane-ports".to_owned()
        ])
    );
    let sdk_users: Vec<_> = all
        .iter()
        .filter(|(_, seen)| seen.iter().any(|name| name.starts_with("aws-sdk-")))
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(sdk_users, ["groundplane-aws"], "only the adapters call AWS");
}

/// No address that somebody writes into a document, a webhook or a request is ever fetched: there is
/// nothing in the platform to fetch it with. What AWS fetches for a service (the keys of an issuer) is
/// fetched by AWS.
#[test]
fn nothing_that_runs_in_the_platform_can_fetch_an_address() {
    let all = dependencies();
    let clients = [
        "reqwest",
        "ureq",
        "hyper",
        "hyper-util",
        "curl",
        "isahc",
        "git2",
        "gix",
    ];
    // The command line runs on its user's machine; the rest builds and tests.
    let outside = ["groundplane-cli", "groundplane-tests", "xtask"];
    let fetching: Vec<&String> = all
        .iter()
        .filter(|(name, _)| !outside.contains(&name.as_str()))
        .filter(|(_, seen)| clients.iter().any(|client| seen.contains(*client)))
        .map(|(name, _)| name)
        .collect();
    assert!(fetching.is_empty(), "{fetching:?} can fetch addresses");
}

#[test]
fn every_function_folder_is_in_the_template() {
    let template = fs::read_to_string(root().join("infra/template.yaml")).unwrap();
    for folder in folders("functions") {
        assert!(
            template.contains(&format!("/target/lambda/{folder}")),
            "infra/template.yaml deploys no function from {folder}"
        );
    }
}

/// Every `${name}` in a text.
fn substitutions(text: &str) -> Vec<String> {
    text.split("${")
        .skip(1)
        .filter_map(|rest| Some(format!("${{{}}}", rest.split_once('}')?.0)))
        .collect()
}

#[test]
fn every_task_of_a_state_machine_is_a_function_or_an_engine_that_exists() {
    let functions: BTreeSet<String> = folders("functions")
        .iter()
        .map(|folder| format!("${{{}FunctionArn}}", logical_name(folder)))
        .collect();
    for (path, machine) in machines() {
        // A function is named where it is called, or in a variable that the call looks it up in.
        let mut named: Vec<String> = substitutions(&machine.to_string());
        named.retain(|name| name.contains("Function"));
        assert!(
            !named.is_empty(),
            "{}: no function is called",
            path.display()
        );
        for name in named {
            assert!(
                functions.contains(&name),
                "{}: there is no function {name}",
                path.display()
            );
        }
        let mut called = Vec::new();
        values_of(&machine, "FunctionName", &mut called);
        for name in called {
            let name = name.as_str().unwrap();
            assert!(
                functions.contains(name) || name.contains("$lookup($resolvers, "),
                "{}: {name} is not looked up among the resolvers",
                path.display()
            );
        }
        let mut engines = Vec::new();
        values_of(&machine, "StateMachineArn", &mut engines);
        for engine in engines {
            let engine = engine.as_str().unwrap();
            // A registered machine is named by its record, which the platform checks.
            if engine == "{% $states.input.arn %}" {
                continue;
            }
            let name = engine
                .trim_start_matches("${")
                .trim_end_matches("EngineArn}");
            let file = format!("statemachines/engines/{}.asl.json", name.to_lowercase());
            assert!(
                root().join(&file).exists(),
                "{}: there is no {file}",
                path.display()
            );
        }
    }
}

#[test]
fn every_error_of_ours_that_a_machine_catches_is_one_that_the_code_returns() {
    let ours: BTreeSet<&str> = FailureKind::ALL
        .iter()
        .map(|kind| kind.error_name())
        .collect();
    for (path, machine) in machines() {
        let mut lists = Vec::new();
        values_of(&machine, "ErrorEquals", &mut lists);
        for error in lists.iter().flat_map(|list| list.as_array().unwrap()) {
            let error = error.as_str().unwrap();
            assert!(
                !error.starts_with("Groundplane.") || ours.contains(error),
                "{}: nothing returns {error}",
                path.display()
            );
        }
    }
}

#[test]
fn every_main_is_only_wiring() {
    for folder in folders("functions") {
        let path = root().join("functions").join(&folder).join("src/main.rs");
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        assert!(
            lines <= 25,
            "{folder}: main.rs has {lines} lines; wiring needs 25 at the most"
        );
    }
}
