//! Whole lives of an instance: whatever is submitted, fails, crashes or is delivered again, each
//! deployment ends, and what it leaves is what its status says.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use groundplane_model::{
    Action, Applied, Deployment, DeploymentStatus, Instance, InstanceStatus, Outcome, Record,
    Revision, Step, StepAction, StepId, StepStatus, UnitName, UnitState,
};
use groundplane_planner::wanted;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::handlers::ground;
use super::machine::Tape;
use super::{Wish, World};
use crate::fixture::spec;

/// Specs that add, change and remove each of the units. One cannot be deployed.
static SPECS: LazyLock<[Value; 8]> = LazyLock::new(|| {
    let image = "nginx:1.27";
    let small = json!({ "image": image });
    let large = json!({ "image": image, "cpu": 512, "memory": 1024 });
    let lost = json!({ "image": image, "environment": { "A": "${no.such}" } });
    let cache = json!({ "engine": "valkey" });
    let data = json!({ "accessPoint": { "path": "/data" } });
    let colder = json!({ "accessPoint": { "path": "/data" }, "lifecyclePolicy": "AFTER_7_DAYS" });
    [
        spec(&json!({ "compute": small, "storage": data })),
        spec(&json!({ "compute": small })),
        spec(&json!({ "storage": data })),
        spec(&json!({ "compute": large, "storage": data })),
        spec(&json!({ "compute": small, "storage": colder })),
        spec(&json!({ "compute": lost })),
        spec(&json!({ "compute": small, "cache": cache })),
        spec(&json!({ "compute": large, "storage": data, "cache": cache })),
    ]
});

/// What somebody does, and the tape of what goes wrong with it.
#[derive(Debug, Clone)]
struct Move {
    /// The spec; none for a destroy.
    spec: Option<usize>,
    tape: Vec<u8>,
}

/// What a tape says to make engines break their stacks.
const BREAKING: std::ops::RangeInclusive<u8> = 21..=40;

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let spec = prop_oneof![4 => (0..SPECS.len()).prop_map(Some), 1 => Just(None)];
    let tape = prop_oneof![
        1 => Just(Vec::new()),
        2 => prop::collection::vec(any::<u8>(), 0..120),
        1 => prop::collection::vec(prop_oneof![1 => any::<u8>(), 2 => BREAKING], 0..120),
    ];
    let one = (spec, tape).prop_map(|(spec, tape)| Move { spec, tape });
    prop::collection::vec(one, 1..7)
}

/// What was there before a move.
struct Before {
    instance: Option<Instance>,
    units: Vec<UnitState>,
    revision: Option<Revision>,
    calls: usize,
}

impl Before {
    fn of(world: &World) -> Self {
        Self {
            instance: world.instance(),
            units: world.units(),
            revision: world.revision(),
            calls: world.cloud.calls,
        }
    }

    fn is_active_with(&self, spec: &Value) -> bool {
        let status = self.instance.as_ref().map(|instance| instance.status);
        let deployed = self.revision.as_ref().map(|revision| &revision.spec);
        status == Some(InstanceStatus::Active) && deployed == Some(spec)
    }
}

fn live(world: &mut World, wish: &Wish<'_>, tape: Vec<u8>) -> Deployment {
    let before = Before::of(world);
    let id = world.accept(wish).unwrap();
    world.settle_down(&id, &mut Tape::new(tape));
    let deployment = world.deployment(&id);
    for step in world.steps(&id) {
        assert_ne!(step.status, StepStatus::Running, "{step:?} has not ended");
    }
    match (deployment.action, deployment.status) {
        (Action::Apply, DeploymentStatus::Succeeded) => succeeded(world, &before, &deployment),
        (Action::Destroy, DeploymentStatus::Succeeded) => destroyed(world),
        (Action::Apply, _) => failed(world, &before, &deployment),
        (Action::Destroy, _) => {
            assert_eq!(world.instance().unwrap().status, InstanceStatus::Failed);
        }
    }
    deployment
}

fn units_of(spec: &Value) -> BTreeSet<UnitName> {
    wanted(spec).into_iter().map(|wanted| wanted.unit).collect()
}

fn succeeded(world: &World, before: &Before, deployment: &Deployment) {
    let instance = world.instance().unwrap();
    assert_eq!(instance.status, InstanceStatus::Active);
    let spec = world.submitted(&deployment.id).spec;
    let units = world.units();
    assert!(units.iter().all(|unit| unit.pending.is_none()), "{units:?}");
    let names: BTreeSet<UnitName> = units.iter().map(|unit| unit.unit.clone()).collect();
    assert_eq!(names, units_of(&spec));
    assert_eq!(world.cloud.stacks.len(), names.len());
    for held in world.allocations() {
        assert!(names.contains(&held.owner.unit), "{held:?} is leaked");
    }
    if before.is_active_with(&spec) {
        assert_eq!(deployment.outcome, Some(Outcome::Unchanged));
        assert_eq!(deployment.waves, [[]; 0]);
        assert_eq!(world.cloud.calls, before.calls);
    }
    let last = before.instance.as_ref().map_or(0, |one| one.last_revision);
    match deployment.outcome {
        Some(Outcome::Unchanged) => {
            assert_eq!(units, before.units);
            assert_eq!(instance.last_revision, last);
        }
        _ => {
            assert_eq!(instance.last_revision, last + 1);
            assert_eq!(world.revision().unwrap().spec, spec);
        }
    }
}

fn destroyed(world: &World) {
    let instance = world.instance().unwrap();
    assert_eq!(instance.status, InstanceStatus::Destroyed);
    assert_eq!(instance.revision, None);
    assert_eq!(world.cloud.stacks, BTreeMap::new());
    let left = world
        .table
        .items()
        .filter(|(key, _)| key.partition == ground());
    for (key, item) in left {
        let is_history = [Instance::KIND, Revision::KIND].contains(&item.kind);
        assert!(is_history, "{key:?} is left");
    }
}

fn failed(world: &World, before: &Before, deployment: &Deployment) {
    let instance = world.instance().unwrap();
    assert_eq!(instance.status, InstanceStatus::Failed);
    let revision = before.instance.as_ref().and_then(|one| one.revision);
    assert_eq!(instance.revision, revision);
    assert!(deployment.error.is_some());
    let steps = world.steps(&deployment.id);
    if steps.iter().any(|step| has_begun_to_go(step, &steps)) {
        let undone = steps.iter().find(|step| step.status == StepStatus::Undone);
        assert_eq!(undone, None, "what led up to a removal stays");
    } else if steps
        .iter()
        .all(|step| step.status != StepStatus::UndoFailed)
    {
        taken_back(world, before, &steps);
    }
}

/// Whether the step has begun to remove a unit once everything was applied: one that the deployed
/// revision has, or that something has used.
fn has_begun_to_go(step: &Step, steps: &[Step]) -> bool {
    let mut applies = steps
        .iter()
        .filter(|step| step.id == StepId::apply(&step.unit));
    step.action == StepAction::Destroy
        && step.started_at.is_some()
        && applies.all(|apply| apply.wave < step.wave)
}

/// Everything is as it was, what an earlier failure had left behind aside.
fn taken_back(world: &World, before: &Before, steps: &[Step]) {
    let debris: BTreeSet<&UnitName> = steps
        .iter()
        .filter(|step| step.action == StepAction::Destroy && step.started_at.is_some())
        .map(|step| &step.unit)
        .collect();
    let applied = |units: &[UnitState]| -> BTreeMap<UnitName, Option<Applied>> {
        let kept = units.iter().filter(|unit| !debris.contains(&unit.unit));
        kept.map(|unit| (unit.unit.clone(), unit.applied.clone()))
            .collect()
    };
    // A unit that was never applied is gone if this deployment took it on.
    let mut then = applied(&before.units);
    then.retain(|unit, applied| {
        let is_touched = steps
            .iter()
            .any(|step| step.unit == *unit && step.started_at.is_some());
        applied.is_some() || !is_touched
    });
    let now = world.units();
    assert_eq!(applied(&now), then);
    for step in steps
        .iter()
        .filter(|step| step.status == StepStatus::Undone)
    {
        let mut own = now.iter().filter(|unit| unit.unit == step.unit);
        assert!(own.all(|unit| unit.pending.is_none()), "{now:?}");
    }
    if before.units.is_empty() {
        assert_eq!(now, []);
        assert_eq!(world.cloud.stacks, BTreeMap::new());
        assert_eq!(world.allocations(), []);
    }
}

/// Lives through the moves, then destroys what there is, with nothing going wrong.
fn live_through(moves: Vec<Move>, values_depend_on_templates: bool) {
    let mut world = World::new(values_depend_on_templates);
    for Move { spec, tape } in moves {
        let is_there = world
            .instance()
            .is_some_and(|instance| instance.status != InstanceStatus::Destroyed);
        match spec {
            Some(number) => drop(live(&mut world, &Wish::Deploy(&SPECS[number]), tape)),
            None if is_there => drop(live(&mut world, &Wish::Destroy, tape)),
            None => {}
        }
    }
    let instance = world.instance();
    if instance.is_some_and(|instance| instance.status != InstanceStatus::Destroyed) {
        let last = live(&mut world, &Wish::Destroy, Vec::new());
        assert_eq!(last.status, DeploymentStatus::Succeeded);
    }
    for number in 0..world.told.len() {
        world.repeat(number);
    }
}

/// The tape of a deployment whose compute unit fails, as its taking back does.
const STUCK: &[u8] = &[
    4, 61, 4, 4, 61, 4, 4, 61, 4, 0, 4, 61, 4, 0, 4, 41, 4, 0, 4, 61, 4, 0, 4, 0, 4, 0, 4, 41, 4,
    0, 4, 61, 4, 0, 4, 61, 4, 0, 0, 61, 4, 0, 4, 61, 0, 0, 0, 61, 0, 4, 61, 4, 0, 4, 61, 1, 4, 61,
    4, 0, 4, 61, 4, 0, 4, 1,
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_life_keeps_every_law(moves in moves(), values_depend_on_templates: bool) {
        live_through(moves, values_depend_on_templates);
    }

    /// Rarely does taking back fail in a way that leaves everything there.
    #[test]
    fn every_life_after_a_failure_that_could_not_be_taken_back_keeps_every_law(moves in moves()) {
        let stuck = Move { spec: Some(0), tape: STUCK.to_vec() };
        live_through([vec![stuck], moves].concat(), false);
    }
}

#[test]
fn what_a_failed_deployment_left_goes_after_who_stays_has_let_go_of_it() {
    let first = Move {
        spec: Some(0),
        tape: STUCK.to_vec(),
    };
    let second = Move {
        spec: Some(1),
        tape: Vec::new(),
    };
    live_through(vec![first, second], false);
}
