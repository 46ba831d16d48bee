//! Tests of lifecycles: how documents are read, and where versions are kept.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{
    FromStates, Lifecycle, LifecycleRef, LifecycleSpec, Record, RunSpec, StateName, TransitionSpec,
};

fn spec() -> Value {
    json!({
        "initial": "healthy",
        "states": {
            "healthy": {"terminal": false},
            "degraded": {"timeout": {"after": "10m", "signal": "escalate"}, "terminal": false}
        },
        "transitions": [{
            "from": "healthy", "on": "failure", "to": "degraded", "run": "restart",
            "onFailure": "healthy", "timeout": "1h"
        }],
        "operations": {"scale": {
            "requiredStates": ["healthy"], "input": {"type": "object"},
            "run": {"workflow": "scale", "input": {"minCapacity": 2}},
            "signalOnSuccess": "recovered", "timeout": "30m"
        }},
        "routes": [{"pattern": {"source": ["aws.ecs"]}, "signal": "failure"}]
    })
}

#[test]
fn a_spec_is_written_as_it_was_read() {
    let read: LifecycleSpec = serde_json::from_value(spec()).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), spec());
}

#[test]
fn a_transition_begins_in_one_state_in_several_or_in_any() {
    let from = |value: Value| serde_json::from_value::<FromStates>(value);
    let healthy = StateName::parse("healthy").unwrap();
    assert_eq!(from(json!("*")).unwrap(), FromStates::Any);
    assert_eq!(
        from(json!("healthy")).unwrap(),
        FromStates::Of(vec![healthy.clone()])
    );
    assert_eq!(
        from(json!(["healthy"])).unwrap(),
        FromStates::Of(vec![healthy])
    );
    for bad in [json!("Healthy"), json!(["*"]), json!(1)] {
        assert!(from(bad.clone()).is_err(), "{bad}");
    }
    for form in [json!("*"), json!("healthy"), json!(["a", "b"])] {
        let read = from(form.clone()).unwrap();
        assert_eq!(serde_json::to_value(read).unwrap(), form);
    }
}

#[test]
fn a_run_is_a_name_or_a_name_with_its_input() {
    let run = |value: Value| serde_json::from_value::<RunSpec>(value);
    assert_eq!(
        run(json!("scale")).unwrap(),
        run(json!({"workflow": "scale"})).unwrap()
    );
    let told = run(json!({"workflow": "scale", "input": {"minCapacity": 2}})).unwrap();
    assert_eq!(told.input["minCapacity"], 2);
    assert!(run(json!({"input": {}})).is_err());
}

#[test]
fn a_transition_says_how_long_its_run_may_take() {
    let silent = json!({"from": "a", "on": "b", "to": "c"});
    assert!(serde_json::from_value::<TransitionSpec>(silent).is_err());
}

fn published(reference: &str, spec: Value) -> Lifecycle {
    let spec = serde_json::from_value(spec).unwrap();
    let reference = LifecycleRef::parse(reference).unwrap();
    Lifecycle::publish(reference, spec, "ada", Timestamp::UNIX_EPOCH)
}

#[test]
fn versions_of_a_lifecycle_lie_together_in_their_order() {
    let older = published("web-service@1.9.0", spec());
    let newer = published("web-service@1.10.0", spec());
    assert_eq!(older.key().partition, newer.key().partition);
    assert!(older.key() < newer.key());
    assert!(older.index().unwrap().sort < newer.index().unwrap().sort);
    assert_eq!(older.reference().to_string(), "web-service@1.9.0");
}

#[test]
fn the_same_content_has_the_same_digest() {
    let first = published("web-service@1.0.0", spec());
    assert_eq!(first.digest, published("web-service@2.0.0", spec()).digest);
    let mut other = spec();
    other["initial"] = json!("degraded");
    assert_ne!(first.digest, published("web-service@1.0.0", other).digest);
}

#[test]
fn a_published_version_comes_back_as_it_was_kept() {
    let lifecycle = published("web-service@1.0.0", spec());
    let kept = serde_json::to_value(&lifecycle).unwrap();
    assert!(kept["spec"].is_string());
    assert_eq!(
        serde_json::from_value::<Lifecycle>(kept).unwrap(),
        lifecycle
    );
}
