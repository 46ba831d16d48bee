//! What holds for every single commit, whatever has happened before.

use std::collections::BTreeSet;

use groundplane_model::{
    Allocation, Change, Deployment, DeploymentId, Instance, InstanceStatus, Member, Partition,
    Record, Revision, Step, UnitName, UnitState,
};
use groundplane_planner::Want;

use super::cloud::Cloud;
use super::table::Table;
use crate::fixture::tenant;

/// Holds changes that are about to be committed against what must never change.
pub(super) fn permit(table: &Table, changes: &[Change]) {
    let ended: Vec<Partition> = table
        .all::<Deployment>()
        .iter()
        .filter(|deployment| deployment.status.has_ended())
        .map(|deployment| Partition::deployment(&tenant(), &deployment.id))
        .collect();
    for change in changes {
        assert!(
            !ended.contains(&change.key().partition),
            "it has ended: {change:?}"
        );
        match (change, table.item(change.key())) {
            (_, Some(item)) if item.kind == Revision::KIND => panic!("rewritten: {change:?}"),
            (Change::Save { content, .. }, Some(item)) if item.kind == Step::KIND => {
                let (then, now): (Step, Step) = (
                    item.read(),
                    serde_json::from_value(content.clone()).unwrap(),
                );
                if then.started_at.is_some() {
                    assert_eq!(then.before, now.before, "what was before is lost");
                }
            }
            _ => {}
        }
    }
}

/// Holds the world against what must be so at any time.
pub(super) fn hold(table: &Table, cloud: &Cloud) {
    let instance = table.all::<Instance>().remove(0);
    at_most_one_deployment_is_active(table, &instance);
    revisions_are_counted(table, &instance);
    its_environment_knows_it(table, &instance);
    let units = table.all::<UnitState>();
    no_stack_is_unknown(&units, cloud);
    every_unit_holds_its_name(table, &units);
    an_unmarked_unit_is_as_recorded(&units, cloud);
}

fn at_most_one_deployment_is_active(table: &Table, instance: &Instance) {
    let all = table.all::<Deployment>();
    let active: Vec<&DeploymentId> = all
        .iter()
        .filter(|deployment| !deployment.status.has_ended())
        .map(|deployment| &deployment.id)
        .collect();
    assert_eq!(active, Vec::from_iter(&instance.active_deployment));
    let listed = table
        .items()
        .filter(|(_, item)| item.kind == Deployment::KIND && item.is_listed());
    assert_eq!(listed.count(), active.len(), "the sweeper sees it");
}

fn revisions_are_counted(table: &Table, instance: &Instance) {
    let last = instance.last_revision;
    let key = |number| Revision::key_of(&instance.tenant, &instance.id, number);
    assert!((1..=last).all(|number| table.item(&key(number)).is_some()));
    assert!(table.item(&key(last + 1)).is_none());
    assert!(instance.revision.is_none_or(|number| number == last));
}

fn its_environment_knows_it(table: &Table, instance: &Instance) {
    let is_there = instance.status != InstanceStatus::Destroyed;
    assert_eq!(table.all::<Member>().len(), usize::from(is_there));
}

fn no_stack_is_unknown(units: &[UnitState], cloud: &Cloud) {
    let known: BTreeSet<&String> = units.iter().map(|unit| &unit.stack_name).collect();
    for stack in cloud.stacks.keys() {
        assert!(known.contains(stack), "nobody knows of {stack}");
    }
}

/// A name that was given back may be another instance's by now.
fn every_unit_holds_its_name(table: &Table, units: &[UnitState]) {
    let held: BTreeSet<UnitName> = table
        .all::<Allocation>()
        .into_iter()
        .filter(|held| held.owner.input == Want::STACK)
        .map(|held| held.owner.unit)
        .collect();
    for unit in units {
        assert!(held.contains(&unit.unit), "{} has lost its name", unit.unit);
    }
}

fn an_unmarked_unit_is_as_recorded(units: &[UnitState], cloud: &Cloud) {
    for unit in units.iter().filter(|unit| unit.pending.is_none()) {
        let applied = unit.applied.as_ref().expect("an unmarked unit was applied");
        let recorded = (applied.artifact.digest.clone(), applied.parameters.clone());
        assert_eq!(cloud.stacks.get(&unit.stack_name), Some(&Some(recorded)));
    }
}
