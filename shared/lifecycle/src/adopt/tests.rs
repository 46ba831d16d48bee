//! Tests of moves to another lifecycle.

use serde_json::json;

use super::*;
use crate::fixture::{at, compiled, definition, document, life_in, newborn, request, saved, state};
use crate::{end, operate};

/// A version in which `degraded` is called `impaired`, with a shorter timeout.
fn renamed() -> Definition {
    let text = document()
        .to_string()
        .replace("\"degraded\"", "\"impaired\"")
        .replace("10m", "5m");
    compiled(&serde_json::from_str(&text).unwrap())
}

fn moved(life: &Life, states: &[(&str, &str)]) -> Result<Delivery, Refusal> {
    let states = states
        .iter()
        .map(|(old, new)| (state(old), state(new)))
        .collect();
    let reference = LifecycleRef::parse("web-service@2.0.0").unwrap();
    let (old, new) = (definition(), renamed());
    let the_move = Move {
        old: &old,
        new: &new,
        reference: &reference,
        states: &states,
        id: "request-1",
        by: "ada",
    };
    adopt(life, &the_move, at(50))
}

#[test]
fn an_instance_enters_the_state_that_its_own_becomes() {
    let delivery = moved(
        &life_in(&definition(), "degraded"),
        &[("degraded", "impaired")],
    )
    .unwrap();
    let life = delivery.life.unwrap();
    assert_eq!(
        (life.state, life.deadline.unwrap().at),
        (state("impaired"), at(350))
    );
    assert_eq!(life.lifecycle.to_string(), "web-service@2.0.0");
    let passage = &delivery.passages[0];
    assert_eq!(
        passage.cause.as_deref(),
        Some("moved from web-service@1.2.0 to web-service@2.0.0")
    );
    assert_eq!(passage.outcome, PassageOutcome::Adopted);
    assert_eq!(passage.event.as_deref(), Some("request-1"));
}

#[test]
fn the_log_says_who_moved_an_instance() {
    let life = life_in(&definition(), "degraded");
    let delivery = moved(&life, &[("degraded", "impaired")]).unwrap();
    let [entry] = delivery.entries.as_slice() else {
        panic!("{delivery:?}");
    };
    assert_eq!(
        (entry.source.as_str(), entry.detail_type.as_str()),
        (OWN_SOURCE, "Move")
    );
    assert_eq!(entry.by.as_deref(), Some("ada"));
    assert_eq!(
        (entry.from.clone(), entry.to.clone()),
        (state("degraded"), Some(state("impaired")))
    );
    assert_eq!(
        entry.why.as_deref(),
        Some("moved from web-service@1.2.0 to web-service@2.0.0")
    );
    assert_eq!(entry.identity, EventEntry::own_identity("request-1"));
}

#[test]
fn a_state_with_a_namesake_need_not_be_named() {
    let life = moved(&newborn(&definition()), &[("degraded", "impaired")])
        .unwrap()
        .life
        .unwrap();
    assert_eq!(life.state, state("healthy"));
}

#[test]
fn every_state_without_a_namesake_must_be_named_and_every_name_must_exist() {
    let problems = |states| {
        let refusal = moved(&newborn(&definition()), states).unwrap_err();
        let Refusal::Invalid { problems } = refusal else {
            panic!("{refusal:?}");
        };
        problems.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let missing = problems(&[]);
    assert_eq!(missing.len(), 1, "{missing:?}");
    assert!(
        missing[0].contains("web-service@2.0.0 has no state `degraded`"),
        "{missing:?}"
    );
    assert!(
        missing[0].contains("say which it becomes: `failing-over`, "),
        "{missing:?}"
    );
    let wrong = problems(&[("degraded", "impared"), ("degrade", "healthy")]);
    assert_eq!(wrong.len(), 2, "{wrong:?}");
    assert!(
        wrong
            .iter()
            .any(|text| text.contains("did you mean `impaired`?")),
        "{wrong:?}"
    );
    assert!(
        wrong
            .iter()
            .any(|text| text.contains("the present lifecycle has no state `degrade`")),
        "{wrong:?}"
    );
}

#[test]
fn nothing_moves_while_something_runs_or_after_the_end() {
    let definition = definition();
    let begun = operate(
        &definition,
        &newborn(&definition),
        &request("r", "restart", &json!({})),
        at(1),
    );
    let running = saved(begun.unwrap().life);
    assert!(matches!(
        moved(&running, &[("degraded", "impaired")]),
        Err(Refusal::Busy { .. })
    ));
    let over = saved(end(&definition, &newborn(&definition), at(1)).life);
    assert_eq!(
        moved(&over, &[("degraded", "impaired")]),
        Err(Refusal::Ended)
    );
}
