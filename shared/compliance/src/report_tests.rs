use serde_json::{Value, json};

use super::*;

fn framework(controls: &Value) -> ComplianceFramework {
    let spec = json!({"version": "2017", "controls": controls});
    ComplianceFramework {
        name: "soc2".parse().unwrap(),
        spec: serde_json::from_value(spec).unwrap(),
        updated_at: jiff::Timestamp::UNIX_EPOCH,
        updated_by: "test".to_owned(),
        version: 1,
    }
}

fn control(id: &str, about: &Value, evidence: &Value) -> Value {
    json!({"id": id, "title": "Encryption", "appliesTo": about, "evidence": evidence})
}

fn ruling(findings: &Value) -> Ruling {
    let ruling = json!({
        "tenant": "acme", "deployment": "dep-00000000000000000000000000000001",
        "rules": ["encryption-at-rest/cache", "secrets/password"], "limits": ["small"],
        "findings": findings,
        "units": {
            "cache": {"section": "cache", "resource_types": ["AWS::ElastiCache::ReplicationGroup"]},
            "foundation": {"resource_types": ["AWS::IAM::Role"]},
        },
    });
    serde_json::from_value(ruling).unwrap()
}

fn finding(outcome: &Value) -> Value {
    let mut finding = json!({
        "unit": "cache", "resource": "Cache", "rule": "encryption-at-rest/cache", "pointer": "",
        "message": "it must be encrypted", "owner": "x",
    });
    for (name, value) in outcome.as_object().unwrap() {
        finding[name] = value.clone();
    }
    finding
}

fn statuses(ruling: Option<&Ruling>, controls: &Value) -> Vec<(String, Status)> {
    let deployed = Deployed {
        instance: &"web-service.dev".parse().unwrap(),
        environment: &"dev".parse().unwrap(),
        revision: 3,
        ruling,
    };
    let rows = rows(deployed, &[framework(controls)]);
    rows.into_iter()
        .map(|row| (row.control, row.status))
        .collect()
}

fn one(findings: &Value, evidence: &Value) -> Status {
    let controls = json!([control("A", &json!({"sections": ["cache"]}), evidence)]);
    statuses(Some(&ruling(findings)), &controls)[0].1
}

#[test]
fn a_control_is_satisfied_where_all_that_proves_it_was_in_force_and_nothing_breaks_it() {
    let both = json!({"rules": ["encryption-at-rest/cache"], "limits": ["small"]});
    assert_eq!(one(&json!([]), &both), Status::Satisfied);
    for evidence in [
        json!({}),
        json!({"rules": ["encryption-at-rest/cache", "mine/absent"]}),
        json!({"limits": ["other"]}),
    ] {
        assert_eq!(one(&json!([]), &evidence), Status::NotEvaluated);
    }
}

#[test]
fn what_was_let_pass_is_said_for_what_it_is() {
    let evidence = || json!({"rules": ["encryption-at-rest/cache"]});
    let warned = finding(&json!({"outcome": "warned"}));
    let excepted = finding(&json!({"outcome": "excepted", "reason": "it holds nothing"}));
    assert_eq!(one(&json!([warned]), &evidence()), Status::Violated);
    assert_eq!(one(&json!([excepted]), &evidence()), Status::Excepted);
    assert_eq!(
        one(&json!([excepted, warned]), &evidence()),
        Status::Violated
    );
    let other = json!({"rules": ["secrets/password"]});
    assert_eq!(one(&json!([warned]), &other), Status::Satisfied);
}

#[test]
fn a_control_that_is_about_nothing_of_the_instance_has_no_row() {
    let evidence = || json!({"rules": ["secrets/password"]});
    let controls = json!([
        control("A", &json!({"sections": ["database"]}), &evidence()),
        control(
            "B",
            &json!({"resourceTypes": ["AWS::IAM::Role"]}),
            &evidence()
        ),
        control("C", &json!({"sections": ["cache"]}), &evidence()),
    ]);
    let found = statuses(Some(&ruling(&json!([]))), &controls);
    let found: Vec<&str> = found.iter().map(|(control, _)| control.as_str()).collect();
    assert_eq!(found, ["B", "C"]);
    let unknown = statuses(None, &controls);
    assert!(
        unknown
            .iter()
            .all(|(_, status)| *status == Status::NotEvaluated)
    );
    assert_eq!(unknown.len(), 3);
}
