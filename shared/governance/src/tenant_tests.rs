use groundplane_spec::{ValidDocument, parse, validate};
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::json;

use super::*;

/// What a document says that a tenant is allowed.
fn tenant(spec: &Value) -> Tenant {
    let document = json!({
        "apiVersion": "groundplane.dev/v1",
        "kind": "Tenant",
        "metadata": {"name": "acme"},
        "spec": spec,
    });
    let valid = validate(&parse(&document.to_string()).unwrap()).unwrap();
    let ValidDocument::Tenant(valid) = valid.document else {
        panic!("it is a tenant")
    };
    Tenant {
        name: valid.name,
        spec: valid.spec,
        updated_at: Timestamp::UNIX_EPOCH,
        updated_by: "test".to_owned(),
        version: 1,
    }
}

fn environment(production: bool) -> Environment {
    let spec = json!({"landingZone": "sandbox", "production": production});
    Environment {
        name: "dev".parse().unwrap(),
        spec: serde_json::from_value(spec).unwrap(),
        updated_at: Timestamp::UNIX_EPOCH,
        updated_by: "test".to_owned(),
        version: 1,
    }
}

fn said(tenant: &Tenant, spec: &Value, production: bool) -> Vec<String> {
    let problems = tenant_problems(spec, &environment(production), tenant);
    problems.iter().map(ToString::to_string).collect()
}

fn full() -> Tenant {
    tenant(&json!({
        "owner": "platform-team",
        "sections": {"deny": ["lambda"], "owner": "serverless"},
        "engines": {"database": {"allow": ["postgres"]}},
        "limits": [{
            "name": "small", "owner": "data", "input": "/spec/database/allocatedStorage",
            "maximum": 100,
        }],
        "requiredLabels": [
            {"name": "cost-center", "pattern": "^[0-9]{4}$", "owner": "finops"},
            {"name": "team"},
        ],
        "production": {"limits": [{
            "name": "standby", "owner": "data", "input": "/spec/database/multiAz",
            "allowed": [true],
        }]},
    }))
}

#[test]
fn what_a_tenant_is_not_allowed_is_said_all_at_once_with_rule_and_owner() {
    let spec = json!({
        "metadata": {"labels": {"cost-center": "many"}},
        "spec": {
            "lambda": {},
            "lifecycle": {"name": "x"},
            "database": {"engine": "mysql", "allocatedStorage": 500, "multiAz": false},
        },
    });
    assert_eq!(
        said(&full(), &spec, true),
        [
            "/spec/lambda: the section `lambda` is not allowed: the rule `sections` of the tenant \
             `acme` (`serverless` can say more about it)",
            "/spec/database/engine: the engine `mysql` is not allowed; allowed are `postgres`: the \
             rule `engines.database` of the tenant `acme` (`platform-team` can say more about it)",
            "/metadata/labels/cost-center: `many` does not match `^[0-9]{4}$`: the rule \
             `requiredLabels` of the tenant `acme` (`finops` can say more about it)",
            "/metadata: the label `team` is missing: the rule `requiredLabels` of the tenant \
             `acme` (`platform-team` can say more about it)",
            "/spec/database/allocatedStorage: `500` is more than 100: the limit `small` of the \
             tenant `acme` (`data` can say more about it)",
            "/spec/database/multiAz: `false` is not one of `true`: the limit `standby` of the \
             tenant `acme` in production (`data` can say more about it)",
        ]
    );
}

#[test]
fn rules_of_production_hold_in_production_alone() {
    let spec = json!({
        "metadata": {"labels": {"cost-center": "4711", "team": "shop"}},
        "spec": {"database": {"engine": "postgres", "multiAz": false}},
    });
    assert_eq!(said(&full(), &spec, false), [""; 0]);
    assert_eq!(said(&full(), &spec, true).len(), 1);
}

#[test]
fn a_tenant_whose_document_says_nothing_is_allowed_everything() {
    let spec = json!({"spec": {"lambda": {}, "database": {"engine": "mysql"}}});
    let nothing = tenant(&json!({"owner": "platform-team"}));
    assert_eq!(said(&nothing, &spec, true), [""; 0]);
}

#[test]
fn the_approval_of_a_tenant_counts_in_production_also_where_the_environment_waives_it() {
    let strict = tenant(&json!({"owner": "x", "production": {"approval": true}}));
    assert!(approval_of(&environment(false), Some(&strict)).is_none());
    assert!(approval_of(&environment(true), None).is_none());
    assert_eq!(
        approval_of(&environment(true), Some(&strict)),
        Some(ApprovalPolicy::default())
    );
    let mut waives = environment(true);
    waives.spec.approval = Some(ApprovalPolicy {
        required: false,
        self_approval: true,
        ..ApprovalPolicy::default()
    });
    let demanded = approval_of(&waives, Some(&strict)).unwrap();
    assert!(demanded.required && demanded.self_approval);
}

#[test]
fn rules_that_cannot_work_are_refused_all_at_once() {
    let wrong = tenant(&json!({
        "owner": "x",
        "sections": {"allow": ["cache"], "deny": ["cache"]},
        "limits": [{"name": "nil", "owner": "x", "input": "/spec/cache/engine"}],
        "production": {"limits": [
            {"name": "odd", "owner": "x", "input": "/spec/cache/engine", "pattern": "("},
        ]},
        "requiredLabels": [{"name": "team", "pattern": "["}],
    }));
    let found = check_tenant(&wrong.spec);
    let places: Vec<&str> = found.iter().map(|it| it.pointer.as_str()).collect();
    assert_eq!(
        places,
        [
            "/limits/0",
            "/production/limits/0/pattern",
            "/requiredLabels/0/pattern",
            "/sections/deny/0",
        ]
    );
}

proptest! {
    #[test]
    fn a_name_is_allowed_exactly_when_it_is_listed_and_not_denied(
        allow in proptest::option::of(proptest::collection::vec("[a-c]", 0..3)),
        deny in proptest::collection::vec("[a-c]", 0..3),
        name in "[a-c]",
    ) {
        let choice = Choice { allow: allow.clone(), deny: deny.clone(), owner: None };
        let listed = allow.is_none_or(|allow| allow.contains(&name));
        prop_assert_eq!(choice.allows(&name), listed && !deny.contains(&name));
    }
}
