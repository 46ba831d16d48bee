//! Tests of the ends of stays: each gives its signal once, and none is lost.

use groundplane_model::Deadline;

use super::*;
use crate::fixture::request;
use crate::operate;

#[test]
fn the_end_of_a_stay_gives_its_signal_once() {
    let definition = definition();
    let life = life_in(&definition, "degraded");
    let deadline = Occurrence::deadline(&life, life.stay);
    let delivery = deliver(&definition, &life, &deadline, at(600));
    assert_eq!(started(&delivery), ["failover"]);
    let after = saved(delivery.life.clone());
    assert_eq!(
        (after.state.clone(), after.deadline.clone()),
        (state("degraded"), None)
    );
    assert_eq!(
        only(&delivery).event,
        format!("deadline-first-{}", life.stay)
    );
    let twice = deliver(&definition, &after, &deadline, at(601));
    assert!(only(&twice).why.clone().unwrap().starts_with("stale"));
    assert_eq!(twice.life, None);
}

#[test]
fn the_end_of_a_stay_that_changes_nothing_comes_again() {
    let definition = definition();
    let mut life = life_in(&definition, "degraded");
    life.parameters = json!({"standby": false});
    let delivery = deliver(
        &definition,
        &life,
        &Occurrence::deadline(&life, life.stay),
        at(600),
    );
    assert_eq!(only(&delivery).verdict, Verdict::Ignored);
    let after = delivery.life.unwrap();
    assert_eq!(
        (after.stay, after.entered_at),
        (life.stay + 1, life.entered_at)
    );
    assert_eq!(after.deadline.unwrap().at, at(1_200));
    assert_eq!(
        delivery.effects,
        [Effect::Schedule {
            timer: Timer::Stay(life.stay + 1),
            at: at(1_200)
        }]
    );
}

/// A degraded instance that is being restarted since second 1.
fn restarting(definition: &Definition) -> Life {
    let life = life_in(definition, "degraded");
    let asked = request("r", "restart", &json!({}));
    saved(operate(definition, &life, &asked, at(1)).unwrap().life)
}

fn ends(definition: &Definition, life: &Life, second: i64) -> Delivery {
    let deadline = Occurrence::deadline(life, life.stay);
    deliver(definition, life, &deadline, at(second))
}

#[test]
fn the_end_of_a_stay_that_waits_is_not_due_any_more() {
    let definition = definition();
    let life = restarting(&definition);
    assert_eq!(life.deadline.clone().unwrap().at, at(600));
    let delivery = ends(&definition, &life, 600);
    assert_eq!(only(&delivery).verdict, Verdict::Waiting);
    assert_eq!(delivery.effects, [], "no timer: it comes when the run ends");
    let life = saved(delivery.life);
    assert_eq!((life.deadline.clone(), life.waiting.len()), (None, 1));
    let again = ends(&definition, &life, 660);
    assert_eq!(again.life, None, "noticed once more, it changes nothing");
}

#[test]
fn an_event_that_waits_leaves_the_stay_its_deadline() {
    let definition = definition();
    let life = restarting(&definition);
    let delivery = happens(&life, &alarm("e", 5, "OK"), 5);
    assert_eq!(only(&delivery).verdict, Verdict::Waiting);
    assert_eq!(delivery.life.unwrap().deadline, life.deadline);
}

#[test]
fn the_end_of_a_stay_that_finds_no_place_to_wait_comes_again() {
    let definition = definition();
    let mut life = restarting(&definition);
    for number in 0..Life::MOST_WAITING {
        let event = alarm(&number.to_string(), 5, "OK");
        life = saved(happens(&life, &event, 5).life);
    }
    let delivery = ends(&definition, &life, 600);
    assert_eq!(only(&delivery).verdict, Verdict::Rejected);
    let after = delivery.life.unwrap();
    assert_eq!(after.stay, life.stay + 1);
    let expected = Deadline {
        at: at(1_200),
        signal: signal("escalate"),
    };
    assert_eq!(after.deadline, Some(expected));
}
