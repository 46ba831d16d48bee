//! Tests of beginnings and ends.

use serde_json::json;

use super::*;
use crate::fixture::{
    alarm, at, beginning, compiled, definition, document, life_in, newborn, request, saved, state,
};
use crate::{Effect, Occurrence, deliver, operate};

#[test]
fn a_life_begins_in_the_initial_state() {
    let mut document = document();
    document["initial"] = json!("degraded");
    let delivery = start(&compiled(&document), beginning(json!({})), None, at(0));
    let life = delivery.life.clone().unwrap();
    assert_eq!(
        (life.state, life.stay, life.version),
        (state("degraded"), 1, 0)
    );
    assert_eq!(life.deadline.unwrap().at, at(600));
    let passage = &delivery.passages[0];
    assert_eq!((passage.number, passage.from.clone()), (1, None));
    assert!(
        delivery
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::Schedule { .. }))
    );
    assert!(delivery.entries.is_empty());
}

#[test]
fn the_next_life_of_a_name_counts_on() {
    let definition = definition();
    let begun = operate(
        &definition,
        &newborn(&definition),
        &request("r", "restart", &json!({})),
        at(1),
    );
    let old = saved(end(&definition, &saved(begun.unwrap().life), at(2)).life);
    let delivery = start(&definition, beginning(json!({})), Some(&old), at(3));
    let life = delivery.life.unwrap();
    assert_eq!(
        (life.version, life.runs, life.stay),
        (old.version, 1, old.stay + 1)
    );
    assert_eq!(delivery.passages[0].number, old.passages + 1);
    assert!(!life.ended && life.run.is_none() && life.waiting.is_empty());
}

#[test]
fn the_end_forgets_what_is_due_and_records_what_waits() {
    let definition = definition();
    let life = life_in(&definition, "degraded");
    let life = saved(
        operate(
            &definition,
            &life,
            &request("r", "restart", &json!({})),
            at(1),
        )
        .unwrap()
        .life,
    );
    let event = alarm("waits", 2, "OK");
    let life = saved(deliver(&definition, &life, &Occurrence::event(&event), at(2)).life);
    let delivery = end(&definition, &life, at(3));
    let after = delivery.life.clone().unwrap();
    assert!(after.ended && after.deadline.is_none() && after.waiting.is_empty());
    assert!(after.run.is_some(), "it may be what destroyed the instance");
    let entry = &delivery.entries[0];
    assert_eq!(
        (entry.event.as_str(), entry.why.as_deref()),
        ("waits", Some("the instance is destroyed"))
    );
    assert_eq!(delivery.passages[0].outcome, PassageOutcome::Ended);
    assert!(
        end(&definition, &saved(delivery.life), at(4)).is_empty(),
        "it ends once"
    );
}
