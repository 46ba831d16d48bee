//! What is taken back, in which order, and what is not.

use super::*;
use crate::fixture::{apply, begun, deployment, destroy, error, failing, one, planned, step_id};

fn compensating() -> Deployment {
    deployment(DeploymentStatus::Compensating)
}

fn in_wave(wave: usize, step: Step) -> Step {
    Step { wave, ..step }
}

fn done(unit: &str) -> Step {
    begun(StepStatus::Succeeded, apply(unit, "new"))
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
    let step = done("compute");
    for status in [DeploymentStatus::Succeeded, DeploymentStatus::Failed] {
        let steps = [step.clone()];
        let compensation = fail(&planned(status, &steps), &steps, error("late"));
        assert_eq!((compensation.changes, compensation.waves), (vec![], vec![]));
    }
}

#[test]
fn a_deployment_that_only_lost_its_end_is_not_taken_back() {
    let step = done("compute");
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
    let compute = done("compute");
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
    let compute = done("compute");
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
