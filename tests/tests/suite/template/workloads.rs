//! What the platform's own template allows, held against the templates that are rendered for
//! instances: whatever they ask for has to come through.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::{permissions, template, texts};
use crate::machines::files_below;

/// Every resource of all rendered templates that tests hold on to.
pub(super) fn rendered() -> Vec<Value> {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/planner/tests/golden");
    let mut files = files_below(&golden);
    files.retain(|file| file.parent().unwrap().ends_with("templates"));
    let resources = files.iter().flat_map(|file| {
        let template: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
        let resources = template["Resources"].as_object().unwrap().clone();
        resources.into_iter().map(|(_, resource)| resource)
    });
    resources.collect()
}

/// The statements below `value` that allow `action`.
fn allowing<'t>(value: &'t Value, action: &str) -> Vec<&'t Value> {
    let mut found = Vec::new();
    permissions(value, &mut found);
    found.retain(|statement| texts(&statement["Action"]).iter().any(|it| it == action));
    found
}

/// Whether the boundary allows `action` wherever `statement` does.
fn lets_through(boundary: &Value, statement: &Value, action: &str) -> bool {
    let allowing = allowing(boundary, action).into_iter();
    let mut conditions = allowing.map(|it| &it["Condition"]);
    conditions.any(|it| it.is_null() || *it == statement["Condition"])
}

#[test]
fn the_boundary_lets_through_whatever_rendered_roles_are_allowed() {
    let boundary = &template()["WorkloadBoundary"];
    let mut seen = BTreeSet::new();
    let mut policies = rendered();
    policies.retain(|resource| resource["Type"] == "AWS::IAM::Policy");
    for policy in policies {
        let mut statements = Vec::new();
        permissions(&policy, &mut statements);
        for statement in statements {
            for action in texts(&statement["Action"]) {
                assert!(
                    lets_through(boundary, statement, &action),
                    "WorkloadBoundary stops {action}: {statement}"
                );
                seen.insert(action);
            }
        }
    }
    for action in [
        "ecs:RunTask",
        "kms:Decrypt",
        "secretsmanager:GetSecretValue",
    ] {
        assert!(
            seen.contains(action),
            "the templates were not read: {seen:?}"
        );
    }
}
