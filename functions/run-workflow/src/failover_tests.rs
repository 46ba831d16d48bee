//! What is next for a failover, for every state in which a crash may have left it.

use super::*;

fn database(status: &str, zone: &str) -> Database {
    Database {
        identifier: "orders".to_owned(),
        arn: "arn:x".to_owned(),
        status: status.to_owned(),
        has_standby: true,
        zone: Some(zone.to_owned()),
    }
}

#[test]
fn a_database_is_asked_once_and_awaited() {
    for (status, zone, is_taken, expected) in [
        // Written down, and not asked for.
        ("available", "a", false, Next::Ask),
        ("modifying", "a", false, Next::Wait),
        // Asked for, and not written down.
        ("rebooting", "a", false, Next::Note),
        ("available", "b", false, Next::Note),
        // Asked for and written down.
        ("rebooting", "a", true, Next::Wait),
        ("rebooting", "b", true, Next::Wait),
        ("available", "b", true, Next::Done),
        // RDS tells the new zone late.
        ("available", "a", true, Next::Done),
    ] {
        let next = next(&database(status, zone), Some("a"), (is_taken, false));
        assert_eq!(next, expected, "{status} in {zone}, {is_taken}");
    }
}

#[test]
fn right_after_the_request_a_database_as_before_has_not_gone_over_yet() {
    let fresh = |status, zone| next(&database(status, zone), Some("a"), (true, true));
    assert_eq!(fresh("available", "a"), Next::Wait);
    assert_eq!(fresh("available", "b"), Next::Done);
    assert_eq!(fresh("rebooting", "a"), Next::Wait);
}
