//! What is found wrong before anything starts.

use groundplane_model::{Problem, Severity};
use groundplane_planner::{Resolved, check, plan};
use serde_json::{Value, json};

use crate::ground::{Ground, resolved_for, spec_with};

fn problems(spec: &Value) -> Vec<String> {
    let ground = Ground::sandbox();
    let problems = check(spec, &ground.environment, &ground.landing_zone);
    problems.iter().map(Problem::to_string).collect()
}

#[test]
fn a_good_spec_has_no_problems() {
    assert_eq!(problems(&spec_with(&["compute", "storage"])), [""; 0]);
}

#[test]
fn a_version_that_aws_no_longer_creates_is_a_warning_and_no_error() {
    let ground = Ground::sandbox();
    let mut spec = spec_with(&["database"]);
    spec["spec"]["database"]["engineVersion"] = json!("16.4");
    let found = check(&spec, &ground.environment, &ground.landing_zone);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].severity, Severity::Warning);
    assert_eq!(found[0].pointer, "/spec/database/engineVersion");
    ground.plan(&spec);
}

#[test]
fn a_document_without_sections_has_nothing_to_provision() {
    for spec in [
        json!({}),
        json!(null),
        json!({ "spec": [] }),
        json!({ "spec": {} }),
    ] {
        let found = problems(&spec);
        assert_eq!(found.len(), 1, "{spec}");
        assert!(
            found[0].starts_with("/spec: the spec declares no section"),
            "{found:?}"
        );
    }
}

#[test]
fn a_section_that_is_not_what_its_schema_demands_is_a_problem_and_no_panic() {
    let ground = Ground::sandbox();
    for broken in [
        json!(null),
        json!(7),
        json!({ "image": 7 }),
        json!({ "image": "nginx" }),
    ] {
        let spec = json!({ "spec": { "compute": broken } });
        let resolved = resolved_for(&spec);
        let found = plan(&ground.input(&spec, &resolved)).unwrap_err();
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].pointer, "/spec/compute");
        assert!(
            found[0]
                .message
                .starts_with("the section `compute` cannot be read: ")
        );
    }
}

#[test]
fn dynamic_references_are_refused_wherever_they_stand() {
    let hidden = "{{resolve:ssm:/other/team}}";
    let mut spec = spec_with(&["compute", "storage"]);
    spec["spec"]["compute"]["command"] = json!(["run", hidden]);
    spec["spec"]["compute"]["environment"] = json!({ "A": hidden, hidden: "b", "C": "fine" });
    spec["spec"]["storage"]["accessPoint"]["path"] = json!(hidden);
    let ground = Ground::sandbox();
    let found = check(&spec, &ground.environment, &ground.landing_zone);
    let pointers: Vec<&str> = found
        .iter()
        .map(|problem| problem.pointer.as_str())
        .collect();
    assert_eq!(
        pointers,
        [
            "/spec/compute/command/1",
            "/spec/compute/environment/A",
            "/spec/compute/environment/{{resolve:ssm:~1other~1team}}",
            "/spec/storage/accessPoint/path",
        ]
    );
}

#[test]
fn a_wrong_reference_is_refused_with_the_keys_that_exist() {
    let mut spec = spec_with(&["compute"]);
    spec["spec"]["compute"]["environment"] = json!({ "FS": "${storage.efs.filesystem_id}" });
    let found = problems(&spec);
    assert_eq!(found.len(), 1);
    assert!(
        found[0].starts_with(
            "/spec/compute/environment/FS: `${storage.efs.filesystem_id}` refers to nothing \
             (the keys are `foundation.compute.security_group_id`, "
        ),
        "{found:?}"
    );
}

#[test]
fn the_text_of_a_would_be_secret_is_not_repeated() {
    let mut spec = spec_with(&["compute"]);
    spec["spec"]["compute"]["secrets"] = json!({ "PASSWORD": "hunter2" });
    let found = problems(&spec);
    assert_eq!(found.len(), 1);
    assert!(!found[0].contains("hunter2"), "{found:?}");
}

#[test]
fn a_name_that_was_never_handed_out_is_named() {
    let ground = Ground::sandbox();
    let spec = spec_with(&["storage"]);
    let found = plan(&ground.input(&spec, &Resolved::default())).unwrap_err();
    let messages: Vec<&str> = found
        .iter()
        .map(|problem| problem.message.as_str())
        .collect();
    assert_eq!(
        messages,
        [
            "nothing was handed out for `stack` of `foundation`",
            "nothing was handed out for `stack` of `storage`",
        ]
    );
}
