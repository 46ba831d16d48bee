//! What is done about drift by itself: an environment that remediates gets back what was asked
//! for, one that accepts writes down what is there. Both by ordinary deployments.

use std::time::Duration;

use serde_json::{Value, json};

use super::cloud::Cloud;
use super::command::Platform;
use super::drift::{delete_role, fleet, forget_logs, found, policed, roles, run_four, spec_in};
use super::patient;

/// How long a check, and the deployment that it begins, may take.
const PATIENCE: Duration = Duration::from_secs(180);

/// Deploys the example into an environment with this policy; gives what it puts out.
fn deployed(platform: &Platform, (name, environment): (&str, &str), drift: &Value) -> Value {
    policed(platform, environment, drift);
    let spec = spec_in(name, environment);
    let ran = platform.run_with(&spec, &["deploy", "-", "--wait", "-o", "json"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    ran.answer["instance"]["outputs"].clone()
}

/// The report that the instance has now.
fn report(platform: &Platform, instance: &str) -> Value {
    platform
        .get(&format!("/v1/instances/{instance}/drift"))
        .body["report"]
        .clone()
}

/// Follows the deployment that a report names to its end. It is one that nobody asked for, and
/// succeeds.
fn remedied(platform: &Platform, report: &Value) -> Value {
    let id = report["remedy"].as_str();
    let path = format!(
        "/v1/deployments/{}",
        id.unwrap_or_else(|| panic!("{report:#}"))
    );
    let ended = patient(PATIENCE, || {
        let shown = platform.get(&path).body;
        let is_over = ["succeeded", "failed"]
            .map(Value::from)
            .contains(&shown["status"]);
        is_over.then_some(shown)
    });
    assert_eq!(ended["status"], "succeeded", "{ended:#}");
    assert_eq!(ended["requestedBy"], "drift");
    ended
}

/// The units that a deployment did something to.
fn touched(deployment: &Value) -> Vec<&str> {
    let waves = deployment["waves"].as_array().unwrap().iter();
    let steps = waves.flat_map(|wave| wave["units"].as_array().unwrap());
    let is_changed = |step: &&Value| step["status"] == "succeeded";
    let units = steps.filter(is_changed).map(|step| &step["unit"]);
    units.map(|unit| unit.as_str().unwrap()).collect()
}

fn retention(cloud: &Cloud, outputs: &Value) -> Value {
    let group = &outputs["compute.log_group.name"];
    let asked = json!({"logGroupNamePrefix": group});
    let answer = cloud.call("logs", "Logs_20140328.DescribeLogGroups", &asked);
    let answer: Value = serde_json::from_str(&answer).unwrap();
    answer["logGroups"][0]["retentionInDays"].clone()
}

fn in_sync(platform: &Platform, instance: &str) {
    let checked = platform.run(&["drift", instance, "--wait", "-o", "json"]);
    assert_eq!(checked.code, 0, "{checked:?}");
    let gone = platform.run(&["destroy", instance, "--wait", "--yes", "-o", "json"]);
    assert_eq!(gone.code, 0, "{gone:?}");
}

#[test]
#[ignore = "needs the local AWS: cargo xtask test"]
fn an_environment_that_remediates_gets_back_what_was_asked_for() {
    let (platform, cloud) = (Platform::from_env(), Cloud::from_env());
    let policy = json!({"default": "remediate", "schedule": "720h"});
    let outputs = deployed(&platform, ("wounded", "healing"), &policy);

    forget_logs(&cloud, &outputs);
    delete_role(&cloud, "wounded");
    let ended = fleet(&cloud, "healing", PATIENCE);
    assert_eq!(ended["counts"]["drifted"], 1, "{ended}");
    let found_it = report(&platform, "wounded.healing");
    assert_eq!(
        found(&found_it),
        ["LogGroup /RetentionInDays changed", "TaskRole  deleted"]
    );
    let deployment = remedied(&platform, &found_it);
    let mut touched = touched(&deployment);
    touched.sort_unstable();
    assert_eq!(touched, ["compute", "foundation"], "{deployment:#}");

    assert_eq!(retention(&cloud, &outputs), 30);
    assert_eq!(roles(&cloud, "wounded", "-TaskR").len(), 1);
    in_sync(&platform, "wounded.healing");
}

#[test]
#[ignore = "needs the local AWS: cargo xtask test"]
fn an_environment_that_accepts_writes_down_what_is_there() {
    let (platform, cloud) = (Platform::from_env(), Cloud::from_env());
    let count = json!({
        "resourceType": "AWS::ECS::Service", "property": "/DesiredCount", "action": "accept",
    });
    let policy = json!({"default": "report", "schedule": "720h", "rules": [count]});
    let outputs = deployed(&platform, ("grown", "accepting"), &policy);

    run_four(&cloud, &outputs);
    let ended = fleet(&cloud, "accepting", PATIENCE);
    assert_eq!(ended["counts"]["drifted"], 1, "{ended}");
    let deployment = remedied(&platform, &report(&platform, "grown.accepting"));
    assert_eq!(touched(&deployment), ["compute"], "{deployment:#}");

    let revision = platform
        .get("/v1/instances/grown.accepting/revisions/2")
        .body;
    let compute = &revision["spec"]["spec"]["compute"];
    assert_eq!(
        (&compute["minCapacity"], &compute["maxCapacity"]),
        (&json!(4), &json!(4)),
        "{revision:#}"
    );
    in_sync(&platform, "grown.accepting");
}
