//! Tests of deliveries: what is written for each thing that happens.

mod stale;
mod stays;

use groundplane_model::{Event, EventEntry, Life, PassageOutcome, Record, Verdict};
use serde_json::{Value, json};

use super::*;
use crate::fixture::{
    alarm, at, definition, event, life_in, newborn, saved, signal, started, state,
};
use crate::occurrence::OWN_SOURCE;
use crate::{Effect, RunOutcome, Timer, end, settle};

fn happens(life: &Life, event: &Event, second: i64) -> Delivery {
    deliver(&definition(), life, &Occurrence::event(event), at(second))
}

fn only(delivery: &Delivery) -> &EventEntry {
    let [entry] = delivery.entries.as_slice() else {
        panic!("{delivery:#?}");
    };
    entry
}

fn stopped(id: &str, detail: &Value) -> Event {
    event(id, 0, "aws.ecs", detail.clone())
}

#[test]
fn an_event_that_fires_a_transition_writes_state_history_log_and_messages() {
    let before = newborn(&definition());
    let delivery = happens(&before, &alarm("e1", 5, "ALARM"), 6);
    let life = delivery.life.clone().unwrap();
    assert_eq!(
        (life.state.clone(), life.stay, life.entered_at),
        (state("degraded"), 2, at(6))
    );
    assert_eq!(life.version, before.version, "saving it counts the version");
    let entry = only(&delivery);
    assert_eq!(
        (entry.verdict, entry.route, entry.again),
        (Verdict::Transition, Some(3), false)
    );
    assert_eq!(
        (entry.from.clone(), entry.to.clone()),
        (state("healthy"), Some(state("degraded")))
    );
    assert_eq!((entry.occurred_at, entry.received_at), (at(5), at(6)));
    let [passage] = delivery.passages.as_slice() else {
        panic!("{delivery:#?}");
    };
    assert_eq!(
        (passage.number, passage.outcome),
        (2, PassageOutcome::Entered)
    );
    assert_eq!(passage.event.as_deref(), Some("e1"));
    let due = Effect::Schedule {
        timer: Timer::Stay(2),
        at: at(606),
    };
    assert!(delivery.effects.contains(&due), "{:#?}", delivery.effects);
    assert!(delivery.effects.iter().any(
        |effect| matches!(effect, Effect::Publish { detail_type, detail }
        if *detail_type == "Instance State Changed" && detail["to"] == "degraded")
    ));
}

#[test]
fn an_event_without_a_route_writes_its_entry_and_nothing_else() {
    let delivery = happens(
        &newborn(&definition()),
        &event("e", 0, "aws.s3", json!({})),
        0,
    );
    assert_eq!(delivery.life, None);
    assert!(delivery.passages.is_empty() && delivery.effects.is_empty());
    let entry = only(&delivery);
    assert_eq!(
        (entry.verdict, entry.why.as_deref()),
        (Verdict::Ignored, Some("no route matches"))
    );
}

#[test]
fn the_first_route_that_matches_and_whose_filter_holds_decides() {
    let life = newborn(&definition());
    for (detail, route, signal_) in [
        (
            json!({"lastStatus": "STOPPED", "containers": [{"exitCode": 1}], "group": "web"}),
            0,
            "failure",
        ),
        (
            json!({"lastStatus": "STOPPED", "containers": [{"exitCode": 0}], "group": "web"}),
            1,
            "retire",
        ),
        (
            json!({"lastStatus": "STOPPED", "group": "web"}),
            1,
            "retire",
        ),
    ] {
        let delivery = happens(&life, &stopped("e", &detail), 0);
        let entry = only(&delivery);
        assert_eq!(
            (entry.route, entry.signal.clone()),
            (Some(route), Some(signal(signal_))),
            "{detail}"
        );
    }
}

#[test]
fn a_filter_that_cannot_tell_does_not_hold_and_says_so() {
    let delivery = happens(
        &newborn(&definition()),
        &stopped("e", &json!({"lastStatus": "STOPPED"})),
        0,
    );
    let why = only(&delivery).why.clone().unwrap();
    assert_eq!(
        why,
        "the filter of route 1 cannot tell: there is no `containers`"
    );
}

#[test]
fn the_log_keeps_the_digest_of_a_detail_and_not_the_detail() {
    let secret = json!({"state": "ALARM", "password": "hunter2"});
    let delivery = happens(
        &newborn(&definition()),
        &event("e", 0, "aws.cloudwatch", secret.clone()),
        0,
    );
    let entry = only(&delivery);
    assert_eq!(entry.detail_bytes, secret.to_string().len() as u64);
    assert!(entry.detail_digest.is_some());
    let all = format!("{delivery:?}");
    assert!(!all.contains("hunter2"), "{all}");
}

#[test]
fn a_signal_of_a_person_names_the_person() {
    let definition = definition();
    let sent = Occurrence::signal("request-1", signal("failure"), "ada");
    let delivery = deliver(&definition, &newborn(&definition), &sent, at(1));
    assert_eq!(only(&delivery).by.as_deref(), Some("ada"));
    assert_eq!(delivery.life.unwrap().state, state("degraded"));
}

#[test]
fn what_comes_while_something_runs_waits_with_its_place_in_the_order() {
    let definition = definition();
    let life = life_in(&definition, "degraded");
    let running = saved(
        deliver(
            &definition,
            &life,
            &Occurrence::deadline(&life, life.stay),
            at(600),
        )
        .life,
    );
    let first = happens(&running, &alarm("a", 601, "OK"), 602);
    assert_eq!(only(&first).verdict, Verdict::Waiting);
    let second = happens(&saved(first.life), &alarm("b", 602, "ALARM"), 603);
    let waiting: Vec<_> = second
        .life
        .unwrap()
        .waiting
        .into_iter()
        .map(|waiting| waiting.event)
        .collect();
    assert_eq!(waiting, ["a", "b"]);
}

#[test]
fn events_for_a_destroyed_instance_are_recorded_and_change_nothing() {
    let definition = definition();
    let life = saved(end(&definition, &newborn(&definition), at(1)).life);
    let delivery = happens(&life, &alarm("e", 2, "ALARM"), 2);
    assert_eq!(
        only(&delivery).why.as_deref(),
        Some("the instance is destroyed")
    );
    assert_eq!(delivery.life, None);
}

#[test]
fn a_large_event_is_decided_like_any_other() {
    let containers = vec![json!({"exitCode": 1}); 30_000];
    let large = json!({"lastStatus": "STOPPED", "containers": containers, "group": "x"});
    let delivery = happens(&newborn(&definition()), &stopped("e", &large), 0);
    let entry = only(&delivery);
    assert!(entry.detail_bytes > 400_000);
    assert_eq!(entry.verdict, Verdict::Ignored);
    assert!(
        entry.why.clone().unwrap().contains("too large"),
        "{entry:?}"
    );
    assert!(serde_json::to_string(entry).unwrap().len() < 2_000);
    assert_eq!(entry.key().sort.len(), "EVENT#".len() + 64);
}

#[test]
fn events_of_two_senders_that_number_alike_are_two_and_people_see_the_number() {
    let entries = ["tenant.builds", "tenant.disks"].map(|source| {
        let sent = event("1", 0, source, json!({}));
        happens(&newborn(&definition()), &sent, 0).entries.remove(0)
    });
    let [builds, disks] = entries;
    assert_eq!((builds.event.as_str(), disks.event.as_str()), ("1", "1"));
    assert_ne!(builds.key(), disks.key());
}

#[test]
fn no_event_takes_the_place_of_a_deadline_or_a_request() {
    let definition = definition();
    let life = life_in(&definition, "degraded");
    let deadline = Occurrence::deadline(&life, life.stay);
    let own = deliver(&definition, &life, &deadline, at(600));
    for source in [OWN_SOURCE, "tenant.disks", ""] {
        let forged = happens(&life, &event(deadline.id(), 0, source, json!({})), 0);
        assert_eq!(only(&forged).event, only(&own).event);
        assert_ne!(only(&forged).key(), only(&own).key(), "{source}");
    }
}

#[test]
fn a_signal_that_waits_is_decided_again_under_the_identity_of_its_event() {
    let definition = definition();
    let life = life_in(&definition, "degraded");
    let deadline = Occurrence::deadline(&life, life.stay);
    let running = saved(deliver(&definition, &life, &deadline, at(600)).life);
    let first = happens(&running, &alarm("a", 601, "OK"), 602);
    let run = running.run.unwrap().id;
    let life = saved(first.life.clone());
    let last = settle(&definition, &life, &run, &RunOutcome::Succeeded, at(700));
    assert_eq!(only(&last).identity, only(&first).identity);
    let key = only(&first).key().sort;
    assert_eq!(only(&last).key().sort, format!("{key}#AGAIN"));
}
