//! Guardrails and what tenants are allowed, without a platform.

use serde_json::json;

use crate::answers::{ENVIRONMENT, LANDING_ZONE, SERVICE};
use crate::scene::Scene;

const GUARDRAIL: &str = "\
apiVersion: groundplane.dev/v1
kind: Guardrail
metadata:
  name: tasks
spec:
  owner: container-team
  policy: |
    package tasks

    import data.guardrails.template

    deny contains template.violation(\"tasks/none\", id, [], \"there are no tasks here\") if {
      some id in object.keys(template.of_type[\"AWS::ECS::TaskDefinition\"])
    }
";

const TENANT: &str = "\
apiVersion: groundplane.dev/v1
kind: Tenant
metadata:
  name: acme
spec:
  owner: platform-team
  sections:
    deny: [compute]
";

/// A service and its ground, with this document besides.
fn with(document: &str) -> Scene {
    Scene::empty()
        .file("web.yaml", SERVICE)
        .file("environment.yaml", ENVIRONMENT)
        .file("zone.yaml", LANDING_ZONE)
        .file("more.yaml", document)
}

const FILES: [&str; 4] = ["web.yaml", "environment.yaml", "zone.yaml", "more.yaml"];

#[test]
fn a_guardrail_among_the_files_refuses_a_preview_and_a_validation() {
    for command in ["preview", "validate"] {
        let scene = with(GUARDRAIL);
        let ended = scene.run(&[&[command][..], &FILES].concat());
        assert_eq!(ended.code, 2, "{}", ended.progress);
        let said = &ended.progress;
        assert!(said.contains("there are no tasks here"), "{said}");
        assert!(
            said.contains("the rule `tasks/none` of the guardrail `tasks`"),
            "{said}"
        );
        assert!(
            said.contains("`container-team` can say more about it"),
            "{said}"
        );
        assert!(said.contains("web.yaml:"), "{said}");
    }
}

#[test]
fn a_guardrail_that_warns_refuses_nothing_and_is_told() {
    let warns = GUARDRAIL.replace("spec:\n", "spec:\n  severity: warn\n");
    for command in ["preview", "validate"] {
        let scene = with(&warns);
        let ended = scene.run(&[&[command][..], &FILES].concat());
        assert_eq!(ended.code, 0, "{}", ended.progress);
        assert!(ended.progress.contains("tasks/none"), "{}", ended.progress);
    }
}

#[test]
fn what_the_tenant_among_the_files_is_not_allowed_is_refused() {
    for command in ["preview", "validate"] {
        let scene = with(TENANT);
        let ended = scene.run(&[&[command][..], &FILES].concat());
        assert_eq!(ended.code, 2, "{}", ended.progress);
        assert!(
            ended
                .progress
                .contains("the section `compute` is not allowed"),
            "{}",
            ended.progress
        );
    }
}

#[test]
fn a_policy_that_cannot_be_used_is_found_with_its_place() {
    let scene = Scene::empty().file("broken.yaml", GUARDRAIL.replace("if {", "if ("));
    let ended = scene.run(&["validate", "broken.yaml", "-o", "json"]);
    assert_eq!(ended.code, 2);
    let problem = &ended.json()["error"]["problems"][0];
    assert_eq!(problem["pointer"], json!("/spec/policy"));
    assert!(
        problem["message"].to_string().contains("tasks:6:"),
        "{problem}"
    );
}

#[test]
fn governing_documents_are_applied_before_services() {
    let platform = crate::platform::Platform::start()
        .on("PUT /v1/guardrails/tasks", [applied("Guardrail", "tasks")])
        .on("PUT /v1/tenants/acme", [applied("Tenant", "acme")]);
    let scene = Scene::with(&platform)
        .file("guardrail.yaml", GUARDRAIL)
        .file("tenant.yaml", TENANT);
    let ended = scene.run(&["apply", "tenant.yaml", "guardrail.yaml"]);
    assert_eq!(ended.code, 0, "{}", ended.progress);
    assert_eq!(
        ended.output,
        "Tenant `acme` is now version 1\nGuardrail `tasks` is now version 1\n"
    );
}

fn applied(kind: &str, name: &str) -> crate::platform::Reply {
    let body = json!({
        "kind": kind, "name": name, "version": 1, "changed": true, "warnings": [],
    });
    crate::platform::Reply::json(200, &body)
}
