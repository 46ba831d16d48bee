use groundplane_model::{EnvironmentName, LandingZoneName};
use groundplane_spec::{ValidDocument, parse, validate};
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::json;

use super::*;

fn limits(limits: Value) -> Vec<Limit> {
    serde_json::from_value(limits).unwrap()
}

fn environment(limits: &[Limit]) -> Environment {
    let document = json!({
        "apiVersion": "groundplane.dev/v1",
        "kind": "Environment",
        "metadata": {"name": "dev"},
        "spec": {"landingZone": "sandbox", "limits": limits},
    });
    let valid = validate(&parse(&document.to_string()).unwrap()).unwrap();
    let ValidDocument::Environment(valid) = valid.document else {
        panic!("it is an environment")
    };
    assert_eq!(valid.name, EnvironmentName::parse("dev").unwrap());
    Environment {
        name: valid.name,
        spec: valid.spec,
        updated_at: Timestamp::UNIX_EPOCH,
        updated_by: "test".to_owned(),
        version: 1,
    }
}

fn landing_zone(limits: Vec<Limit>) -> LandingZone {
    let spec = json!({
        "account": "123456789012",
        "region": "eu-west-1",
        "network": {"vpcId": "vpc-1", "privateSubnetIds": ["subnet-1"]},
        "cluster": "main",
    });
    let mut spec: groundplane_model::LandingZoneSpec = serde_json::from_value(spec).unwrap();
    spec.limits = limits;
    LandingZone {
        name: LandingZoneName::parse("sandbox").unwrap(),
        spec,
        updated_at: Timestamp::UNIX_EPOCH,
        updated_by: "test".to_owned(),
        version: 1,
    }
}

/// What the limits of the environment say about a spec.
fn said(of_environment: Value, spec: &Value) -> Vec<String> {
    let problems = limit_problems(
        spec,
        &environment(&limits(of_environment)),
        &landing_zone(Vec::new()),
    );
    problems.iter().map(ToString::to_string).collect()
}

fn storage(size: &Value) -> Value {
    json!({"spec": {"database": {"allocatedStorage": size}}})
}

#[test]
fn a_number_outside_its_limit_is_refused_with_the_name_and_the_owner() {
    let limit = json!([{
        "name": "small-databases", "owner": "data-platform",
        "input": "/spec/database/allocatedStorage", "minimum": 20, "maximum": 500,
    }]);
    assert_eq!(said(limit.clone(), &storage(&json!(20))), [""; 0]);
    assert_eq!(said(limit.clone(), &storage(&json!(500))), [""; 0]);
    assert_eq!(
        said(limit.clone(), &storage(&json!(501))),
        [
            "/spec/database/allocatedStorage: `501` is more than 500: the limit `small-databases` \
             of the environment `dev` (`data-platform` can say more about it)"
        ]
    );
    assert_eq!(
        said(limit.clone(), &storage(&json!(19.5))),
        [
            "/spec/database/allocatedStorage: `19.5` is less than 20: the limit `small-databases` \
             of the environment `dev` (`data-platform` can say more about it)"
        ]
    );
    assert!(said(limit, &storage(&json!("many")))[0].contains("`many` is not a number"));
}

#[test]
fn only_the_allowed_values_pass() {
    let limit = json!([{
        "name": "nodes", "owner": "cache-team", "input": "/spec/cache/nodeType",
        "allowed": ["cache.t4g.micro", 3, true],
    }]);
    let spec = |value: Value| json!({"spec": {"cache": {"nodeType": value}}});
    for passes in [json!("cache.t4g.micro"), json!(3), json!(3.0), json!(true)] {
        assert_eq!(said(limit.clone(), &spec(passes)), [""; 0]);
    }
    for fails in [
        json!("cache.r7g.large"),
        json!("3"),
        json!(false),
        json!(null),
    ] {
        let said = said(limit.clone(), &spec(fails));
        assert!(
            said[0].contains("is not one of `cache.t4g.micro`, `3`, `true`"),
            "{said:?}"
        );
    }
}

#[test]
fn a_text_must_match_the_pattern() {
    let limit = json!([{
        "name": "graviton", "owner": "finops", "input": "/spec/database/instanceClass",
        "pattern": "^db\\.t4g\\.",
    }]);
    let spec = |value: &str| json!({"spec": {"database": {"instanceClass": value}}});
    assert_eq!(said(limit.clone(), &spec("db.t4g.micro")), [""; 0]);
    let refused = said(limit.clone(), &spec("db.m7i.large\n{{resolve:"));
    assert!(refused[0].contains("`db.m7i.large\\n{{resolve:` does not match"));
    let number = json!({"spec": {"database": {"instanceClass": 1}}});
    assert!(said(limit, &number)[0].contains("`1` is not a text"));
}

#[test]
fn a_star_is_every_item_and_what_is_not_said_is_not_judged() {
    let limit = json!([{
        "name": "memory", "owner": "finops", "input": "/spec/lambda/functions/*/memory",
        "maximum": 512,
    }]);
    let spec = json!({"spec": {"lambda": {"functions": [
        {"memory": 128}, {}, {"memory": 1024}, {"memory": 2048},
    ]}}});
    let refused = said(limit.clone(), &spec);
    assert_eq!(refused.len(), 2);
    assert!(refused[0].starts_with("/spec/lambda/functions/2/memory: `1024`"));
    assert_eq!(said(limit, &json!({"spec": {}})), [""; 0]);
}

#[test]
fn landing_zone_and_environment_must_both_allow_it() {
    let limit = |name: &str, most: u32| {
        json!([{
            "name": name, "owner": "data", "input": "/spec/database/allocatedStorage",
            "maximum": most,
        }])
    };
    let problems = |size: u32| {
        let environment = environment(&limits(limit("here", 100)));
        let landing_zone = landing_zone(limits(limit("everywhere", 50)));
        limit_problems(&storage(&json!(size)), &environment, &landing_zone).len()
    };
    assert_eq!([problems(50), problems(51), problems(101)], [0, 1, 2]);
}

#[test]
fn limits_that_cannot_work_are_refused_all_at_once() {
    let wrong = limits(json!([
        {"name": "a", "owner": "x", "input": "/spec/database/x", "pattern": "("},
        {"name": "a", "owner": "x", "input": "/spec/database/x", "minimum": 5, "maximum": 4},
        {"name": "b", "owner": "x", "input": "/spec/database/x", "pattern": "(a{1000}){1000}"},
        {"name": "c", "owner": "x", "input": "/spec/database/x", "minimum": 4, "maximum": 4},
        {"name": "d", "owner": "x", "input": "/spec/database/x"},
    ]));
    let problems: Vec<String> = check_limits(&wrong)
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        problems,
        [
            "/0/pattern: `(` is not a regular expression",
            "/1/name: there are two limits `a`",
            "/1: no number is at least 5 and at most 4",
            "/2/pattern: `(a{1000}){1000}` is too large a pattern",
            "/4: the limit `d` limits nothing (give it `minimum`, `maximum`, `allowed` or `pattern`)",
        ]
    );
}

#[test]
fn a_pattern_that_cannot_be_compiled_lets_nothing_through() {
    let limit = json!([{
        "name": "odd", "owner": "x", "input": "/spec/database/engine", "pattern": "(",
    }]);
    let spec = json!({"spec": {"database": {"engine": "postgres"}}});
    assert!(said(limit, &spec)[0].contains("cannot be judged"));
}

proptest! {
    #[test]
    fn a_number_passes_exactly_when_it_is_within(least in -1000i64..1000, span in 0i64..1000, number in -3000i64..3000) {
        let most = least + span;
        let limit = json!([{
            "name": "size", "owner": "x", "input": "/spec/database/allocatedStorage",
            "minimum": least, "maximum": most,
        }]);
        let passes = said(limit, &storage(&json!(number))).is_empty();
        prop_assert_eq!(passes, (least..=most).contains(&number));
    }

    #[test]
    fn no_value_and_no_pattern_makes_it_panic(pattern in ".{0,40}", text in ".{0,40}") {
        let limit = Limit {
            name: "n".to_owned(),
            owner: "x".to_owned(),
            input: "/spec/a/b".to_owned(),
            minimum: None,
            maximum: None,
            allowed: None,
            pattern: Some(pattern),
        };
        let is_right = check_limits(std::slice::from_ref(&limit)).is_empty();
        let spec = json!({"spec": {"a": {"b": text}}});
        let problems = limit_problems(&spec, &environment(&[]), &landing_zone(vec![limit]));
        prop_assert!(is_right || !problems.is_empty());
    }
}
