use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;

use super::*;

const WEB: &str = "arn:aws:ecs:eu-central-1:123456789012:service/main/web";

fn at() -> Timestamp {
    "2026-11-21T10:00:00Z".parse().unwrap()
}

fn seen(identifier: &str, status: Status) -> Observation {
    Observation {
        identifier: identifier.to_owned(),
        health: Health::new(status, "as seen"),
        detail: Map::from_iter([("runningCount".to_owned(), json!(1))]),
    }
}

/// The rounds in which `web` is seen like this, one after the other.
fn rounds(statuses: &[Status]) -> Vec<Round> {
    let mut rounds: Vec<Round> = Vec::new();
    for status in statuses {
        let previous = rounds.last().map(|round| round.observations.clone());
        let previous = previous.unwrap_or_default();
        rounds.push(observe(&previous, vec![seen(WEB, *status)], at()));
    }
    rounds
}

fn said(rounds: &[Round]) -> Vec<String> {
    let events = rounds.iter().flat_map(|round| &round.events);
    events
        .map(|event| format!("{} was {}", event.detail["status"], event.detail["was"]))
        .collect()
}

#[test]
fn only_changes_are_events() {
    use Status::{Degraded, Healthy, Stopped};
    let rounds = rounds(&[Healthy, Healthy, Degraded, Degraded, Stopped, Healthy]);
    assert_eq!(
        said(&rounds),
        [
            "\"degraded\" was \"healthy\"",
            "\"stopped\" was \"degraded\"",
            "\"healthy\" was \"stopped\"",
        ]
    );
}

#[test]
fn what_is_not_healthy_at_first_sight_is_an_event() {
    assert_eq!(said(&rounds(&[Status::Healthy])), [""; 0]);
    assert_eq!(said(&rounds(&[Status::Stopped])), ["\"stopped\" was null"]);
    assert_eq!(said(&rounds(&[Status::Unknown])), ["\"unknown\" was null"]);
}

#[test]
fn an_event_says_what_was_seen_and_what_it_is_about() {
    let round = observe(
        &Observations::default(),
        vec![seen(WEB, Status::Degraded)],
        at(),
    );
    let [event] = round.events.as_slice() else {
        panic!("{round:?}");
    };
    assert_eq!(
        (event.source.as_str(), event.detail_type.as_str()),
        ("groundplane.poller", "Service Health")
    );
    assert_eq!(event.resources, [WEB]);
    assert_eq!(crate::subjects(event), [WEB]);
    assert_eq!((event.account.as_str(), event.time), ("123456789012", at()));
    let expected = json!({
        "status": "degraded", "was": null, "reason": "as seen", "runningCount": 1
    });
    assert_eq!(event.detail, expected);
}

#[test]
fn what_was_seen_cannot_speak_for_the_poller() {
    let mut observation = seen(WEB, Status::Stopped);
    observation
        .detail
        .insert("status".to_owned(), json!("healthy"));
    let round = observe(&Observations::default(), vec![observation], at());
    assert_eq!(round.events[0].detail["status"], "stopped");
}

#[test]
fn a_round_that_is_repeated_gives_the_same_events() {
    let previous = rounds(&[Status::Healthy])[0].observations.clone();
    let now = || {
        vec![
            seen(WEB, Status::Stopped),
            seen("fs-0a1b", Status::Degraded),
        ]
    };
    assert_eq!(
        observe(&previous, now(), at()),
        observe(&previous, now(), at())
    );
}

#[test]
fn a_second_failure_is_another_event() {
    use Status::{Healthy, Stopped};
    let rounds = rounds(&[Stopped, Healthy, Stopped]);
    let ids: Vec<_> = rounds.iter().map(|round| &round.events[0].id).collect();
    assert_ne!(ids[0], ids[2]);
}

#[test]
fn what_is_gone_is_forgotten_and_new_when_it_comes_back() {
    let first = observe(
        &Observations::default(),
        vec![seen(WEB, Status::Stopped)],
        at(),
    );
    let gone = observe(&first.observations, vec![], at());
    assert_eq!((gone.events.len(), gone.observations.seen.len()), (0, 0));
    let back = observe(&gone.observations, vec![seen(WEB, Status::Stopped)], at());
    assert_eq!(back.events[0].detail["was"], json!(null));
    assert_ne!(back.events[0].id, first.events[0].id);
}

#[test]
fn what_is_seen_twice_in_a_round_is_one_event() {
    let now = vec![seen(WEB, Status::Stopped), seen(WEB, Status::Degraded)];
    let round = observe(&Observations::default(), now, at());
    assert_eq!(round.events.len(), 1);
    assert_eq!(round.observations.seen[WEB], Status::Stopped);
}

#[test]
fn what_a_poller_keeps_can_be_stored() {
    let kept = rounds(&[Status::Degraded]).remove(0).observations;
    let stored = serde_json::to_value(&kept).unwrap();
    assert_eq!(stored, json!({ "version": 1, "seen": { WEB: "degraded" } }));
    assert_eq!(
        serde_json::from_value::<Observations>(stored).unwrap(),
        kept
    );
}

proptest! {
    /// What was seen last, by a list of its own: an event is a status that differs from the last
    /// one of the resource, or from healthy where there is none.
    #[test]
    fn events_are_the_changes_and_each_is_another(
        rounds in vec(vec((select(&["a", "b", "c"][..]), 0..4_usize), 0..4), 0..12),
    ) {
        let statuses = [Status::Healthy, Status::Degraded, Status::Stopped, Status::Unknown];
        let mut kept = Observations::default();
        let mut last: Vec<(&str, Status)> = Vec::new();
        let mut ids = std::collections::BTreeSet::new();
        for round in rounds {
            let mut now: Vec<(&str, Status)> = Vec::new();
            for (name, status) in round {
                if now.iter().all(|(known, _)| *known != name) {
                    now.push((name, statuses[status]));
                }
            }
            let before = |name: &str| last.iter().find(|(known, _)| *known == name);
            let expected: Vec<_> = now
                .iter()
                .filter(|(name, status)| before(name).map_or(Status::Healthy, |was| was.1) != *status)
                .map(|(name, status)| ((*name).to_owned(), json!(status.as_str())))
                .collect();
            let found = observe(&kept, now.iter().map(|(n, s)| seen(n, *s)).collect(), at());
            let events = found.events.iter();
            let said: Vec<_> = events
                .map(|event| (event.resources[0].clone(), event.detail["status"].clone()))
                .collect();
            prop_assert_eq!(said, expected);
            for event in found.events {
                prop_assert!(ids.insert(event.id), "an id came twice");
            }
            (kept, last) = (found.observations, now);
        }
    }
}
