//! What a deployment has to do that brings drifted units back: these are applied again, and nothing
//! is removed.

use std::collections::{BTreeMap, BTreeSet};

use groundplane_model::{StepId, UnitName, UnitState};

use crate::graph::{Edges, waves};
use crate::plan::{Plan, PlannedUnit};
use crate::schedule::{ScheduledStep, by_unit, steps};

/// The steps that apply the `drifted` units again, in waves, although nothing about them has changed.
///
/// A unit that reads from one of them is a step as well, since a resource that is made anew may have
/// another name; if it has not, there is nothing to do. Every other unit stays as it is, whatever
/// the plan says of it, and so does what was never applied: no step creates a unit, and none removes
/// one.
#[must_use]
pub fn schedule_repair(
    plan: &Plan,
    current: &[UnitState],
    drifted: &BTreeSet<UnitName>,
) -> Vec<Vec<ScheduledStep>> {
    let there: Vec<&UnitState> = current
        .iter()
        .filter(|state| state.applied.is_some())
        .collect();
    let current = by_unit(&there);
    let mut touched: BTreeMap<UnitName, &PlannedUnit> = BTreeMap::new();
    for unit in plan.units() {
        let reads = unit.after.iter().any(|other| touched.contains_key(other));
        if current.contains_key(&unit.unit) && (drifted.contains(&unit.unit) || reads) {
            touched.insert(unit.unit.clone(), unit);
        }
    }
    let edges: Edges<UnitName> = touched
        .iter()
        .map(|(name, unit)| (name.clone(), unit.after.clone()))
        .collect();
    steps(&waves(&edges), |name| {
        let unit = touched.get(name)?;
        Some(ScheduledStep {
            repair: drifted.contains(name),
            ..ScheduledStep::apply(unit, &current, StepId::apply(name))
        })
    })
}
