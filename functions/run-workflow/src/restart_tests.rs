//! What is next for a restart, for every state in which a crash may have left it.

use groundplane_ports::{Rollout, RolloutState};

use super::*;

/// The newest rollout, and others.
fn health(newest: &str, others: &[&str], state: RolloutState) -> ServiceHealth {
    let rollout = |id: &str, is_primary| Rollout {
        id: id.to_owned(),
        is_primary,
        state: if is_primary {
            state
        } else {
            RolloutState::Completed
        },
        reason: Some("too few healthy tasks".to_owned()),
        tasks: u32::from(is_primary),
    };
    let others = others.iter().map(|id| rollout(id, false));
    ServiceHealth {
        arn: "arn:x".to_owned(),
        is_active: true,
        desired: 1,
        running: 1,
        pending: 0,
        task_definition: None,
        rollouts: [rollout(newest, true)].into_iter().chain(others).collect(),
    }
}

use RolloutState::{Completed, Failed, InProgress};

#[test]
fn containers_are_replaced_once() {
    // Written down, and not asked for.
    let steady = health("old", &[], Completed);
    assert_eq!(next(&steady, "old", None), Ok(Next::Ask));
    // Asked for, and not written down.
    let begun = health("new", &["old"], InProgress);
    assert_eq!(next(&begun, "old", None), Ok(Next::Note("new".to_owned())));
    // Asked for and written down.
    assert_eq!(next(&begun, "old", Some("new")), Ok(Next::Wait));
    let done = health("new", &[], Completed);
    assert_eq!(next(&done, "old", Some("new")), Ok(Next::Done));
}

#[test]
fn what_ecs_said_before_the_restart_is_neither_its_end_nor_its_failure() {
    let behind = health("old", &[], Completed);
    assert_eq!(next(&behind, "old", Some("new")), Ok(Next::Wait));
}

#[test]
fn a_restart_that_fails_says_why() {
    let failed = health("new", &["old"], Failed);
    let failure = next(&failed, "old", Some("new")).unwrap_err();
    assert_eq!(failure.message, "the restart failed: too few healthy tasks");
    let replaced = health("newer", &[], Completed);
    assert!(next(&replaced, "old", Some("new")).is_err());
    let deleted = ServiceHealth {
        is_active: false,
        ..health("old", &[], Completed)
    };
    assert!(next(&deleted, "old", Some("new")).is_err());
}
