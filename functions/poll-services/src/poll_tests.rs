//! Which changes are told, once each.

use super::*;

const ARN: &str = "arn:aws:ecs:eu-west-1:123456789012:service/main/web";

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn watched(before: Option<Observation>) -> Watched {
    Watched {
        owner: ResourceOwner {
            identifier: ARN.to_owned(),
            tenant: "acme".parse().unwrap(),
            instance: "web-service.dev".parse().unwrap(),
            incarnation: "1".to_owned(),
            unit: "compute".parse().unwrap(),
            logical_id: "Service".to_owned(),
            resource_type: ResourceOwner::SERVICE.to_owned(),
            physical_id: ARN.to_owned(),
            version: 1,
        },
        before,
    }
}

fn seen(status: Status) -> Seen {
    Seen {
        health: Health {
            status,
            reason: "so it is".to_owned(),
        },
        detail: Map::from_iter([("runningCount".to_owned(), json!(1))]),
    }
}

#[test]
fn a_change_says_what_it_is_about_and_is_remembered() {
    let finding = watched(None)
        .compare(seen(Status::Degraded), Some(at(1)), at(60))
        .unwrap();
    let detail = &finding.event.detail;
    assert_eq!(detail["status"], "degraded");
    assert_eq!(detail["instance"], "web-service.dev");
    assert_eq!(detail["tenant"], "acme");
    assert_eq!(detail["runningCount"], 1);
    assert_eq!(detail["lookedAtBefore"], "1970-01-01T00:00:01Z");
    assert_eq!(finding.event.resources, [ARN]);
    assert_eq!(
        (finding.remember.status.as_str(), finding.remember.changes),
        ("degraded", 61)
    );
    assert_eq!(finding.remember.since, at(60));
}

#[test]
fn what_stays_as_it_was_is_not_told_again() {
    assert_eq!(
        watched(None).compare(seen(Status::Healthy), None, at(0)),
        None
    );
    let first = watched(None).compare(seen(Status::Stopped), None, at(0));
    let known = watched(first.map(|finding| finding.remember));
    assert_eq!(known.compare(seen(Status::Stopped), None, at(60)), None);
}

#[test]
fn the_same_change_a_second_time_is_another_one_and_a_repeated_look_is_not() {
    let look = |before: Option<&Finding>, status| {
        let before = before.map(|finding| finding.remember.clone());
        watched(before).compare(seen(status), None, at(0)).unwrap()
    };
    let broken = look(None, Status::Degraded);
    assert_eq!(broken, look(None, Status::Degraded));
    let well = look(Some(&broken), Status::Healthy);
    assert_eq!(well.event.detail["was"], "degraded");
    let broken_again = look(Some(&well), Status::Degraded);
    assert_ne!(broken.event.id, broken_again.event.id);
    assert_eq!(broken_again.remember.changes, 3);
}

#[test]
fn what_is_not_found_is_unknown() {
    let finding = watched(None).compare(Seen::missing(), None, at(0)).unwrap();
    assert_eq!(finding.event.detail["status"], "unknown");
    assert_eq!(finding.event.detail["reason"], "it was not found");
}

#[test]
fn a_remembered_status_that_nobody_knows_any_more_counts_as_never_seen() {
    let before = Observation {
        identifier: ARN.to_owned(),
        status: "levitating".to_owned(),
        since: at(0),
        changes: 4,
        version: 4,
    };
    let finding = watched(Some(before))
        .compare(seen(Status::Stopped), None, at(60))
        .unwrap();
    assert_eq!(finding.event.detail["was"], Value::Null);
    assert_eq!((finding.remember.changes, finding.remember.version), (5, 4));
}
