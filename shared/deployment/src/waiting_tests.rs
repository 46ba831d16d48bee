//! What is said of each status, and that nothing is said of one that has ended.

use super::*;
use crate::fixture::{apply, at, begun, deployment, id, planned};
use groundplane_model::{Approval, ApprovalPolicy, Cancellation};

fn said(deployment: &Deployment, steps: &[Step], second: i64) -> (Waits, String, String) {
    let waits = waiting_for(deployment, steps, at(second)).unwrap();
    (waits.on, waits.what, waits.unblock)
}

#[test]
fn what_has_ended_waits_for_nothing() {
    for status in [DeploymentStatus::Succeeded, DeploymentStatus::Failed] {
        assert_eq!(waiting_for(&deployment(status), &[], at(9)), None);
    }
}

#[test]
fn a_start_that_takes_long_seems_lost() {
    let accepted = deployment(DeploymentStatus::Accepted);
    assert_eq!(said(&accepted, &[], 10).1, "its start");
    let (on, what, unblock) = said(&accepted, &[], 100);
    assert_eq!(
        (on, what.as_str()),
        (Waits::Start, "its start, which seems to be lost")
    );
    assert!(
        unblock.contains(&format!("`groundplane retry {}`", id(2))),
        "{unblock}"
    );
}

#[test]
fn a_plan_that_waits_names_the_commands_and_the_end_of_the_wait() {
    let waiting = Deployment {
        approval: Some(Approval {
            policy: ApprovalPolicy::default(),
            since: Some(at(5)),
            until: Some(at(500)),
            decision: None,
        }),
        ..deployment(DeploymentStatus::Waiting)
    };
    let waits = waiting_for(&waiting, &[], at(9)).unwrap();
    assert_eq!(waits.on, Waits::Approval);
    assert_eq!(waits.what, "someone other than kim who approves its plan");
    assert_eq!((waits.since, waits.until), (at(5), Some(at(500))));
    assert!(waits.unblock.contains("groundplane approve"), "{waits:?}");
}

#[test]
fn work_names_the_stacks_that_move() {
    let steps = [begun(StepStatus::Running, apply("compute", "new"))];
    let running = planned(DeploymentStatus::Running, &steps);
    let (on, what, _) = said(&running, &steps, 9);
    assert_eq!(on, Waits::Stacks);
    assert!(what.ends_with("of `compute`"), "{what}");
    let unplanned = deployment(DeploymentStatus::Running);
    assert_eq!(said(&unplanned, &[], 9).0, Waits::Plan);
    let cancelled = Deployment {
        cancelled: Some(Cancellation {
            by: "ada".to_owned(),
            at: at(8),
        }),
        ..running
    };
    let (on, what, _) = said(&cancelled, &steps, 9);
    assert_eq!(on, Waits::Cancellation);
    assert!(what.ends_with("to stop; cancelled by ada"), "{what}");
}

#[test]
fn compensation_names_what_is_left_to_take_back() {
    let steps = [begun(StepStatus::Succeeded, apply("compute", "new"))];
    let compensating = planned(DeploymentStatus::Compensating, &steps);
    assert!(
        said(&compensating, &steps, 9)
            .1
            .ends_with("of `compute` to be taken back")
    );
    let all = said(&compensating, &[], 9);
    assert_eq!(
        (all.0, all.1.as_str()),
        (Waits::Compensation, "what it holds to be given back")
    );
}
