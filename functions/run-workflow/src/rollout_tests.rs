//! How far containers are, for everything that ECS may say.

use groundplane_ports::Rollout;

use super::*;
use RolloutState::{Completed, Failed, InProgress, Unknown};

/// A rollout: its id, its state, how many of its tasks run. The first one is the newest.
fn health(desired: u32, rollouts: &[(&str, RolloutState, u32)]) -> ServiceHealth {
    let rollouts: Vec<Rollout> = rollouts
        .iter()
        .enumerate()
        .map(|(place, (id, state, tasks))| Rollout {
            id: (*id).to_owned(),
            is_primary: place == 0,
            state: *state,
            reason: (*state == Failed).then(|| "tasks failed to start".to_owned()),
            tasks: *tasks,
        })
        .collect();
    ServiceHealth {
        arn: "arn:x".to_owned(),
        is_active: true,
        desired,
        running: rollouts.iter().map(|rollout| rollout.tasks).sum(),
        pending: 0,
        task_definition: None,
        rollouts,
    }
}

#[test]
fn a_service_is_steady_once_all_its_containers_are_the_new_ones() {
    for (desired, rollouts, expected) in [
        (2, vec![("new", Completed, 2)], Progress::Steady),
        (0, vec![("new", Completed, 0)], Progress::Steady),
        (2, vec![("new", Unknown, 2)], Progress::Steady),
        (2, vec![("new", Completed, 1)], Progress::Underway),
        (2, vec![("new", InProgress, 2)], Progress::Underway),
        (
            2,
            vec![("new", Completed, 2), ("old", Completed, 0)],
            Progress::Steady,
        ),
        (
            3,
            vec![("new", Completed, 2), ("old", Completed, 1)],
            Progress::Underway,
        ),
        (
            2,
            vec![("new", InProgress, 0), ("old", Completed, 2)],
            Progress::Underway,
        ),
        (
            2,
            vec![("new", Completed, 2), ("older", Failed, 0)],
            Progress::Steady,
        ),
        (2, vec![], Progress::Underway),
    ] {
        let health = health(desired, &rollouts);
        assert_eq!(progress(&health, None), expected, "{rollouts:?}");
        if !rollouts.is_empty() {
            assert_eq!(progress(&health, Some("new")), expected, "{rollouts:?}");
        }
    }
}

#[test]
fn a_rollout_that_fails_says_why() {
    let failed = Progress::Failed("tasks failed to start".to_owned());
    let own = [("new", Failed, 0), ("old", Completed, 2)];
    assert_eq!(progress(&health(2, &own), Some("new")), failed);
    assert_eq!(progress(&health(2, &own), None), failed);
    // The circuit breaker has gone back to the rollout from before.
    let back = [("old", InProgress, 2), ("new", Failed, 0)];
    assert_eq!(progress(&health(2, &back), Some("new")), failed);
}

#[test]
fn another_rollout_in_its_place_is_not_taken_for_the_own_one() {
    for rollouts in [
        vec![("newer", Completed, 2)],
        vec![("newer", InProgress, 1), ("new", Completed, 1)],
    ] {
        let Progress::Failed(reason) = progress(&health(2, &rollouts), Some("new")) else {
            panic!("{rollouts:?}");
        };
        assert!(reason.contains("another rollout"), "{reason}");
    }
}

#[test]
fn a_service_on_its_way_out_is_never_steady() {
    let health = ServiceHealth {
        is_active: false,
        ..health(0, &[("new", Completed, 0)])
    };
    let expected = Progress::Failed("the service is being deleted".to_owned());
    assert_eq!(progress(&health, None), expected);
}
