//! Text of users in templates: whatever stands in any field that takes free text, it arrives as
//! text or is refused.

use groundplane_planner::{check, plan};
use groundplane_spec::validate_value;
use serde_json::{Value, json};

use crate::ground::{Ground, resolved_for, spec};

const EVERYTHING: &str = include_str!("../golden/everything/spec.yaml");
const OTHERS: [&str; 3] = [
    include_str!("../golden/hostile-text/spec.yaml"),
    include_str!("../golden/access-oidc/spec.yaml"),
    include_str!("../golden/network/spec.yaml"),
];

/// What tools that read templates, or what is made of them, take for something else than text.
const PROBES: [&str; 5] = [
    "probe-${AWS::AccountId}",
    "{% include 'x' %}",
    "${!Literal}",
    "{\"Fn::Sub\": \"x\"}",
    "{{ mustache }}",
];

/// What CloudFormation takes for a secret or a parameter of the account.
const RESOLVES: [&str; 3] = [
    "{{resolve:secretsmanager:prod:SecretString:password}}",
    "x{{resolve:ssm:/prod/key}}y",
    // Whole only once the reference in its middle is taken out.
    "{{res${storage.efs.filesystem_id}olve:ssm:/prod/key}}",
];

/// The whole documents, with every default.
fn documents() -> Vec<Value> {
    let texts = OTHERS.into_iter().chain([EVERYTHING]);
    texts.map(spec).collect()
}

/// The pointer of every text of a document, names of fields left out.
fn texts(value: &Value, pointer: &str, found: &mut Vec<String>) {
    match value {
        Value::String(_) => found.push(pointer.to_owned()),
        Value::Array(items) => {
            for (number, item) in items.iter().enumerate() {
                texts(item, &format!("{pointer}/{number}"), found);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                let name = name.replace('~', "~0").replace('/', "~1");
                texts(field, &format!("{pointer}/{name}"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Every document that has `probe` in place of one text, and which the schema takes.
fn probed(probe: &str) -> Vec<(String, Value)> {
    let mut probed = Vec::new();
    for document in documents() {
        let mut places = Vec::new();
        texts(&document, "", &mut places);
        for place in places {
            let mut changed = document.clone();
            *changed.pointer_mut(&place).unwrap() = json!(probe);
            if validate_value(&changed).is_ok() {
                probed.push((place, changed));
            }
        }
    }
    probed
}

/// What a function of CloudFormation that looks into text is given.
fn substituted(value: &Value, found: &mut Vec<Value>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| substituted(item, found)),
        Value::Object(fields) => {
            for (name, field) in fields {
                if matches!(name.as_str(), "Fn::Sub" | "Fn::Transform") {
                    found.push(field.clone());
                }
                substituted(field, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn no_text_of_a_user_reaches_a_function_that_looks_into_it() {
    let ground = Ground::sandbox();
    let mut planned = 0;
    for probe in PROBES {
        let documents = probed(probe);
        assert!(documents.len() > 10, "{probe}: {}", documents.len());
        for (place, document) in documents {
            let resolved = resolved_for(&document);
            let Ok(plan) = plan(&ground.input(&document, &resolved)) else {
                continue;
            };
            planned += 1;
            for unit in plan.units() {
                let template: Value = serde_json::from_slice(&unit.template).unwrap();
                let mut found = Vec::new();
                substituted(&template, &mut found);
                let text = json!(found).to_string();
                let inner = json!(probe).to_string();
                assert!(
                    !text.contains(inner.trim_matches('"')),
                    "{place} of {}: {text}",
                    unit.unit
                );
            }
        }
    }
    assert!(planned > 40, "{planned}");
}

#[test]
fn text_that_would_read_secrets_of_the_account_is_refused_wherever_it_stands() {
    let ground = Ground::sandbox();
    let mut refused = 0;
    for probe in RESOLVES {
        for (place, document) in probed(probe) {
            let resolved = resolved_for(&document);
            let input = ground.input(&document, &resolved);
            let found = check(&document, input.environment, input.landing_zone);
            if place.starts_with("/spec/") {
                assert!(
                    found.iter().any(|it| it.message.contains("{{resolve:")),
                    "{place} takes {probe}: {found:?}"
                );
                refused += 1;
            }
            // What is not of a section reaches no template.
            let Ok(plan) = plan(&input) else { continue };
            for unit in plan.units() {
                let template = String::from_utf8_lossy(&unit.template);
                assert!(!template.contains(probe), "{place} of {}", unit.unit);
            }
        }
    }
    assert!(refused >= 12, "{refused}");
}
