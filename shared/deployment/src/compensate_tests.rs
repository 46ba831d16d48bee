//! What is taken back, in which order, and what is not.

use groundplane_model::{EngineAction, EngineInput};

use super::*;
use crate::fixture::{
    applied, apply, artifact, at, begun, deployment, destroy, error, id, one, planned, removed,
    saved, settings, step_id, unit,
};

fn compensating() -> Deployment {
    deployment(DeploymentStatus::Compensating)
}

fn in_wave(wave: usize, step: Step) -> Step {
    Step { wave, ..step }
}

/// A unit whose step of deployment 2 succeeded, and the step.
fn done(name: &str) -> (Step, UnitState) {
    let step = Step {
        before: Some(applied("old")),
        ..begun(StepStatus::Succeeded, apply(name, "new"))
    };
    (step, unit(name, "new"))
}

fn failing(step: Step, cause: &str, second: i64) -> Step {
    Step {
        error: Some(error(cause)),
        ended_at: Some(at(second)),
        ..begun(StepStatus::Failed, step)
    }
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

fn ids(compensation: &Compensation) -> Vec<Vec<&str>> {
    let waves = compensation.waves.iter();
    waves
        .map(|wave| wave.steps.iter().map(|step| step.step.as_str()).collect())
        .collect()
}

fn waves_after(steps: &[Step]) -> Vec<Vec<String>> {
    let running = planned(DeploymentStatus::Running, steps);
    let compensation = fail(&running, steps, error("no"));
    let owned = |wave: Vec<&str>| wave.into_iter().map(str::to_owned).collect();
    ids(&compensation).into_iter().map(owned).collect()
}

#[test]
fn what_has_begun_is_taken_back_last_wave_first() {
    let steps = [
        in_wave(0, begun(StepStatus::Succeeded, apply("foundation", "new"))),
        in_wave(
            0,
            Step {
                status: StepStatus::Unchanged,
                ..apply("cache", "new")
            },
        ),
        in_wave(1, begun(StepStatus::Running, apply("database", "new"))),
        in_wave(1, failing(apply("storage", "new"), "no", 2)),
        in_wave(1, begun(StepStatus::Undone, apply("topic", "new"))),
        in_wave(2, apply("compute", "new")),
    ];
    assert_eq!(
        waves_after(&steps),
        [vec!["database", "storage"], vec!["foundation"]]
    );
}

#[test]
fn a_step_that_failed_before_it_began_has_nothing_to_take_back() {
    let steps = [Step {
        status: StepStatus::Failed,
        error: Some(error("no key")),
        ..apply("compute", "new")
    }];
    assert_eq!(waves_after(&steps), [[""; 0]; 0]);
}

#[test]
fn the_cause_is_that_of_the_step_which_failed_first() {
    let steps = [
        failing(apply("compute", "new"), "second", 8),
        failing(apply("storage", "new"), "first", 7),
    ];
    let running = planned(DeploymentStatus::Running, &steps);
    let compensation = fail(&running, &steps, error("a step failed"));
    let recorded: Deployment = one(&compensation.changes);
    assert_eq!(recorded.status, DeploymentStatus::Compensating);
    assert_eq!(recorded.error, Some(error("first")));
}

#[test]
fn the_cause_is_what_was_caught_where_no_step_failed() {
    for status in [DeploymentStatus::Accepted, DeploymentStatus::Running] {
        let compensation = fail(&deployment(status), &[], error("cannot be planned"));
        let recorded: Deployment = one(&compensation.changes);
        assert_eq!(recorded.error, Some(error("cannot be planned")));
        assert_eq!(compensation.waves, []);
    }
}

#[test]
fn a_compensation_that_is_begun_again_goes_on_with_what_is_left() {
    let steps = [
        in_wave(0, begun(StepStatus::UndoFailed, apply("foundation", "new"))),
        in_wave(1, begun(StepStatus::Undone, apply("storage", "new"))),
        in_wave(2, begun(StepStatus::Failed, apply("compute", "new"))),
    ];
    let again = fail(&compensating(), &steps, error("Groundplane.Interrupted"));
    assert_eq!(again.changes, []);
    assert_eq!(ids(&again), [["compute"], ["foundation"]]);
}

#[test]
fn a_deployment_that_has_ended_is_not_taken_back() {
    let (step, _) = done("compute");
    for status in [DeploymentStatus::Succeeded, DeploymentStatus::Failed] {
        let steps = [step.clone()];
        let compensation = fail(&planned(status, &steps), &steps, error("late"));
        assert_eq!((compensation.changes, compensation.waves), (vec![], vec![]));
    }
}

#[test]
fn a_deployment_that_only_lost_its_end_is_not_taken_back() {
    let (step, _) = done("compute");
    let steps = [step];
    let running = planned(DeploymentStatus::Running, &steps);
    let compensation = fail(&running, &steps, error("Groundplane.Interrupted"));
    assert_eq!((compensation.changes, compensation.waves), (vec![], vec![]));
}

#[test]
fn a_destroy_is_not_taken_back() {
    let steps = [begun(StepStatus::Failed, destroy("compute"))];
    let running = Deployment {
        action: Action::Destroy,
        ..planned(DeploymentStatus::Running, &steps)
    };
    let compensation = fail(&running, &steps, error("no"));
    assert_eq!(
        one::<Deployment>(&compensation.changes).status,
        DeploymentStatus::Compensating
    );
    assert_eq!(compensation.waves, []);
}

#[test]
fn an_update_that_has_begun_to_remove_a_unit_is_not_taken_back() {
    let (compute, _) = done("compute");
    let shrink = Step {
        id: step_id("foundation.shrink"),
        ..apply("foundation", "small")
    };
    for status in [
        StepStatus::Running,
        StepStatus::Succeeded,
        StepStatus::Failed,
    ] {
        let steps = [
            compute.clone(),
            in_wave(1, begun(status, destroy("storage"))),
            in_wave(2, failing(shrink.clone(), "no", 9)),
        ];
        assert_eq!(waves_after(&steps), [[""; 0]; 0], "{status:?}");
    }
}

#[test]
fn an_update_that_would_have_removed_a_unit_later_is_taken_back() {
    let (compute, _) = done("compute");
    let steps = [
        compute,
        in_wave(1, failing(apply("cache", "new"), "no", 9)),
        in_wave(2, destroy("storage")),
    ];
    assert_eq!(waves_after(&steps), [["cache"], ["compute"]]);
}

#[test]
fn what_a_failed_deployment_left_behind_is_no_loss_and_the_rest_is_taken_back() {
    let steps = [
        begun(StepStatus::Succeeded, destroy("storage")),
        in_wave(1, begun(StepStatus::Succeeded, apply("foundation", "new"))),
        in_wave(2, failing(apply("compute", "new"), "no", 9)),
    ];
    assert_eq!(waves_after(&steps), [["compute"], ["foundation"]]);
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
    assert_eq!(removed(&changes), [groundplane_model::Record::key(&own)]);
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
