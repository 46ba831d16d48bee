//! A run can always be ended: whatever has waited for it, what its end writes fits into one
//! transaction.

use groundplane_lifecycle::{
    Definition, Delivery, Occurrence, Request, RunOutcome, Workflows, deliver, end, operate,
    settle, start,
};
use groundplane_model::{Life, OperationName, SignalName};
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Map, json};

use crate::ground::{at, beginning, now};

/// The most items of one transaction (`TransactWriteItems`, API reference of `DynamoDB`).
pub(crate) const MOST_WRITES: usize = 100;

/// How many items a delivery writes: each of its parts is one, as `groundplane-lives` does it.
pub(crate) fn writes(delivery: &Delivery) -> usize {
    usize::from(delivery.life.is_some())
        + delivery.passages.len()
        + delivery.entries.len()
        + delivery.effects.len()
}

/// A lifecycle in which everything costs as much as it can: each state has a timeout, each signal
/// leads to another state, runs fail into a third one, and an operation gives a signal.
fn definition() -> Definition {
    let stay = json!({"timeout": {"after": "10m", "signal": "flip"}});
    let document = json!({
        "initial": "left",
        "states": {"left": stay, "right": stay, "lost": stay},
        "transitions": [
            {"from": "left", "on": "flip", "to": "right", "timeout": "1h"},
            {"from": "right", "on": "flop", "to": "left", "timeout": "1h"},
            {"from": ["right", "lost"], "on": "flip", "to": "left", "timeout": "1h"},
            {"from": "left", "on": "flop", "to": "lost", "timeout": "1h"},
            {"from": "*", "on": "work", "to": "right", "run": "redeploy", "onFailure": "lost",
             "timeout": "1h"}
        ],
        "operations": {
            "mend": {"requiredStates": ["left", "right", "lost"], "run": "restart",
                     "signalOnSuccess": "flip", "timeout": "1h"},
            "renew": {"requiredStates": ["left", "right", "lost"], "run": "restart",
                      "signalOnSuccess": "work", "timeout": "1h"}
        },
        "routes": []
    });
    let spec = serde_json::from_value(document).unwrap();
    Definition::parse(&spec, &Workflows::own()).unwrap_or_else(|all| panic!("{all:?}"))
}

fn tell(definition: &Definition, life: Life, id: &str, name: &str) -> Life {
    let name = SignalName::parse(name).unwrap();
    let sent = Occurrence::signal(id, name, "ada");
    deliver(definition, &life, &sent, now())
        .life
        .unwrap_or(life)
}

/// An instance that runs what `begins` begins, behind which all these signals wait; `due` says
/// whether the end of the stay is the first of them, where the stay goes on.
fn busy(definition: &Definition, begins: &str, due: bool, signals: &[&str]) -> Life {
    let life = start(definition, beginning("web-service.dev"), None, at(0)).life;
    let mut life = life.unwrap();
    if begins == "work" {
        life = tell(definition, life, "first", begins);
        // A second one leads out of the state that the first has led to.
    } else {
        let request = Request {
            id: "first".to_owned(),
            operation: OperationName::parse(begins).unwrap(),
            input: Map::new(),
            by: "ada".to_owned(),
        };
        life = operate(definition, &life, &request, now())
            .unwrap()
            .life
            .unwrap();
    }
    assert!(life.run.is_some());
    if due {
        let deadline = Occurrence::deadline(&life, life.stay);
        life = deliver(definition, &life, &deadline, now())
            .life
            .unwrap_or(life);
    }
    for (number, signal) in signals.iter().enumerate() {
        life = tell(definition, life, &number.to_string(), signal);
    }
    life
}

/// When a run is over that began at [`now`].
fn late() -> Timestamp {
    now() + jiff::SignedDuration::from_hours(2)
}

fn ends(definition: &Definition, life: &Life) -> Vec<Delivery> {
    let run = life.run.clone().unwrap().id;
    let failed = RunOutcome::Failed {
        cause: "x".repeat(2_000),
    };
    [
        (RunOutcome::Succeeded, now()),
        (failed, now()),
        (RunOutcome::TimedOut, now()),
        (RunOutcome::TimedOut, late()),
    ]
    .into_iter()
    .map(|(outcome, now)| settle(definition, life, &run, &outcome, now))
    .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn every_run_can_be_ended_whatever_waits(
        begins in prop::sample::select(vec!["work", "mend", "renew"]),
        due in any::<bool>(),
        signals in prop::collection::vec(
            prop::sample::select(vec!["flip", "flop", "flip", "flop", "work", "other"]), 0..40,
        ),
    ) {
        let definition = definition();
        let life = busy(&definition, begins, due, &signals);
        for delivery in ends(&definition, &life) {
            prop_assert!(writes(&delivery) <= MOST_WRITES, "{} writes", writes(&delivery));
        }
        prop_assert!(writes(&end(&definition, &life, now())) <= MOST_WRITES);
    }
}

/// The arithmetic at [`Life::MOST_WAITING`], with a queue in which every signal moves the instance.
#[test]
fn a_full_queue_of_signals_that_all_move_the_instance_costs_what_was_reckoned() {
    let definition = definition();
    let signals: Vec<&str> = ["flip", "flip"].repeat(Life::MOST_WAITING);
    let counted = |begins: &str| {
        let life = busy(&definition, begins, false, &signals);
        assert_eq!(life.waiting.len(), Life::MOST_WAITING);
        let all = ends(&definition, &life);
        all.iter().map(writes).max().unwrap()
    };
    let queue = 4 * Life::MOST_WAITING;
    assert_eq!(counted("work"), 1 + 5 + queue, "a run that took too long");
    assert_eq!(counted("mend"), 1 + 2 + 4 + queue, "an operation's signal");
    assert!(1 + 5 + 4 + queue <= MOST_WRITES);
}
