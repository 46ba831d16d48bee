//! Who may end what, when, and what then wakes it.

use super::*;
use crate::fail;
use crate::fixture::{apply, at, begun, deployment, destroy, error, failing, id, one, planned};
use groundplane_model::{DeploymentError, StepStatus, TaskToken};

fn callback() -> Callback {
    let waiting = deployment(DeploymentStatus::Waiting);
    Callback {
        tenant: waiting.tenant,
        deployment: waiting.id,
        token: TaskToken::from("token".to_owned()),
        version: 1,
    }
}

fn cancelled(deployment: &Deployment, steps: &[Step]) -> Result<Vec<Change>, Failure> {
    cancel(deployment, steps, Some(&callback()), ("ada", at(9)))
}

fn after(deployment: Deployment) -> Deployment {
    Deployment {
        cancelled: Some(Cancellation {
            by: "ada".to_owned(),
            at: at(9),
        }),
        ..deployment
    }
}

fn message(changes: &[Change]) -> Outbox {
    one(changes)
}

#[test]
fn a_deployment_at_work_is_only_told() {
    let running = deployment(DeploymentStatus::Running);
    let changes = cancelled(&running, &[]).unwrap();
    assert_eq!(changes, [Change::save(&after(running))]);
}

#[test]
fn one_that_waits_is_woken_under_the_token_that_counts() {
    let waiting = deployment(DeploymentStatus::Waiting);
    let changes = cancelled(&waiting, &[]).unwrap();
    assert_eq!(
        one::<Deployment>(&changes),
        after(deployment(DeploymentStatus::Running))
    );
    assert_eq!(
        message(&changes).message,
        OutboxMessage::ResumeDeployment {
            token: callback().token
        }
    );
    assert!(changes.contains(&Change::check(&callback())));
}

#[test]
fn one_that_has_not_begun_is_started_to_end() {
    let accepted = deployment(DeploymentStatus::Accepted);
    let changes = cancelled(&accepted, &[]).unwrap();
    assert!(matches!(
        message(&changes).message,
        OutboxMessage::StartDeployment { deployment, .. } if deployment == id(2)
    ));
}

#[test]
fn a_second_wish_changes_nothing_whoever_has_it() {
    for status in [
        DeploymentStatus::Accepted,
        DeploymentStatus::Running,
        DeploymentStatus::Waiting,
        DeploymentStatus::Compensating,
        DeploymentStatus::Failed,
    ] {
        assert_eq!(cancelled(&after(deployment(status)), &[]), Ok(Vec::new()));
    }
}

#[test]
fn what_has_ended_or_is_past_return_goes_on() {
    let removal = [begun(StepStatus::Running, destroy("storage"))];
    let update = planned(DeploymentStatus::Running, &removal);
    let removing = Deployment {
        action: Action::Destroy,
        ..planned(DeploymentStatus::Running, &removal)
    };
    let cases = [
        (deployment(DeploymentStatus::Succeeded), "has succeeded"),
        (
            after(deployment(DeploymentStatus::Succeeded)),
            "has succeeded",
        ),
        (deployment(DeploymentStatus::Failed), "has failed"),
        (deployment(DeploymentStatus::Compensating), "taken back"),
        (update, "cannot be taken back"),
        (removing, "cannot be taken back"),
    ];
    for (case, expected) in cases {
        let steps = &removal[..];
        let refused = cancelled(&case, steps).unwrap_err();
        assert_eq!(refused.kind, FailureKind::Conflict);
        assert!(refused.message.contains(expected), "{refused}");
    }
}

#[test]
fn a_step_does_not_begin_unless_something_is_being_removed() {
    let cancelled = after(deployment(DeploymentStatus::Running));
    let failure = stop_step_if_cancelled(&cancelled, &[apply("compute", "new")]).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Cancelled);
    assert_eq!(failure.message, "cancelled by ada");
    let removal = [begun(StepStatus::Succeeded, destroy("storage"))];
    assert_eq!(stop_step_if_cancelled(&cancelled, &removal), Ok(()));
    let running = deployment(DeploymentStatus::Running);
    assert_eq!(stop_step_if_cancelled(&running, &[]), Ok(()));
}

fn cause(deployment: &Deployment, steps: &[Step], caught: &str) -> DeploymentError {
    let caught = DeploymentError {
        name: caught.to_owned(),
        ..error("caught")
    };
    let recorded: Deployment = one(&fail(deployment, steps, caught).changes);
    recorded.error.unwrap()
}

#[test]
fn the_cause_is_who_cancelled_unless_something_had_failed_before() {
    let stopped = Step {
        error: Some(DeploymentError {
            unit: None,
            name: CANCELLED.to_owned(),
            cause: "cancelled by ada".to_owned(),
        }),
        ..begun(StepStatus::Failed, apply("compute", "new"))
    };
    let broken = failing(apply("storage", "new"), "no capacity", 7);
    let alone = [stopped.clone()];
    let running = after(planned(DeploymentStatus::Running, &alone));
    for caught in [
        CANCELLED,
        "Groundplane.Interrupted",
        "Groundplane.StepFailed",
    ] {
        let why = cause(&running, &alone, caught);
        assert_eq!(
            (why.name.as_str(), why.cause.as_str()),
            (CANCELLED, "cancelled by ada")
        );
        assert_eq!(why.unit, None);
    }
    let both = [broken, stopped];
    let running = after(planned(DeploymentStatus::Running, &both));
    assert_eq!(
        cause(&running, &both, "Groundplane.StepFailed"),
        error("no capacity")
    );
    let running = after(deployment(DeploymentStatus::Running));
    assert_eq!(cause(&running, &[], "Groundplane.Invalid").cause, "caught");
}
