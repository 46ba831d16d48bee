//! How deployments end: what is recorded, and that it is recorded once.

use groundplane_model::{Context, EngineStatus, Record as _};
use serde_json::Value;

use super::*;
use crate::fixture::{
    allocation, apply, artifact, at, begun, deployment, destroy, error, id, instance, key, one,
    planned, saved, submitted, unit, unit_name,
};

/// An end, with everything that it is told of.
struct End {
    deployment: Deployment,
    instance: Instance,
    steps: Vec<Step>,
    units: Vec<UnitState>,
    allocations: Vec<Allocation>,
    member: Option<Member>,
}

impl End {
    /// Deployment 2 of an active instance, with these steps in its plan.
    fn of(status: DeploymentStatus, steps: Vec<Step>) -> Self {
        Self {
            deployment: planned(status, &steps),
            instance: Instance {
                status: InstanceStatus::Deploying,
                active_deployment: Some(id(2)),
                ..instance()
            },
            steps,
            units: Vec::new(),
            allocations: Vec::new(),
            member: None,
        }
    }

    fn changes(&self) -> Vec<Change> {
        let run = Run {
            deployment: &self.deployment,
            submitted: &submitted(json!({ "spec": "mine" })),
            instance: &self.instance,
            steps: &self.steps,
            units: &self.units,
            allocations: &self.allocations,
            member: self.member.as_ref(),
        };
        finish(run, at(20))
    }
}

fn succeeded() -> Vec<Step> {
    vec![begun(StepStatus::Succeeded, apply("compute", "new"))]
}

#[test]
fn a_change_leaves_the_next_revision_with_everything_in_it() {
    let mut end = End::of(DeploymentStatus::Running, succeeded());
    let mut context = Context::default();
    context.export(key("compute.url"), "https://1");
    context.set(key("compute.arn"), "arn:1");
    let mut own = unit("compute", "new");
    own.applied.as_mut().unwrap().context = context;
    end.units = vec![own, unit("foundation", "same")];
    end.allocations = vec![allocation("compute", "stack")];
    let changes = end.changes();
    let revision: Revision = one(&changes);
    assert_eq!((revision.number, revision.version), (2, 0));
    assert_eq!(revision.deployment, id(2));
    assert_eq!(revision.spec, json!({ "spec": "mine" }));
    assert_eq!(
        revision.ground,
        BTreeMap::from([
            ("environment/dev".to_owned(), 3),
            ("landing-zone/sandbox".to_owned(), 7)
        ])
    );
    let resolved = &revision.resolved[0];
    assert_eq!(
        format!("{}.{}", resolved.unit, resolved.input),
        "compute.stack"
    );
    assert_eq!(resolved.outputs["name"], "gp-compute-stack");
    assert_eq!(revision.artifacts[&unit_name("compute")], artifact("new"));
    assert_eq!(revision.artifacts.len(), 2);
    assert_eq!(
        revision.outputs,
        BTreeMap::from([(key("compute.url"), "https://1".to_owned())])
    );
    let instance: Instance = one(&changes);
    assert_eq!(instance.status, InstanceStatus::Active);
    assert_eq!((instance.revision, instance.last_revision), (Some(2), 2));
    assert_eq!(instance.active_deployment, None);
    let deployment: Deployment = one(&changes);
    assert_eq!(deployment.status, DeploymentStatus::Succeeded);
    assert_eq!(deployment.outcome, Some(Outcome::Changed));
    assert_eq!(
        (deployment.revision, deployment.ended_at),
        (Some(2), Some(at(20)))
    );
}

#[test]
fn nothing_changed_leaves_the_revision_that_is_there() {
    let unchanged = Step {
        status: StepStatus::Unchanged,
        ..apply("compute", "same")
    };
    for steps in [Vec::new(), vec![unchanged]] {
        let changes = End::of(DeploymentStatus::Running, steps).changes();
        assert_eq!(saved::<Revision>(&changes), []);
        let deployment: Deployment = one(&changes);
        assert_eq!(deployment.outcome, Some(Outcome::Unchanged));
        assert_eq!(deployment.revision, Some(1));
        assert_eq!(one::<Instance>(&changes).status, InstanceStatus::Active);
    }
}

#[test]
fn a_new_life_counts_on_from_the_revisions_of_the_old_one() {
    let mut end = End::of(DeploymentStatus::Running, succeeded());
    end.instance.revision = None;
    end.instance.last_revision = 5;
    let changes = end.changes();
    assert_eq!(one::<Revision>(&changes).number, 6);
    assert_eq!(one::<Instance>(&changes).last_revision, 6);
}

#[test]
fn a_destroyed_instance_keeps_nothing_but_its_count() {
    let steps = vec![begun(StepStatus::Succeeded, destroy("compute"))];
    let mut end = End::of(DeploymentStatus::Running, steps);
    end.deployment.action = Action::Destroy;
    let changes = end.changes();
    let instance: Instance = one(&changes);
    assert_eq!(instance.status, InstanceStatus::Destroyed);
    assert_eq!((instance.revision, instance.last_revision), (None, 1));
    assert_eq!(one::<Deployment>(&changes).revision, None);
    assert_eq!(saved::<Revision>(&changes), []);
}

#[test]
fn a_failed_deployment_leaves_the_revision_and_records_none() {
    let mut end = End::of(DeploymentStatus::Compensating, succeeded());
    end.deployment.error = Some(error("no capacity"));
    let changes = end.changes();
    let instance: Instance = one(&changes);
    assert_eq!(instance.status, InstanceStatus::Failed);
    assert_eq!((instance.revision, instance.last_revision), (Some(1), 1));
    assert_eq!(instance.active_deployment, None);
    let deployment: Deployment = one(&changes);
    assert_eq!(deployment.status, DeploymentStatus::Failed);
    assert_eq!(deployment.error, Some(error("no capacity")));
    assert_eq!((deployment.outcome, deployment.revision), (None, None));
    assert_eq!(saved::<Revision>(&changes), []);
}

#[test]
fn a_step_that_was_cut_short_ends_with_its_deployment() {
    let steps = vec![
        begun(StepStatus::Running, destroy("compute")),
        destroy("storage"),
        begun(StepStatus::Succeeded, destroy("cache")),
    ];
    let mut end = End::of(DeploymentStatus::Compensating, steps);
    end.deployment.action = Action::Destroy;
    let closed: Step = one(&end.changes());
    assert_eq!(closed.id, end.steps[0].id);
    assert_eq!(closed.status, StepStatus::Failed);
    assert_eq!(closed.ended_at, Some(at(20)));
    let cause = closed.error.clone().unwrap();
    assert_eq!(cause.unit, Some(unit_name("compute")));
    let late = groundplane_model::EngineOutput {
        status: EngineStatus::Succeeded,
        outputs: BTreeMap::new(),
        resources: Vec::new(),
    };
    let units = [unit("compute", "old")];
    let collected = crate::collect(&end.deployment, &closed, &units, &late, at(30));
    assert_eq!(collected, Ok(Vec::new()), "what comes later is too late");
}

#[test]
fn a_deployment_does_not_succeed_before_every_step_has_ended_well() {
    for status in [
        StepStatus::Pending,
        StepStatus::Running,
        StepStatus::Failed,
        StepStatus::Undone,
        StepStatus::UndoFailed,
    ] {
        let mut steps = succeeded();
        steps.push(Step {
            status,
            ..apply("storage", "new")
        });
        let end = End::of(DeploymentStatus::Running, steps);
        assert_eq!(end.changes(), [], "{status:?}");
    }
    let mut unplanned = End::of(DeploymentStatus::Running, Vec::new());
    unplanned.deployment = deployment(DeploymentStatus::Running);
    assert_eq!(unplanned.changes(), []);
}

#[test]
fn what_has_not_begun_or_has_ended_stays_as_it_is() {
    for status in [
        DeploymentStatus::Accepted,
        DeploymentStatus::Succeeded,
        DeploymentStatus::Failed,
    ] {
        assert_eq!(End::of(status, succeeded()).changes(), [], "{status:?}");
    }
}

#[test]
fn every_end_is_told_as_an_event_with_an_identity() {
    for (status, told) in [
        (DeploymentStatus::Running, "Deployment Succeeded"),
        (DeploymentStatus::Compensating, "Deployment Failed"),
    ] {
        let changes = End::of(status, succeeded()).changes();
        let outbox: Outbox = one(&changes);
        assert_eq!(outbox.id, format!("{}.end", id(2)));
        let OutboxMessage::PublishEvent {
            detail_type,
            detail,
        } = outbox.message
        else {
            panic!("{:?}", outbox.message);
        };
        assert_eq!(detail_type, told);
        let deployment: Deployment = one(&changes);
        let expected = serde_json::to_value(deployment).unwrap();
        for field in [
            "tenant", "instance", "action", "status", "outcome", "revision",
        ] {
            assert_eq!(detail[field], expected[field], "{field}");
        }
        assert_eq!(detail["deployment"], Value::from(id(2).to_string()));
    }
}

#[test]
fn an_instance_leaves_its_environment_only_when_it_is_destroyed() {
    let leaves = |status, steps: Vec<Step>, action| {
        let mut end = End::of(status, steps);
        end.deployment.action = action;
        let known = instance();
        let member = Member::new(known.environment, known.tenant, known.id);
        let key = member.key();
        end.member = Some(Member {
            version: 4,
            ..member
        });
        let removed = Change::Remove { key, expected: 4 };
        let changes = end.changes();
        let counts = |it: &&Change| matches!(it, Change::Count { by: -1, .. });
        let makes_room = changes.iter().filter(counts).count() == 1;
        assert_eq!(changes.contains(&removed), makes_room);
        makes_room
    };
    let gone = || vec![begun(StepStatus::Succeeded, destroy("compute"))];
    assert!(leaves(DeploymentStatus::Running, gone(), Action::Destroy));
    assert!(!leaves(
        DeploymentStatus::Compensating,
        gone(),
        Action::Destroy
    ));
    assert!(!leaves(
        DeploymentStatus::Running,
        succeeded(),
        Action::Apply
    ));
}
