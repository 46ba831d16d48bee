//! How steps begin: what is bound, what is written first, and when there is nothing to do.

use groundplane_model::ContextKey;
use serde_json::json;

use super::*;
use crate::fixture::{
    applied, apply, artifact, at, begun, deployment, destroy, id, key, one, saved, settings, unit,
};
use crate::world::Table;

fn running() -> Deployment {
    deployment(DeploymentStatus::Running)
}

fn prepared(step: &Step, units: &[UnitState]) -> (Prepared, Vec<Change>) {
    prepare(&settings(), &running(), step, units, at(3)).unwrap()
}

fn input(prepared: Prepared) -> EngineInput {
    match prepared {
        Prepared::Engine { input } => *input,
        Prepared::Done => panic!("no engine is called"),
    }
}

/// A step that reads `foundation.group`.
fn reading(mut step: Step) -> Step {
    if let StepAction::Apply { parameters, .. } = &mut step.action {
        *parameters = BTreeMap::from([("Group".to_owned(), key("foundation.group"))]);
    }
    step
}

fn foundation(group: &str) -> UnitState {
    let mut unit = unit("foundation", "foundation");
    let written: ContextKey = key("foundation.group");
    unit.applied.as_mut().unwrap().context.set(written, group);
    unit
}

#[test]
fn a_new_unit_is_marked_before_its_engine_starts() {
    let step = reading(apply("compute", "new"));
    let (prepared, changes) = prepared(&step, &[foundation("sg-1")]);
    let own: UnitState = one(&changes);
    assert_eq!(own.pending, Some(id(2)));
    assert_eq!(
        (own.applied, own.stack_name),
        (None, "gp-compute".to_owned())
    );
    let begun: Step = one(&changes);
    assert_eq!(begun.status, StepStatus::Running);
    assert_eq!((begun.before, begun.started_at), (None, Some(at(3))));
    let input = input(prepared);
    assert_eq!(input.action, EngineAction::Apply);
    assert_eq!(input.artifact, Some(artifact("new")));
    assert_eq!(input.parameters["Group"], "sg-1");
    assert_eq!(input.stack_name, "gp-compute");
}

#[test]
fn what_was_applied_before_is_kept_to_be_restored() {
    let known = unit("compute", "old");
    let (_, changes) = prepared(&apply("compute", "new"), std::slice::from_ref(&known));
    let begun: Step = one(&changes);
    assert_eq!(begun.before, known.applied);
    let marked = UnitState {
        pending: Some(id(2)),
        ..known
    };
    assert!(changes.contains(&Change::save(&marked)));
}

#[test]
fn a_unit_that_is_as_planned_starts_no_engine() {
    let mut known = unit("compute", "same");
    known.applied.as_mut().unwrap().parameters =
        BTreeMap::from([("Group".to_owned(), "sg-1".to_owned())]);
    let step = reading(apply("compute", "same"));
    let units = |group| [known.clone(), foundation(group)];
    let (nothing, changes) = prepared(&step, &units("sg-1"));
    assert_eq!(nothing, Prepared::Done);
    let done: Step = one(&changes);
    assert_eq!(done.status, StepStatus::Unchanged);
    assert_eq!((changes.len(), done.started_at), (1, None));
    let (something, _) = prepared(&step, &units("sg-2"));
    assert_eq!(input(something).parameters["Group"], "sg-2");
}

#[test]
fn a_unit_that_an_earlier_deployment_left_half_done_is_applied_again() {
    let half = UnitState {
        pending: Some(id(1)),
        ..unit("compute", "same")
    };
    let (prepared, changes) = prepared(&apply("compute", "same"), &[half]);
    assert_eq!(input(prepared).artifact, Some(artifact("same")));
    assert_eq!(one::<UnitState>(&changes).pending, Some(id(2)));
    assert_eq!(one::<Step>(&changes).before, Some(applied("same")));
}

#[test]
fn a_unit_that_is_there_is_destroyed_whatever_state_it_is_in() {
    let half = UnitState {
        applied: None,
        pending: Some(id(1)),
        ..unit("storage", "")
    };
    for known in [unit("storage", "old"), half] {
        let (prepared, changes) = prepared(&destroy("storage"), std::slice::from_ref(&known));
        let input = input(prepared);
        assert_eq!(input.action, EngineAction::Destroy);
        assert_eq!((input.artifact, input.parameters), (None, BTreeMap::new()));
        assert_eq!(one::<Step>(&changes).before, known.applied);
        assert_eq!(one::<UnitState>(&changes).pending, Some(id(2)));
    }
}

#[test]
fn a_unit_that_is_gone_needs_no_destroy() {
    let (prepared, changes) = prepared(&destroy("storage"), &[unit("compute", "old")]);
    assert_eq!(prepared, Prepared::Done);
    assert_eq!(one::<Step>(&changes).status, StepStatus::Unchanged);
    assert_eq!(saved::<UnitState>(&changes), []);
}

#[test]
fn a_step_that_runs_is_prepared_again_the_same_way_and_keeps_what_was_before() {
    let step = apply("compute", "new");
    let (first, changes) = prepared(&step, &[unit("compute", "old")]);
    let running: Step = one(&changes);
    let unit: UnitState = one(&changes);
    let (again, changes) = prepared(&running, &[unit]);
    assert_eq!(again, first);
    assert_eq!(changes, []);
}

#[test]
fn a_step_that_is_done_stays_done_even_if_its_ground_is_gone() {
    for status in [StepStatus::Succeeded, StepStatus::Unchanged] {
        let step = begun(status, reading(apply("compute", "new")));
        assert_eq!(prepared(&step, &[]), (Prepared::Done, Vec::new()));
    }
}

#[test]
fn a_step_that_has_failed_does_not_begin_again() {
    for status in [
        StepStatus::Failed,
        StepStatus::Undone,
        StepStatus::UndoFailed,
    ] {
        let step = begun(status, apply("compute", "new"));
        let failure = prepare(&settings(), &running(), &step, &[], at(3)).unwrap_err();
        assert_eq!(failure.kind, FailureKind::Internal);
        assert_eq!(failure.message, "the step `compute` has failed already");
    }
}

#[test]
fn a_missing_value_is_named() {
    let step = reading(apply("compute", "new"));
    let failure = prepare(&settings(), &running(), &step, &[], at(3)).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Invalid);
    assert_eq!(
        failure.message,
        "the context has no `foundation.group`; it has no keys at all"
    );
}

#[test]
fn nothing_begins_in_a_deployment_that_does_not_run() {
    for status in [
        DeploymentStatus::Accepted,
        DeploymentStatus::Compensating,
        DeploymentStatus::Succeeded,
        DeploymentStatus::Failed,
    ] {
        let step = apply("compute", "new");
        let failure = prepare(&settings(), &deployment(status), &step, &[], at(3)).unwrap_err();
        assert_eq!(failure.kind, FailureKind::Internal, "{status:?}");
    }
}

#[test]
fn a_begin_that_was_decided_before_the_deployment_failed_is_not_committed_after_it() {
    let mut table = Table::default();
    let fresh = Deployment {
        version: 0,
        ..running()
    };
    let step = Step {
        version: 0,
        ..apply("compute", "new")
    };
    assert!(table.commit(&[Change::save(&fresh), Change::save(&step)]));
    let stored: Deployment = table
        .get(&Deployment::key_of(&fresh.tenant, &fresh.id))
        .unwrap();
    let step: Step = table.all().remove(0);
    let (_, late) = prepare(&settings(), &stored, &step, &[], at(3)).unwrap();
    let failed = crate::fail(&stored, &[step], crate::fixture::error("no"));
    assert!(table.commit(&failed.changes));
    assert!(!table.commit(&late));
}

#[test]
fn an_engine_is_told_whose_unit_it_is_and_doing_differs_from_undoing() {
    let settings = Settings {
        role_arn: Some("arn:role".to_owned()),
        tags: BTreeMap::from([
            ("compliance:soc2:CC6.1".to_owned(), "2017".to_owned()),
            ("groundplane:tenant".to_owned(), "someone else".to_owned()),
        ]),
        ..settings()
    };
    let step = Step {
        id: crate::fixture::step_id("foundation.shrink"),
        ..apply("foundation", "new")
    };
    let called = |purpose| {
        let target = target(&step, &[]).unwrap();
        engine_input(&settings, &running(), &step, &target, purpose)
    };
    let input = called("do");
    assert_eq!(input.token, format!("{}-foundation-shrink-do", id(2)));
    assert_ne!(called("undo").token, input.token);
    assert_eq!(input.role_arn.as_deref(), Some("arn:role"));
    let tags: Vec<_> = input.tags.iter().map(|(k, v)| format!("{k}={v}")).collect();
    assert_eq!(
        tags,
        [
            "compliance:soc2:CC6.1=2017".to_owned(),
            format!("groundplane:deployment={}", id(2)),
            "groundplane:installation=gp-test".to_owned(),
            "groundplane:instance=web-service.dev".to_owned(),
            "groundplane:tenant=acme".to_owned(),
            "groundplane:unit=foundation".to_owned(),
        ]
    );
}

#[test]
fn the_state_machine_sees_whether_an_engine_is_to_be_called() {
    let (engine, _) = prepared(&apply("compute", "new"), &[]);
    let told = serde_json::to_value(engine).unwrap();
    assert_eq!(told["status"], "ENGINE");
    assert_eq!(told["input"]["stack_name"], "gp-compute");
    let told = serde_json::to_value(Prepared::Done).unwrap();
    assert_eq!(told, json!({ "status": "DONE" }));
}

#[test]
fn a_unit_that_is_repaired_is_applied_although_it_is_what_was_applied() {
    let known = unit("compute", "same");
    let step = Step {
        repair: true,
        ..apply("compute", "same")
    };
    let (first, changes) = prepared(&step, std::slice::from_ref(&known));
    let input = input(first.clone());
    assert!(input.repair);
    assert_eq!(input.artifact, Some(artifact("same")));
    let begun: Step = one(&changes);
    assert_eq!(begun.before, known.applied);
    let marked: UnitState = one(&changes);
    let (again, changes) = prepared(&begun, &[marked]);
    assert_eq!((again, changes), (first, Vec::new()), "the same call");
}
