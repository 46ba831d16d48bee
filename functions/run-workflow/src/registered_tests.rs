//! What a registered workflow is told, and for how long it may run.

use std::collections::{BTreeMap, BTreeSet};

use groundplane_model::{Applied, Artifact, Digest, Run};
use serde_json::Map;

use super::*;
use crate::work::{life_of, run_of};

const ARN: &str = "arn:aws:states:eu-west-1:123456789012:stateMachine:groundplane-workflow-warm";

fn workflow(spec: Value) -> Workflow {
    Workflow {
        name: "warm-cache".parse().unwrap(),
        spec: serde_json::from_value(spec).unwrap(),
        updated_at: "2026-01-01T00:00:00Z".parse().unwrap(),
        updated_by: "ops".to_owned(),
        version: 1,
    }
}

/// A run for ten minutes that is asked for at its start.
fn with_work<T>(input: Value, check: impl FnOnce(&Work<'_>) -> T) -> T {
    let Value::Object(input) = input else {
        panic!("{input} is no object");
    };
    let run: Run = run_of("warm-cache", input);
    let life = life_of(run.clone());
    check(&Work {
        life: &life,
        run: &run,
        begun: None,
        now: run.started_at,
    })
}

fn unit(exported: &[(&str, &str)], hidden: &[(&str, &str)]) -> UnitState {
    let mut context = Context::default();
    for (key, value) in exported {
        context.export(key.parse().unwrap(), *value);
    }
    for (key, value) in hidden {
        context.set(key.parse().unwrap(), *value);
    }
    UnitState {
        tenant: "acme".parse().unwrap(),
        instance: "web-service.dev".parse().unwrap(),
        unit: "cache".parse().unwrap(),
        stack_name: "gp-x".to_owned(),
        applied: Some(Applied {
            deployment: groundplane_model::DeploymentId::from_number(1),
            artifact: Artifact {
                bucket: "b".to_owned(),
                key: "k".to_owned(),
                digest: Digest::of(b""),
            },
            parameters: BTreeMap::new(),
            context,
            resources: Vec::new(),
            after: BTreeSet::new(),
        }),
        pending: None,
        version: 1,
    }
}

#[test]
fn a_machine_is_told_the_run_its_input_and_what_users_see_of_the_instance() {
    let units = [unit(
        &[("cache.endpoint", "redis:6379")],
        &[("cache.role", "r")],
    )];
    let answer = with_work(json!({"keys": 5}), |work| {
        call(work, &workflow(json!({"stateMachineArn": ARN})), &units).unwrap()
    });
    let Answer::Machine {
        arn,
        input,
        timeout_seconds,
    } = answer
    else {
        panic!("{answer:?}");
    };
    assert_eq!((arn.as_str(), timeout_seconds), (ARN, 600));
    assert_eq!(input["input"], json!({"keys": 5}));
    assert_eq!(input["outputs"], json!({"cache.endpoint": "redis:6379"}));
    assert_eq!(input["instance"], "web-service.dev");
    assert!(input["run"].as_str().unwrap().starts_with("run-"));
}

#[test]
fn a_machine_may_run_as_long_as_it_says_but_not_longer_than_the_run() {
    for (timeout, seconds) in [("90s", 90), ("2d", 600), ("1h30m", 600)] {
        let spec = json!({"stateMachineArn": ARN, "timeout": timeout});
        let answer = with_work(json!({}), |work| call(work, &workflow(spec), &[]).unwrap());
        assert!(
            matches!(answer, Answer::Machine { timeout_seconds, .. } if timeout_seconds == seconds),
            "{timeout}: {answer:?}"
        );
    }
    for timeout in ["", "soon", "-1h", "0s"] {
        let spec = json!({"stateMachineArn": ARN, "timeout": timeout});
        let refused = with_work(json!({}), |work| call(work, &workflow(spec), &[]));
        assert!(
            refused.unwrap_err().message.contains("the timeout of `"),
            "{timeout}"
        );
    }
}

#[test]
fn a_machine_of_another_name_is_never_started() {
    let spec =
        json!({"stateMachineArn": "arn:aws:states:eu-west-1:123456789012:stateMachine:payroll"});
    let refused = with_work(json!({}), |work| call(work, &workflow(spec), &[]));
    assert!(refused.unwrap_err().message.contains("may not start"));
}

#[test]
fn an_input_that_does_not_fit_the_schema_is_refused_with_every_problem() {
    let schema = json!({
        "type": "object", "additionalProperties": false, "required": ["keys"],
        "properties": {"keys": {"type": "integer", "maximum": 9}},
    });
    let spec = workflow(json!({"stateMachineArn": ARN, "input": schema})).spec;
    let check = |input| with_work(input, |work| check_input(work, &spec));
    assert_eq!(check(json!({"keys": 9})), Ok(()));
    let failure = check(json!({"keys": 10, "kyes": 1})).unwrap_err();
    assert_eq!(failure.problems.len(), 2, "{failure}");
    assert!(check(json!({})).is_err());
}

#[test]
fn without_a_schema_nothing_is_taken() {
    let spec = workflow(json!({"stateMachineArn": ARN})).spec;
    let check = |input| with_work(input, |work| check_input(work, &spec));
    assert_eq!(check(Value::Object(Map::new())), Ok(()));
    assert!(check(json!({"keys": 1})).is_err());
}
