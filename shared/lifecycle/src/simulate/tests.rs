//! Tests of simulations.

use groundplane_model::WorkflowName;
use serde_json::json;

use super::*;
use crate::fixture::{alarm, at, beginning, compiled, definition, document, state};

fn walk(parameters: serde_json::Value, scenario: &Scenario) -> Vec<SimulatedStep> {
    simulate(&definition(), beginning(parameters), scenario)
}

#[test]
fn each_event_is_a_step_and_timeouts_fall_due_in_between() {
    let scenario = Scenario {
        events: vec![alarm("down", 0, "ALARM"), alarm("up", 2_000, "OK")],
        outcomes: BTreeMap::new(),
    };
    let steps = walk(json!({"standby": true}), &scenario);
    let told: Vec<_> = steps
        .iter()
        .map(|step| (step.detail_type.as_str(), step.state.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("Something", "degraded"),
            ("Deadline", "degraded"),
            ("Run Succeeded", "failing-over"),
            ("Something", "healthy"),
        ]
    );
    assert_eq!((steps[0].route, steps[1].at), (Some(3), at(600)));
    assert_eq!(
        steps[1].workflow,
        Some(WorkflowName::parse("failover").unwrap())
    );
    assert_eq!(
        steps[1].run.as_ref().map(ToString::to_string),
        Some(steps[2].event.clone())
    );
}

#[test]
fn a_workflow_can_be_made_to_fail() {
    let failure = RunOutcome::Failed {
        cause: "no standby".to_owned(),
    };
    let scenario = Scenario {
        events: vec![alarm("down", 0, "ALARM"), alarm("up", 700, "OK")],
        outcomes: BTreeMap::from([(WorkflowName::parse("failover").unwrap(), failure)]),
    };
    let steps = walk(json!({"standby": true}), &scenario);
    assert_eq!(
        (steps[2].detail_type.as_str(), steps[2].why.as_deref()),
        ("Run Failed", Some("no standby"))
    );
    assert_eq!(steps[2].state, state("degraded"));
}

#[test]
fn a_walk_has_an_end_whatever_the_clock_says() {
    let mut document = document();
    document["states"]["degraded"]["timeout"]["after"] = json!("1s");
    let scenario = Scenario {
        events: vec![alarm("down", 0, "ALARM"), alarm("up", 100_000_000, "OK")],
        outcomes: BTreeMap::new(),
    };
    let steps = simulate(
        &compiled(&document),
        beginning(json!({"standby": false})),
        &scenario,
    );
    assert!((1_000..1_010).contains(&steps.len()), "{}", steps.len());
}

#[test]
fn nothing_comes_of_nothing() {
    assert_eq!(walk(json!({}), &Scenario::default()), []);
}
