//! How one step is taken back, once, and what happens where it cannot be.

use groundplane_model::{EngineAction, EngineInput, Record as _};

use super::*;
use crate::fixture::{
    applied, apply, artifact, at, begun, deployment, destroy, error, failing, id, one, removed,
    saved, settings, unit,
};

fn compensating() -> Deployment {
    deployment(DeploymentStatus::Compensating)
}

/// A unit whose step of deployment 2 succeeded, and the step.
fn done(name: &str) -> (Step, UnitState) {
    let step = Step {
        before: Some(applied("old")),
        ..begun(StepStatus::Succeeded, apply(name, "new"))
    };
    (step, unit(name, "new"))
}

fn input(prepared: Prepared) -> EngineInput {
    match prepared {
        Prepared::Engine { input } => *input,
        Prepared::Done => panic!("no engine is called"),
    }
}

/// How `step` is taken back with no other step in its way.
fn taking_back(
    deployment: &Deployment,
    step: &Step,
    units: &[UnitState],
) -> (Prepared, Vec<Change>) {
    let steps = std::slice::from_ref(step);
    undo(&settings(), deployment, step, steps, units).unwrap()
}

#[test]
fn what_a_step_created_is_destroyed() {
    let step = begun(StepStatus::Succeeded, apply("compute", "new"));
    let own = unit("compute", "new");
    let (prepared, changes) = taking_back(&compensating(), &step, std::slice::from_ref(&own));
    let input = input(prepared);
    assert_eq!(input.action, EngineAction::Destroy);
    assert_eq!(input.token, format!("{}-compute-undo", id(2)));
    assert_eq!(one::<UnitState>(&changes).pending, Some(id(2)));
    let changes = undone(&compensating(), &step, std::slice::from_ref(&own), at(9));
    assert_eq!(removed(&changes), [own.key()]);
    assert_eq!(one::<Step>(&changes).status, StepStatus::Undone);
}

#[test]
fn what_a_step_changed_is_restored_in_its_stack() {
    let (step, own) = done("compute");
    let own = UnitState {
        stack_name: "gp-compute-of-old".to_owned(),
        ..own
    };
    let step = Step {
        stack_name: own.stack_name.clone(),
        ..step
    };
    let (prepared, changes) = taking_back(&compensating(), &step, std::slice::from_ref(&own));
    let input = input(prepared);
    assert_eq!(input.action, EngineAction::Apply);
    assert_eq!(input.artifact, Some(artifact("old")));
    assert_eq!(input.stack_name, "gp-compute-of-old");
    let marked: UnitState = one(&changes);
    assert_eq!(marked.pending, Some(id(2)), "before the engine starts");
    let restored: UnitState = one(&undone(&compensating(), &step, &[marked], at(9)));
    let expected = UnitState {
        applied: Some(applied("old")),
        ..own
    };
    assert_eq!(restored, expected);
}

#[test]
fn a_unit_that_is_marked_already_is_not_marked_again() {
    let (step, own) = done("compute");
    let marked = UnitState {
        pending: Some(id(2)),
        ..own.clone()
    };
    let (_, changes) = taking_back(&compensating(), &step, &[marked]);
    assert_eq!(changes, []);
    let marked_by_another = UnitState {
        pending: Some(id(1)),
        ..own
    };
    let (_, changes) = taking_back(&compensating(), &step, &[marked_by_another]);
    assert_eq!(one::<UnitState>(&changes).pending, Some(id(2)));
}

#[test]
fn a_unit_that_was_half_done_before_and_never_applied_is_destroyed() {
    let half = UnitState {
        applied: None,
        pending: Some(id(2)),
        ..unit("compute", "")
    };
    let step = begun(StepStatus::Failed, apply("compute", "new"));
    let (prepared, _) = taking_back(&compensating(), &step, &[half]);
    assert_eq!(input(prepared).action, EngineAction::Destroy);
}

#[test]
fn nothing_is_taken_back_that_this_deployment_did_not_begin() {
    let own = [unit("compute", "old")];
    let (succeeded, _) = done("compute");
    let untouched = [
        (compensating(), apply("compute", "new")),
        (
            compensating(),
            Step {
                status: StepStatus::Unchanged,
                ..apply("compute", "new")
            },
        ),
        (
            compensating(),
            begun(StepStatus::Undone, apply("compute", "new")),
        ),
        (
            compensating(),
            begun(StepStatus::Failed, destroy("compute")),
        ),
        (deployment(DeploymentStatus::Running), succeeded.clone()),
        (deployment(DeploymentStatus::Succeeded), succeeded.clone()),
        (deployment(DeploymentStatus::Failed), succeeded),
    ];
    for (deployment, step) in untouched {
        let (prepared, changes) = taking_back(&deployment, &step, &own);
        assert_eq!(
            (prepared, changes),
            (Prepared::Done, Vec::new()),
            "{step:?}"
        );
        assert_eq!(undone(&deployment, &step, &own, at(9)), [], "{step:?}");
        let failed = undo_failed(&deployment, &step, error("no"), at(9));
        assert_eq!(failed, [], "{step:?}");
    }
}

#[test]
fn a_unit_that_is_gone_needs_no_engine() {
    let step = begun(StepStatus::Running, apply("compute", "new"));
    let (prepared, changes) = taking_back(&compensating(), &step, &[]);
    assert_eq!((prepared, changes), (Prepared::Done, Vec::new()));
    let changes = undone(&compensating(), &step, &[], at(9));
    assert_eq!(one::<Step>(&changes).status, StepStatus::Undone);
    assert_eq!(removed(&changes), []);
}

#[test]
fn a_step_that_failed_keeps_its_cause_when_it_is_taken_back() {
    let step = failing(apply("compute", "new"), "no capacity", 7);
    let taken_back: Step = one(&undone(&compensating(), &step, &[], at(9)));
    assert_eq!(taken_back.error, Some(error("no capacity")));
    assert_eq!(taken_back.ended_at, Some(at(9)));
}

#[test]
fn a_step_that_cannot_be_taken_back_says_why_and_why_it_had_failed() {
    let (succeeded, own) = done("compute");
    let changes = undo_failed(&compensating(), &succeeded, error("denied"), at(9));
    let stuck: Step = one(&changes);
    assert_eq!(stuck.status, StepStatus::UndoFailed);
    let cause = stuck.error.unwrap();
    assert_eq!(
        (cause.unit, cause.cause.as_str()),
        (Some(own.unit), "denied")
    );
    let failed = failing(apply("compute", "new"), "no capacity", 7);
    let stuck: Step = one(&undo_failed(
        &compensating(),
        &failed,
        error("denied"),
        at(9),
    ));
    assert_eq!(
        stuck.error.unwrap().cause,
        "no capacity; taking it back failed too: denied"
    );
}

#[test]
fn another_recovery_takes_back_what_an_earlier_one_could_not() {
    let stuck = begun(StepStatus::UndoFailed, apply("compute", "new"));
    let own = [UnitState {
        pending: Some(id(2)),
        ..unit("compute", "new")
    }];
    let token = |recoveries| {
        let deployment = Deployment {
            recoveries,
            ..compensating()
        };
        input(taking_back(&deployment, &stuck, &own).0).token
    };
    assert_eq!(token(1), format!("{}-compute-undo-1", id(2)));
    assert_ne!(token(1), token(2));
    assert_eq!(
        undo_failed(&compensating(), &stuck, error("again"), at(9)),
        []
    );
    let changes = undone(&compensating(), &stuck, &own, at(9));
    assert_eq!(one::<Step>(&changes).status, StepStatus::Undone);
    assert_eq!(removed(&changes).len(), 1);
    assert_eq!(saved::<UnitState>(&changes), []);
}

#[test]
fn a_unit_stays_while_one_that_uses_it_could_not_be_taken_back() {
    let (foundation, own) = done("foundation");
    let mut user = begun(StepStatus::UndoFailed, apply("compute", "new"));
    if let StepAction::Apply { after, .. } = &mut user.action {
        after.insert(foundation.unit.clone());
    }
    let own = [own];
    let with = |user: &Step| {
        let steps = [foundation.clone(), user.clone(), destroy("cache")];
        undo(&settings(), &compensating(), &foundation, &steps, &own)
    };
    let failure = with(&user).unwrap_err();
    assert_eq!(failure.kind, FailureKind::ProvisionFailed);
    assert_eq!(
        failure.message,
        "`foundation` stays because `compute` uses it and could not be taken back"
    );
    user.status = StepStatus::Undone;
    assert!(with(&user).is_ok());
    let stranger = begun(StepStatus::UndoFailed, apply("cache", "new"));
    assert!(with(&stranger).is_ok());
}

/// A step that was to bring a unit back to what deployment 1 applied.
fn repairing(status: StepStatus) -> Step {
    Step {
        before: Some(applied("same")),
        repair: true,
        ..begun(status, apply("compute", "same"))
    }
}

#[test]
fn a_repair_that_failed_is_taken_back_to_what_was_applied_with_its_tags() {
    let own = UnitState {
        pending: Some(id(2)),
        ..unit("compute", "same")
    };
    let step = repairing(StepStatus::Failed);
    let (prepared, _) = taking_back(&compensating(), &step, std::slice::from_ref(&own));
    let input = input(prepared);
    assert_eq!(input.artifact, Some(artifact("same")));
    assert_eq!(input.tags["groundplane:deployment"], id(1).to_string());
    assert!(!input.repair, "it is not tried again");
    let restored: UnitState = one(&undone(&compensating(), &step, &[own], at(9)));
    assert_eq!((restored.applied, restored.pending), (step.before, None));
}

#[test]
fn what_a_repair_has_brought_back_stays_and_nothing_is_ever_destroyed_for_one() {
    let unknown = Step {
        before: None,
        ..repairing(StepStatus::Failed)
    };
    for step in [repairing(StepStatus::Succeeded), unknown] {
        let own = unit("compute", "same");
        let taken = taking_back(&compensating(), &step, std::slice::from_ref(&own));
        assert_eq!(taken, (Prepared::Done, Vec::new()));
        assert_eq!(undone(&compensating(), &step, &[own], at(9)), Vec::new());
    }
}
