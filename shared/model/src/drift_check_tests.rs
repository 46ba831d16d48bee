//! Where what is kept of drift lies, and for how long.

use serde_json::json;

use super::*;
use crate::{EnvironmentName, Member};

fn tenant() -> TenantId {
    TenantId::parse("acme").unwrap()
}

fn instance() -> InstanceId {
    InstanceId::parse("web-service.dev").unwrap()
}

fn report(at: &str) -> DriftReport {
    DriftReport {
        tenant: tenant(),
        instance: instance(),
        incarnation: "first".to_owned(),
        revision: 1,
        status: DriftStatus::Drifted,
        checked_at: at.parse().unwrap(),
        report: json!({"differences": []}),
        version: 0,
    }
}

#[test]
fn reports_lie_by_time_and_are_kept_for_thirty_days() {
    let (early, late) = (
        report("2026-01-01T00:00:09Z"),
        report("2026-01-01T00:00:10.5Z"),
    );
    assert_eq!(early.key().sort, "DRIFT#2026-01-01T00:00:09.000000Z");
    assert!(early.key().sort < late.key().sort);
    let end: Timestamp = "2026-01-31T00:00:09Z".parse().unwrap();
    assert_eq!(early.expires_at(), Some(end));
}

#[test]
fn neither_state_nor_check_is_among_the_reports() {
    for key in [
        DriftState::key_of(&tenant(), &instance()),
        DriftCheck::key_of(&tenant(), &instance()),
    ] {
        assert!(!key.sort.starts_with(DriftReport::PREFIX), "{}", key.sort);
        assert_eq!(
            key.partition,
            report("2026-01-01T00:00:00Z").key().partition
        );
    }
}

#[test]
fn the_members_of_an_environment_lie_with_it() {
    let environment: EnvironmentName = "dev".parse().unwrap();
    let member = Member::new(environment.clone(), tenant(), instance());
    assert_eq!(
        member.key(),
        Key::new(
            Partition::environment(&environment),
            "MEMBER#acme#web-service.dev"
        )
    );
    assert!(
        !Key::meta(Partition::environment(&environment))
            .sort
            .starts_with(Member::PREFIX)
    );
}

#[test]
fn a_report_is_stored_as_text_so_that_its_numbers_stay_as_they_are() {
    let stored = serde_json::to_value(report("2026-01-01T00:00:00Z")).unwrap();
    assert_eq!(stored["report"], json!("{\"differences\":[]}"));
    let read: DriftReport = serde_json::from_value(stored).unwrap();
    assert_eq!(read, report("2026-01-01T00:00:00Z"));
}

#[test]
fn only_what_moves_by_itself_has_not_ended() {
    let running = UnitCheck::Running {
        detection: "1".to_owned(),
    };
    let partial = UnitCheck::Partial {
        reason: "refused".to_owned(),
    };
    for (check, ended) in [
        (UnitCheck::Waiting, false),
        (running, false),
        (UnitCheck::Done, true),
        (partial, true),
        (UnitCheck::Gone, true),
    ] {
        assert_eq!(check.has_ended(), ended, "{check:?}");
    }
}

#[test]
fn severities_rise_up_to_the_gravest() {
    assert_eq!(DriftSeverity::Low.raised(), DriftSeverity::Medium);
    assert_eq!(DriftSeverity::Medium.raised(), DriftSeverity::High);
    assert_eq!(DriftSeverity::High.raised(), DriftSeverity::Critical);
    assert_eq!(DriftSeverity::Critical.raised(), DriftSeverity::Critical);
}
