//! Tests of the ways between states: that there are some, and not two at once.

use serde_json::json;

use super::{problems, refused, with};
use crate::fixture::{compiled, document, signal, state};

#[test]
fn a_state_must_be_reached() {
    let mut document = with("/states/lost", json!({}));
    document["transitions"][4]["from"] = json!(["healthy", "lost"]);
    refused(
        &document,
        "/spec/states/lost",
        &["`lost` cannot be reached from `healthy`"],
    );
}

#[test]
fn a_state_that_is_not_the_end_needs_a_way_out() {
    let mut document = document();
    document["transitions"][4] =
        json!({"from": "healthy", "on": "retire", "to": "retired", "timeout": "1h"});
    document["states"]["retired"] = json!({});
    let parts = ["nothing leads out of `retired`", "make it `terminal: true`"];
    refused(&document, "/spec/states/retired", &parts);
    // Into itself is no way out.
    document["transitions"][3] =
        json!({"from": "retired", "on": "retire", "to": "retired", "timeout": "1h"});
    document["states"]["failing-over"] = json!({});
    refused(&document, "/spec/states/retired", &parts);
}

#[test]
fn a_timeout_alone_is_a_way_out_if_a_transition_fires_on_it() {
    let states = json!({
        "a": {"timeout": {"after": "1s", "signal": "go"}}, "b": {"terminal": true}
    });
    let ways = json!([{"from": "a", "on": "go", "to": "b", "timeout": "1h"}]);
    let document = json!({"initial": "a", "states": states, "transitions": ways});
    assert_eq!(problems(&document), []);
}

#[test]
fn nothing_begins_in_a_terminal_state() {
    let mut document = with(
        "/states/retired/timeout",
        json!({"after": "1m", "signal": "failure"}),
    );
    refused(
        &document,
        "/spec/states/retired/timeout",
        &["is terminal, so nothing can follow"],
    );
    document = with(
        "/transitions/-",
        json!({"from": "retired", "on": "again", "to": "healthy", "timeout": "1h"}),
    );
    refused(
        &document,
        "/spec/transitions/5/from",
        &["`retired` is terminal"],
    );
    document = with("/operations/scale/requiredStates", json!(["retired"]));
    refused(
        &document,
        "/spec/operations/scale/requiredStates/0",
        &["`retired` is terminal"],
    );
}

#[test]
fn two_transitions_that_could_both_fire_are_refused() {
    let second = |when: Option<&str>| {
        let mut way =
            json!({"from": "degraded", "on": "escalate", "to": "healthy", "timeout": "1h"});
        if let Some(when) = when {
            way["when"] = json!(when);
        }
        with("/transitions/-", way)
    };
    for document in [
        second(None),
        second(Some("instance.parameters.other == true")),
    ] {
        let parts = [
            "together with item 3 of `transitions`, in `degraded` on `escalate`",
            "give both a `when`",
        ];
        refused(&document, "/spec/transitions/5", &parts);
    }
    for when in [
        "!(instance.parameters.standby == true)",
        "instance.parameters.standby == false",
    ] {
        assert_eq!(problems(&second(Some(when))), [], "{when}");
    }
}

#[test]
fn a_transition_of_a_state_wins_over_one_from_any_state() {
    let own = json!({"from": "healthy", "on": "retire", "to": "degraded", "timeout": "1h"});
    let definition = compiled(&with("/transitions/-", own));
    let from_healthy = definition.transitions(&state("healthy"), &signal("retire"));
    assert_eq!(
        from_healthy
            .iter()
            .map(|way| way.number)
            .collect::<Vec<_>>(),
        [5]
    );
    let from_degraded = definition.transitions(&state("degraded"), &signal("retire"));
    assert_eq!(
        from_degraded
            .iter()
            .map(|way| way.number)
            .collect::<Vec<_>>(),
        [4]
    );
    assert!(
        definition
            .transitions(&state("retired"), &signal("retire"))
            .is_empty()
    );
    let two = with(
        "/transitions/-",
        json!({"from": "*", "on": "retire", "to": "degraded", "timeout": "1h"}),
    );
    refused(&two, "/spec/transitions/5", &["together with item 5"]);
}

#[test]
fn any_state_is_not_the_one_where_it_ends() {
    let definition = compiled(&with(
        "/transitions/-",
        json!({"from": "*", "on": "reset", "to": "healthy", "timeout": "1h"}),
    ));
    assert!(
        definition
            .transitions(&state("healthy"), &signal("reset"))
            .is_empty()
    );
    assert_eq!(
        definition
            .transitions(&state("degraded"), &signal("reset"))
            .len(),
        1
    );
}
