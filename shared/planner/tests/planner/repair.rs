//! The steps that bring drifted units back: of these units and of what reads from them, and never one
//! that creates or removes something.

use std::collections::BTreeSet;

use groundplane_model::{DeploymentId, UnitName, UnitState};
use groundplane_planner::{Plan, ScheduledStep, Work, schedule_repair};
use proptest::prelude::*;

use crate::ground::{Ground, spec_with};
use crate::world::{applied, begun};

fn deployed(ground: &Ground, plan: &Plan) -> Vec<UnitState> {
    plan.units().map(|unit| applied(ground, unit)).collect()
}

fn names(units: &[&str]) -> BTreeSet<UnitName> {
    units
        .iter()
        .map(|unit| UnitName::parse(unit).unwrap())
        .collect()
}

/// The steps by wave; a step that repairs has a mark.
fn words(waves: &[Vec<ScheduledStep>]) -> Vec<Vec<String>> {
    let word = |step: &ScheduledStep| {
        let mark = if step.repair { "!" } else { "" };
        format!("{}{mark}", step.id)
    };
    waves
        .iter()
        .map(|wave| wave.iter().map(word).collect())
        .collect()
}

#[test]
fn a_unit_that_drifted_is_a_step_although_nothing_about_it_has_changed() {
    let ground = Ground::sandbox();
    let plan = ground.plan(&spec_with(&["compute", "storage"]));
    let current = deployed(&ground, &plan);
    let waves = schedule_repair(&plan, &current, &names(&["compute"]));
    assert_eq!(words(&waves), [["compute!"]]);
}

#[test]
fn what_reads_from_it_is_a_step_that_repairs_nothing() {
    let ground = Ground::sandbox();
    let plan = ground.plan(&spec_with(&["compute", "storage"]));
    let current = deployed(&ground, &plan);
    let waves = schedule_repair(&plan, &current, &names(&["storage"]));
    assert_eq!(words(&waves), [["storage!"], ["compute"]]);
}

#[test]
fn what_was_never_applied_is_not_created_and_what_the_spec_has_not_is_not_removed() {
    let ground = Ground::sandbox();
    let plan = ground.plan(&spec_with(&["compute", "storage"]));
    let compute = UnitName::parse("compute").unwrap();
    let mut current = deployed(&ground, &plan);
    current.retain(|state| state.unit != compute);
    current.push(begun(&ground, &compute));
    let smaller = ground.plan(&spec_with(&["compute"]));
    let waves = schedule_repair(&smaller, &current, &names(&["compute", "foundation"]));
    assert_eq!(words(&waves), [["foundation!"]]);
}

proptest! {
    #[test]
    fn a_repair_applies_what_is_there_and_nothing_else(
        drifted in prop::collection::btree_set(
            prop::sample::select(vec!["foundation", "storage", "cache", "compute", "nowhere"]), 0..5),
        there in prop::collection::vec(any::<bool>(), 8),
        elsewhere in any::<bool>(),
    ) {
        let ground = Ground::sandbox();
        let plan = ground.plan(&spec_with(&["compute", "storage", "cache"]));
        let mut current = deployed(&ground, &plan);
        let mut there = there.into_iter();
        current.retain(|_| there.next().unwrap_or(true));
        for state in &mut current {
            if elsewhere {
                state.stack_name = format!("old-{}", state.unit);
                state.pending = Some(DeploymentId::from_number(9));
            }
        }
        let drifted: Vec<&str> = drifted.into_iter().collect();
        let drifted = names(&drifted);
        let waves = schedule_repair(&plan, &current, &drifted);
        for step in waves.iter().flatten() {
            let state = current.iter().find(|state| state.unit == step.unit);
            prop_assert_eq!(Some(&step.stack_name), state.map(|state| &state.stack_name));
            prop_assert!(matches!(step.work, Work::Apply(_)));
            prop_assert_eq!(step.repair, drifted.contains(&step.unit));
        }
        let repaired = waves.iter().flatten().filter(|step| step.repair).count();
        let expected = current.iter().filter(|state| drifted.contains(&state.unit)).count();
        prop_assert_eq!(repaired, expected);
    }
}
