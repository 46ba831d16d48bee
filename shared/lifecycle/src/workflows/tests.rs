//! What workflows take, told before anything is run.

use super::*;

fn name(name: &str) -> WorkflowName {
    WorkflowName::parse(name).unwrap()
}

fn input(value: Value) -> Map<String, Value> {
    serde_json::from_value(value).unwrap()
}

#[test]
fn the_platforms_own_take_what_their_documentation_says() {
    let own = Workflows::own();
    for (workflow, told, is_taken) in [
        ("restart", json!({}), true),
        ("restart", json!({ "gently": true }), false),
        ("scale", json!({ "desiredCount": 2 }), true),
        (
            "scale",
            json!({ "minCapacity": 0, "maxCapacity": 1000 }),
            true,
        ),
        ("scale", json!({}), false),
        ("scale", json!({ "desiredCount": -1 }), false),
        ("scale", json!({ "desiredCount": 1001 }), false),
        ("scale", json!({ "count": 2 }), false),
        ("failover", json!({}), true),
        ("failover", json!({ "ingressWeight": 0 }), true),
        ("failover", json!({ "ingressWeight": 256 }), false),
        ("rollback", json!({}), true),
        ("rollback", json!({ "revision": 3 }), true),
        ("rollback", json!({ "revision": 0 }), false),
        ("destroy", json!({ "now": true }), false),
    ] {
        let problems = own.problems(&name(workflow), &input(told.clone()));
        assert_eq!(
            problems.is_empty(),
            is_taken,
            "{workflow} {told}: {problems:?}"
        );
    }
}

#[test]
fn a_registered_one_takes_what_its_schema_says() {
    let schema = json!({ "type": "object", "properties": { "keys": { "type": "integer" } } });
    let known = Workflows::own()
        .with(name("warm"), Some(&schema))
        .with(name("plain"), None);
    let five = input(json!({ "keys": 5 }));
    assert_eq!(known.problems(&name("warm"), &five), []);
    assert_eq!(known.problems(&name("plain"), &five).len(), 1);
    let wrong = known.problems(&name("warm"), &input(json!({ "keys": "five" })));
    assert_eq!(wrong.first().map(|it| it.pointer.as_str()), Some("/keys"));
}

#[test]
fn what_is_only_named_takes_anything() {
    let spec = LifecycleSpec {
        initial: groundplane_model::StateName::parse("healthy").unwrap(),
        states: BTreeMap::new(),
        transitions: Vec::new(),
        operations: serde_json::from_value(json!({
            "warm": { "requiredStates": [], "run": "warm", "timeout": "1h" },
            "restart": { "requiredStates": [], "run": "restart", "timeout": "1h" },
        }))
        .unwrap(),
        routes: Vec::new(),
    };
    let known = Workflows::own().with_all_of(&spec);
    let five = input(json!({ "keys": 5 }));
    assert!(known.knows(&name("warm")));
    assert_eq!(known.problems(&name("warm"), &five), []);
    let told = known.problems(&name("restart"), &five);
    assert_eq!(told.len(), 1, "what is known of its own is not forgotten");
}
