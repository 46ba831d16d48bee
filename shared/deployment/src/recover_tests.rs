//! When a deployment is started once more, and how.

use super::*;
use crate::fixture::{at, deployment, id, one};

/// Six minutes after every deployment of the fixture was accepted.
const LATER: i64 = 360;

#[test]
fn a_deployment_that_never_began_is_begun() {
    let lost = deployment(DeploymentStatus::Accepted);
    let recovery = recover(&lost, false, at(LATER)).unwrap();
    assert_eq!(recovery.mode, "run");
    assert_eq!(recovery.execution, format!("{}-recovery-1", id(2)));
    let expected = Deployment {
        recoveries: 1,
        recovered_at: Some(at(LATER)),
        ..lost
    };
    assert_eq!(recovery.change, Change::save(&expected));
}

#[test]
fn a_deployment_that_was_cut_short_is_taken_back() {
    for status in [DeploymentStatus::Running, DeploymentStatus::Compensating] {
        let recovery = recover(&deployment(status), false, at(LATER)).unwrap();
        assert_eq!(recovery.mode, "recover", "{status:?}");
    }
}

#[test]
fn a_deployment_is_left_alone_while_it_is_young_or_at_work_or_over() {
    let running = deployment(DeploymentStatus::Running);
    assert_eq!(recover(&running, true, at(LATER)), None);
    assert_eq!(recover(&running, false, at(299)), None);
    assert!(recover(&running, false, at(300)).is_some());
    for ended in [DeploymentStatus::Succeeded, DeploymentStatus::Failed] {
        assert_eq!(recover(&deployment(ended), false, at(LATER)), None);
    }
}

#[test]
fn each_recovery_has_an_execution_of_its_own_which_is_then_looked_for() {
    let first = deployment(DeploymentStatus::Running);
    assert_eq!(execution_of(&first), id(2).to_string());
    let once = recover(&first, false, at(LATER)).unwrap();
    let saved: Deployment = one(&[once.change]);
    assert_eq!(execution_of(&saved), once.execution);
    let too_early = recover(&saved, false, at(LATER + 299));
    assert_eq!(too_early, None, "it may be about to start");
    let twice = recover(&saved, false, at(LATER + 300)).unwrap();
    assert_eq!(twice.execution, format!("{}-recovery-2", id(2)));
}

#[test]
fn a_deployment_that_waits_is_begun_again_since_it_has_changed_nothing() {
    let lost = deployment(DeploymentStatus::Waiting);
    assert_eq!(recover(&lost, false, at(LATER)).unwrap().mode, "run");
    assert_eq!(recover(&lost, true, at(LATER)), None);
}
