//! Tests of operations: what begins, and what is refused.

use groundplane_model::Verdict;
use serde_json::json;

use super::*;
use crate::fixture::{
    at, compiled, definition, document, life_in, newborn, request, saved, started, state,
};
use crate::{Effect, Timer, end};

#[test]
fn an_operation_begins_a_run_and_leaves_the_state_alone() {
    let definition = definition();
    let life = life_in(&definition, "degraded");
    let delivery = operate(
        &definition,
        &life,
        &request("r1", "restart", &json!({})),
        at(5),
    )
    .unwrap();
    assert_eq!(started(&delivery), ["restart"]);
    let after = delivery.life.clone().unwrap();
    assert_eq!(
        (after.state.clone(), after.stay),
        (state("degraded"), life.stay)
    );
    assert_eq!(after.deadline, life.deadline, "the stay goes on");
    let run = after.run.unwrap();
    assert_eq!((run.to.clone(), run.deadline), (None, at(5 + 1_200)));
    assert_eq!(run.cause.by.as_deref(), Some("ada"));
    assert!(delivery.effects.contains(&Effect::Schedule {
        timer: Timer::Run(run.id.clone()),
        at: run.deadline
    }));
    let entry = &delivery.entries[0];
    assert_eq!(
        (entry.verdict, entry.by.as_deref()),
        (Verdict::Operation, Some("ada"))
    );
    assert_eq!(
        (entry.event.as_str(), entry.run.as_ref()),
        ("r1", Some(&run.id))
    );
}

#[test]
fn what_is_asked_for_is_laid_over_what_the_lifecycle_says() {
    let definition = definition();
    let asked = request("r", "scale", &json!({"minCapacity": 3}));
    let delivery = operate(&definition, &newborn(&definition), &asked, at(0)).unwrap();
    let input = delivery.life.unwrap().run.unwrap().input;
    assert_eq!(
        serde_json::Value::Object(input),
        json!({"minCapacity": 3, "maxCapacity": 9})
    );
}

#[test]
fn the_state_can_forbid_it_and_the_allowed_ones_are_named() {
    let definition = definition();
    let refusal = operate(
        &definition,
        &newborn(&definition),
        &request("r", "repair", &json!({})),
        at(0),
    )
    .unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "`repair` is not allowed in `healthy`; it is in `degraded`"
    );
    let Refusal::State { allowed, .. } = refusal else {
        panic!("{refusal:?}");
    };
    assert_eq!(allowed, [state("degraded")]);
}

#[test]
fn every_problem_of_an_input_has_its_place() {
    let definition = definition();
    let problems = |operation: &str, input: &serde_json::Value| {
        let refusal = operate(
            &definition,
            &newborn(&definition),
            &request("r", operation, input),
            at(0),
        )
        .unwrap_err();
        let Refusal::Invalid { problems } = refusal else {
            panic!("{refusal:?}");
        };
        problems
    };
    let several = problems("scale", &json!({"minCapacity": 0, "maxCapacity": 3}));
    assert_eq!(several.len(), 2, "{several:?}");
    assert!(
        several
            .iter()
            .any(|problem| problem.pointer == "/minCapacity"),
        "{several:?}"
    );
    assert!(
        several.iter().all(|problem| !problem.message.contains('"')),
        "{several:?}"
    );
    assert_eq!(problems("scale", &json!({})).len(), 1);
    let unwanted = problems("restart", &json!({"a/b": 1}));
    assert_eq!(
        unwanted[0].to_string(),
        "/a~1b: unknown field `a/b` (it takes no input)"
    );
}

#[test]
fn an_unknown_operation_is_told_with_the_nearest_one() {
    let definition = definition();
    let refusal = operate(
        &definition,
        &newborn(&definition),
        &request("r", "restrat", &json!({})),
        at(0),
    )
    .unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "unknown operation `restrat` (did you mean `restart`?)"
    );
}

#[test]
fn nothing_begins_while_something_runs_or_after_the_end() {
    let definition = definition();
    let ask = |life: &Life| {
        operate(
            &definition,
            life,
            &request("r", "restart", &json!({})),
            at(1),
        )
    };
    let running = saved(ask(&newborn(&definition)).unwrap().life);
    let refusal = ask(&running).unwrap_err();
    assert_eq!(refusal.to_string(), "`restart` is running");
    let over = saved(end(&definition, &newborn(&definition), at(1)).life);
    assert_eq!(ask(&over), Err(Refusal::Ended));
}

#[test]
fn an_input_has_a_bound_whatever_its_schema_says() {
    let mut document = document();
    document["operations"]["scale"]["input"] = json!({"type": "object"});
    let definition = compiled(&document);
    let ask = |bytes: usize| {
        // `{"note":""}` has 11 bytes.
        let asked = request("r", "scale", &json!({"note": "x".repeat(bytes - 11)}));
        operate(&definition, &newborn(&definition), &asked, at(0))
    };
    let most = Request::MOST_INPUT_BYTES;
    let begun = ask(most).unwrap();
    assert_eq!(begun.entries[0].detail_bytes, most as u64);
    let Err(Refusal::Invalid { problems }) = ask(most + 1) else {
        panic!("it is too large");
    };
    let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        problems,
        ["the input is 32769 bytes of JSON; at most 32768 are taken"]
    );
}

#[test]
fn the_log_keeps_the_digest_of_an_input_and_not_the_input() {
    let definition = definition();
    let asked = request("r", "scale", &json!({"minCapacity": 4711}));
    let begun = operate(&definition, &newborn(&definition), &asked, at(0)).unwrap();
    let entry = &begun.entries[0];
    assert_eq!(
        (entry.detail_bytes, entry.incarnation.as_str()),
        (20, "first")
    );
    assert!(entry.detail_digest.is_some());
    assert!(!format!("{entry:?}").contains("4711"));
}
