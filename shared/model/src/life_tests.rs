//! Tests of the records of a life: their keys, their listings, what is due.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, json};

use crate::{
    Deadline, EventEntry, InstanceId, Life, LifecycleRef, Passage, PassageOutcome, Record, Run,
    RunCause, RunId, SignalName, StateName, TenantId, Verdict, WorkflowName,
};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn tenant() -> TenantId {
    TenantId::parse("shop").unwrap()
}

fn instance() -> InstanceId {
    InstanceId::parse("web-service.dev").unwrap()
}

fn state(name: &str) -> StateName {
    StateName::parse(name).unwrap()
}

fn life() -> Life {
    Life {
        tenant: tenant(),
        instance: instance(),
        incarnation: "a".to_owned(),
        lifecycle: LifecycleRef::parse("web-service@1.2.0").unwrap(),
        labels: BTreeMap::new(),
        parameters: json!({"": [1e300]}),
        state: state("healthy"),
        entered_at: at(0),
        stay: 1,
        deadline: None,
        run: None,
        waiting: Vec::new(),
        seen: BTreeMap::new(),
        runs: 0,
        passages: 0,
        ended: false,
        version: 0,
    }
}

fn run(deadline: Timestamp) -> Run {
    Run {
        id: RunId::of(&tenant(), &instance(), "a", 1),
        number: 1,
        workflow: WorkflowName::parse("restart").unwrap(),
        input: Map::new(),
        cause: RunCause {
            event: "e".to_owned(),
            signal: None,
            operation: None,
            by: None,
        },
        from: state("healthy"),
        to: None,
        on_failure: None,
        signal_on_success: None,
        started_at: at(0),
        watch_at: deadline,
        deadline,
    }
}

fn entry(event: &str, again: bool, received_at: Timestamp) -> EventEntry {
    EventEntry {
        tenant: tenant(),
        instance: instance(),
        incarnation: "a".to_owned(),
        event: event.to_owned(),
        identity: EventEntry::identity_of("aws.ecs", event),
        again,
        source: "aws.ecs".to_owned(),
        detail_type: "ECS Task State Change".to_owned(),
        occurred_at: at(0),
        received_at,
        detail_digest: None,
        detail_bytes: 0,
        route: None,
        signal: None,
        operation: None,
        by: None,
        verdict: Verdict::Ignored,
        why: None,
        from: state("healthy"),
        to: None,
        run: None,
        version: 0,
    }
}

#[test]
fn a_life_is_listed_by_what_is_due_first_and_not_at_all_if_nothing_is() {
    let mut life = life();
    assert_eq!(life.index(), None);
    life.run = Some(run(at(50)));
    life.deadline = Some(Deadline {
        at: at(9),
        signal: SignalName::parse("escalate").unwrap(),
    });
    assert_eq!(life.due(), Some(at(9)));
    let index = life.index().unwrap();
    assert!(index.partition.starts_with("DUE#"), "{index:?}");
    assert!(index.sort.starts_with(&format!("{:.3}#shop#", at(9))));
    life.deadline = None;
    assert_eq!(life.due(), Some(at(50)));
}

#[test]
fn a_life_comes_back_as_it_was_kept() {
    let mut life = life();
    life.run = Some(run(at(1)));
    let kept = serde_json::to_value(&life).unwrap();
    assert_eq!(kept["lifecycle"], "web-service@1.2.0");
    assert_eq!(serde_json::from_value::<Life>(kept).unwrap(), life);
}

#[test]
fn a_subject_is_a_source_and_a_resource() {
    let subject = Life::subject("aws.ecs", "arn:x");
    assert_eq!(subject.len(), 24);
    assert_eq!(subject, Life::subject("aws.ecs", "arn:x"));
    assert_ne!(subject, Life::subject("aws.rds", "arn:x"));
    assert_ne!(subject, Life::subject("aws.ecs", "arn:y"));
}

#[test]
fn an_event_has_one_key_whatever_its_id_holds() {
    let key = |event: &str, again| entry(event, again, at(0)).key().sort;
    let odd = key("a#b\n../é", false);
    assert!(
        odd.strip_prefix("EVENT#")
            .unwrap()
            .chars()
            .all(|c| c.is_ascii_hexdigit())
    );
    assert_ne!(key("a", false), key("b", false));
    assert_eq!(key("a", true), format!("{}#AGAIN", key("a", false)));
}

#[test]
fn what_has_the_same_id_is_told_apart_by_who_says_it() {
    let told = [
        EventEntry::identity_of("tenant.builds", "1"),
        EventEntry::identity_of("tenant.disks", "1"),
        EventEntry::identity_of("tenant.disks:1", ""),
        EventEntry::identity_of("", "tenant.disks:1"),
        EventEntry::identity_of("", "1"),
        EventEntry::own_identity("1"),
        EventEntry::own_identity("0::1"),
    ];
    let once: std::collections::BTreeSet<&str> = told.iter().map(crate::Digest::as_str).collect();
    assert_eq!(once.len(), told.len(), "{told:?}");
}

#[test]
fn entries_are_listed_in_the_order_in_which_they_were_decided() {
    let later = |milliseconds: i64| Timestamp::from_millisecond(milliseconds).unwrap();
    let mut sorts = Vec::new();
    for received in [999, 1000, 1001, 1500, 2000] {
        sorts.push(entry("x", false, later(received)).index().unwrap().sort);
    }
    assert!(sorts.is_sorted(), "{sorts:?}");
    let expires = entry("x", false, at(0)).expires_at().unwrap();
    assert_eq!(expires.duration_since(at(0)), EventEntry::KEPT);
}

#[test]
fn passages_lie_in_their_order() {
    let passage = |number| Passage {
        tenant: tenant(),
        instance: instance(),
        incarnation: "a".to_owned(),
        number,
        from: None,
        to: state("healthy"),
        signal: None,
        operation: None,
        event: None,
        run: None,
        outcome: PassageOutcome::TimedOut,
        cause: None,
        at: at(0),
        version: 0,
    };
    assert!(passage(9).key() < passage(10).key());
    let kept = serde_json::to_value(passage(1)).unwrap();
    assert_eq!(kept["outcome"], "timed_out");
}
