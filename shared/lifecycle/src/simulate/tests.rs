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
    let last = steps.last().unwrap();
    assert_eq!(last.detail_type, "Walk Cut Short");
    assert_eq!(
        last.why.as_deref(),
        Some("the walk ends here, after 1000 steps")
    );
    assert!(steps.iter().all(|step| step.event != "up"));
}

#[test]
fn a_walk_that_is_as_long_as_it_may_be_is_not_cut() {
    let walk_of = |count: usize| {
        let one = |number: usize| alarm(&number.to_string(), 0, "OK");
        let scenario = Scenario {
            events: (0..count).map(one).collect(),
            outcomes: BTreeMap::new(),
        };
        walk(json!({}), &scenario)
    };
    let whole = walk_of(MOST_STEPS);
    assert_eq!(whole.len(), MOST_STEPS);
    assert_eq!(whole.last().unwrap().detail_type, "Something");
    let cut = walk_of(MOST_STEPS + 1);
    assert_eq!(cut.len(), MOST_STEPS + 1);
    assert_eq!(cut.last().unwrap().detail_type, "Walk Cut Short");
}

#[test]
fn an_event_that_comes_again_says_that_it_was_decided_before() {
    let mut other = alarm("down", 60, "ALARM");
    other.source = "tenant.disks".to_owned();
    let scenario = Scenario {
        events: vec![
            alarm("down", 0, "ALARM"),
            alarm("up", 10, "OK"),
            alarm("down", 0, "ALARM"),
            other,
        ],
        outcomes: BTreeMap::new(),
    };
    let steps = walk(json!({}), &scenario);
    let whys: Vec<_> = steps.iter().map(|step| step.why.as_deref()).collect();
    assert_eq!(
        whys,
        [None, None, Some("decided before"), Some("no route matches")]
    );
    let again = &steps[2];
    assert_eq!(
        (again.event.as_str(), again.verdict, again.at),
        ("down", Verdict::Ignored, at(10))
    );
    assert_eq!(
        (&again.from, &again.state),
        (&state("healthy"), &state("healthy"))
    );
}

#[test]
fn a_run_that_takes_too_long_ends_when_it_is_due() {
    let failover = WorkflowName::parse("failover").unwrap();
    let scenario = Scenario {
        events: vec![alarm("down", 0, "ALARM"), alarm("up", 700, "OK")],
        outcomes: BTreeMap::from([(failover, RunOutcome::TimedOut)]),
    };
    let steps = walk(json!({"standby": true}), &scenario);
    assert_eq!(
        (steps[2].detail_type.as_str(), steps[2].at),
        ("Run Timed Out", at(600 + 1_800))
    );
    let why = steps[2].why.clone().unwrap();
    assert!(why.starts_with("it did not end before"), "{why}");
    assert_eq!(steps[3].state, state("healthy"));
}

#[test]
fn nothing_comes_of_nothing() {
    assert_eq!(walk(json!({}), &Scenario::default()), []);
}
