//! Tests of the step.

use groundplane_model::{EventEntry, Life, Waiting};
use serde_json::json;

use super::*;
use crate::fixture::{at, definition, life_in, newborn, request, saved, signal, state};
use crate::operate;

fn decided(life: &Life, name: &str, stay: Option<u64>) -> Decision {
    let name = signal(name);
    step(&definition(), life, &Signal { name: &name, stay }, at(60))
}

fn why(decision: &Decision) -> &str {
    match decision {
        Decision::Ignored { why } | Decision::Rejected { why } => why,
        Decision::Waiting | Decision::Transition { .. } => panic!("{decision:?}"),
    }
}

#[test]
fn a_transition_leads_to_its_state_with_the_deadline_of_that_state() {
    let decision = decided(&newborn(&definition()), "failure", None);
    let Decision::Transition {
        to,
        run: None,
        deadline,
    } = decision
    else {
        panic!("{decision:?}");
    };
    assert_eq!((to, deadline), (state("degraded"), Some(at(660))));
}

#[test]
fn a_transition_with_a_run_has_the_deadline_of_the_run() {
    let decision = decided(&life_in(&definition(), "degraded"), "escalate", None);
    let Decision::Transition {
        to,
        run: Some(started),
        deadline,
    } = decision
    else {
        panic!("{decision:?}");
    };
    assert_eq!(
        (to, deadline),
        (state("failing-over"), Some(at(60 + 1_800)))
    );
    assert_eq!(started.run.workflow.as_str(), "failover");
    assert_eq!(started.on_failure, Some(state("degraded")));
}

#[test]
fn what_no_transition_fires_on_is_ignored_or_refused() {
    let life = newborn(&definition());
    let ignored = decided(&life, "recovered", None);
    assert!(matches!(ignored, Decision::Ignored { .. }));
    assert_eq!(
        why(&ignored),
        "nothing leads out of `healthy` on `recovered`"
    );
    let rejected = decided(&life, "recoverd", None);
    assert!(matches!(rejected, Decision::Rejected { .. }));
    assert!(
        why(&rejected).contains("did you mean `recovered`?"),
        "{rejected:?}"
    );
}

#[test]
fn a_guard_that_does_not_hold_or_cannot_tell_stops_a_transition() {
    let mut life = life_in(&definition(), "degraded");
    life.parameters = json!({"standby": false});
    assert_eq!(
        why(&decided(&life, "escalate", None)),
        "no guard holds in `degraded` on `escalate`"
    );
    life.parameters = json!({});
    let unclear = decided(&life, "escalate", None);
    assert_eq!(
        why(&unclear),
        "the guard of transition 3 cannot tell: there is no `standby`"
    );
}

#[test]
fn the_end_of_another_stay_is_stale() {
    let life = life_in(&definition(), "degraded");
    let stale = decided(&life, "escalate", Some(life.stay - 1));
    assert!(why(&stale).starts_with("stale"), "{stale:?}");
    assert!(matches!(
        decided(&life, "escalate", Some(life.stay)),
        Decision::Transition { .. }
    ));
}

#[test]
fn nothing_happens_in_a_terminal_state_or_after_the_end() {
    let mut life = life_in(&definition(), "retired");
    assert_eq!(
        why(&decided(&life, "failure", None)),
        "`retired` is terminal"
    );
    life.ended = true;
    assert_eq!(
        why(&decided(&life, "failure", None)),
        "the instance is destroyed"
    );
}

#[test]
fn while_something_runs_a_bounded_number_of_signals_wait() {
    let definition = definition();
    let begun = operate(
        &definition,
        &newborn(&definition),
        &request("r", "restart", &json!({})),
        at(1),
    );
    let mut life = saved(begun.unwrap().life);
    assert_eq!(decided(&life, "failure", None), Decision::Waiting);
    life.waiting = (0..Life::MOST_WAITING)
        .map(|number| Waiting {
            event: number.to_string(),
            identity: EventEntry::own_identity(&number.to_string()),
            signal: signal("failure"),
            occurred_at: at(0),
            received_at: at(0),
            stay: None,
            by: None,
        })
        .collect();
    let full = decided(&life, "failure", None);
    assert!(matches!(full, Decision::Rejected { .. }), "{full:?}");
}

#[test]
fn a_state_that_the_definition_does_not_have_is_told() {
    let mut life = newborn(&definition());
    life.state = state("gone");
    let lost = decided(&life, "failure", None);
    assert_eq!(why(&lost), "the lifecycle has no state `gone`");
    assert!(matches!(lost, Decision::Rejected { .. }));
}
