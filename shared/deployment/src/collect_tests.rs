//! How steps end, well or badly, once.

use groundplane_model::{EngineStatus, Resource};

use super::*;
use crate::fixture::{
    apply, at, begun, deployment, destroy, error, id, key, one, removed, saved, unit, unit_name,
};

fn running() -> Deployment {
    deployment(DeploymentStatus::Running)
}

fn gave(outputs: &[(&str, &str)]) -> EngineOutput {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    EngineOutput {
        status: EngineStatus::Succeeded,
        outputs: outputs.iter().map(owned).collect(),
        resources: vec![Resource {
            logical_id: "Service".to_owned(),
            resource_type: "AWS::ECS::Service".to_owned(),
            physical_id: "web".to_owned(),
        }],
    }
}

/// A running step that reads a group and writes an ARN for itself and a URL for users.
fn step() -> Step {
    let mut step = apply("compute", "new");
    if let StepAction::Apply {
        parameters,
        outputs,
        exports,
        after,
        ..
    } = &mut step.action
    {
        *parameters = BTreeMap::from([("Group".to_owned(), key("foundation.group"))]);
        *outputs = BTreeMap::from([
            (key("compute.arn"), "Arn".to_owned()),
            (key("compute.url"), "Url".to_owned()),
        ]);
        *exports = BTreeSet::from([key("compute.url")]);
        *after = BTreeSet::from([unit_name("foundation")]);
    }
    begun(StepStatus::Running, step)
}

fn units() -> [UnitState; 2] {
    let mut foundation = unit("foundation", "foundation");
    let context = &mut foundation.applied.as_mut().unwrap().context;
    context.set(key("foundation.group"), "sg-1");
    let marked = UnitState {
        pending: Some(id(2)),
        ..unit("compute", "old")
    };
    [marked, foundation]
}

const OUTPUTS: [(&str, &str); 3] = [("Arn", "arn:1"), ("Url", "https://1"), ("More", "ignored")];

#[test]
fn what_the_engine_gave_is_what_is_applied_now() {
    let output = gave(&OUTPUTS);
    let changes = collect(&running(), &step(), &units(), &output, at(5)).unwrap();
    let done: Step = one(&changes);
    assert_eq!(done.status, StepStatus::Succeeded);
    assert_eq!(done.ended_at, Some(at(5)));
    let own: UnitState = one(&changes);
    assert_eq!(own.pending, None);
    let now = own.applied.unwrap();
    assert_eq!(now.deployment, id(2));
    assert_eq!(now.parameters["Group"], "sg-1");
    assert_eq!(now.resources, output.resources);
    assert!(now.after.contains(&unit_name("foundation")));
    assert_eq!(now.context.get(&key("compute.arn")), Some("arn:1"));
    let shown: Vec<_> = now.context.exported().collect();
    assert_eq!(shown, [(&key("compute.url"), "https://1")]);
    assert_eq!(now.context.iter().count(), 2);
}

#[test]
fn a_unit_is_gone_once_its_destroy_has_ended() {
    let known = unit("storage", "old");
    let step = begun(StepStatus::Running, destroy("storage"));
    let units = [known.clone()];
    let changes = collect(&running(), &step, &units, &gave(&[]), at(5)).unwrap();
    assert!(changes.contains(&Change::remove(&known)));
    assert_eq!(one::<Step>(&changes).status, StepStatus::Succeeded);
    let twice = collect(&running(), &step, &[], &gave(&[]), at(5)).unwrap();
    assert_eq!(removed(&twice), [], "somebody removed it already");
}

#[test]
fn only_a_step_that_runs_is_collected() {
    for status in [
        StepStatus::Pending,
        StepStatus::Succeeded,
        StepStatus::Unchanged,
        StepStatus::Failed,
        StepStatus::Undone,
        StepStatus::UndoFailed,
    ] {
        let step = Step { status, ..step() };
        let again = collect(&running(), &step, &units(), &gave(&[]), at(5));
        assert_eq!(again, Ok(Vec::new()), "{status:?}");
    }
}

#[test]
fn an_engine_that_breaks_its_contract_is_a_fault_and_changes_nothing() {
    let output = gave(&[("Arn", "arn:1")]);
    let failure = collect(&running(), &step(), &units(), &output, at(5)).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Internal);
    assert_eq!(
        failure.message,
        "the template gave no output `Url` for `compute.url`"
    );
    let [own, foundation] = units();
    let output = gave(&OUTPUTS);
    let failure = collect(&running(), &step(), &[foundation], &output, at(5)).unwrap_err();
    assert_eq!(failure.message, "`compute` was never prepared");
    let failure = collect(&running(), &step(), &[own], &output, at(5)).unwrap_err();
    assert!(
        failure.message.starts_with("`compute` lost its ground: "),
        "{failure}"
    );
}

#[test]
fn a_failed_step_keeps_its_cause_and_leaves_the_unit_marked() {
    let changes = fail_step(&running(), &step(), error("no capacity"), at(5));
    let failed: Step = one(&changes);
    assert_eq!(failed.status, StepStatus::Failed);
    assert_eq!(failed.ended_at, Some(at(5)));
    let cause = failed.error.unwrap();
    assert_eq!(cause.unit, Some(unit_name("compute")));
    assert_eq!(cause.cause, "no capacity");
    assert_eq!(saved::<UnitState>(&changes), []);
}

#[test]
fn a_step_that_cannot_begin_fails_without_having_begun() {
    let pending = apply("compute", "new");
    let failed: Step = one(&fail_step(&running(), &pending, error("no key"), at(5)));
    assert_eq!(failed.status, StepStatus::Failed);
    assert_eq!(failed.started_at, None);
}

#[test]
fn a_step_that_has_ended_does_not_fail() {
    for status in [
        StepStatus::Succeeded,
        StepStatus::Unchanged,
        StepStatus::Failed,
        StepStatus::Undone,
        StepStatus::UndoFailed,
    ] {
        let step = Step { status, ..step() };
        assert_eq!(fail_step(&running(), &step, error("late"), at(5)), []);
    }
}

#[test]
fn no_step_fails_any_more_once_its_deployment_is_taken_back_or_over() {
    for status in [
        DeploymentStatus::Compensating,
        DeploymentStatus::Succeeded,
        DeploymentStatus::Failed,
    ] {
        let changes = fail_step(&deployment(status), &step(), error("late"), at(5));
        assert_eq!(changes, [], "{status:?}");
    }
}
