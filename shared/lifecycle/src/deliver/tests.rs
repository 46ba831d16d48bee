//! Tests of deliveries: what is written for each thing that happens.

use groundplane_model::{Event, EventEntry, Life, PassageOutcome, Record, Verdict};
use serde_json::{Value, json};

use super::*;
use crate::fixture::{
    alarm, at, definition, event, life_in, newborn, saved, signal, started, state,
};
use crate::{Effect, Timer, end};

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
fn an_event_that_is_older_than_the_log_is_stale_since_it_may_have_been_decided() {
    let before = newborn(&definition());
    let kept = EventEntry::KEPT.as_secs();
    let old = alarm("e1", 5, "ALARM");
    let just_in_time = happens(&before, &old, 5 + kept);
    assert_eq!(only(&just_in_time).verdict, Verdict::Transition);
    let too_late = happens(&before, &old, 6 + kept);
    assert_eq!(only(&too_late).verdict, Verdict::Ignored);
    assert!(only(&too_late).why.as_ref().unwrap().starts_with("stale"));
}

#[test]
fn an_event_that_is_older_than_one_that_was_decided_is_stale() {
    let life = newborn(&definition());
    let life = saved(happens(&life, &alarm("new", 10, "OK"), 11).life);
    assert_eq!(
        life.state,
        state("healthy"),
        "the newer one changed nothing, and counts all the same"
    );
    let late = happens(&life, &alarm("old", 9, "ALARM"), 12);
    assert!(only(&late).why.clone().unwrap().starts_with("stale"));
    assert_eq!(late.life, None);
    let same = happens(&life, &alarm("same", 10, "ALARM"), 12);
    assert_eq!(only(&same).verdict, Verdict::Transition);
    let mut elsewhere = alarm("other", 9, "ALARM");
    elsewhere.resources = vec!["arn:aws:y".to_owned()];
    assert_eq!(
        only(&happens(&life, &elsewhere, 12)).verdict,
        Verdict::Transition
    );
    let mut nowhere = alarm("none", 9, "ALARM");
    nowhere.resources.clear();
    assert_eq!(
        only(&happens(&life, &nowhere, 12)).verdict,
        Verdict::Transition
    );
}

#[test]
fn alerts_are_told_apart_by_their_fingerprints() {
    let alert = |id: &str, second, state: &str, fingerprint: &str| {
        let detail = json!({"state": state, "fingerprint": fingerprint});
        let mut event = event(id, second, "aws.cloudwatch", detail);
        event.resources.clear();
        event
    };
    let life = newborn(&definition());
    let life = saved(happens(&life, &alert("new", 10, "OK", "a"), 11).life);
    let verdict = |event: &Event| only(&happens(&life, event, 12)).verdict;
    assert_eq!(verdict(&alert("late", 9, "ALARM", "a")), Verdict::Ignored);
    assert_eq!(
        verdict(&alert("other", 9, "ALARM", "b")),
        Verdict::Transition
    );
}

#[test]
fn a_clock_that_is_ahead_does_not_shut_out_what_comes_later() {
    let life = newborn(&definition());
    let first = happens(&life, &alarm("ahead", 100_000, "ALARM"), 10);
    assert_eq!(
        only(&first).occurred_at,
        at(100_000),
        "the log says what the event says"
    );
    let life = saved(first.life);
    let next = happens(&life, &alarm("right", 20, "OK"), 21);
    assert_eq!(only(&next).verdict, Verdict::Transition);
}

#[test]
fn the_subjects_that_are_remembered_are_bounded_and_the_oldest_goes() {
    let mut life = newborn(&definition());
    for number in 0..80 {
        let mut event = alarm("e", number, "OK");
        event.resources = vec![format!("arn:{number}")];
        life = saved(happens(&life, &event, 100).life);
    }
    assert_eq!(life.seen.len(), Life::MOST_SEEN);
    assert!(life.seen.values().all(|time| *time >= at(16)));
}

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
