//! Which units have to go, and which others must keep serving them until then.

use std::collections::{BTreeMap, BTreeSet};

use groundplane_capabilities::Sections;
use groundplane_model::{DeploymentId, Problem, UnitName, UnitState};
use serde_json::Value;

use crate::plan::{Plan, PlanInput, PlannedUnit, applicable, outlined, rendered};
use crate::schedule::{Current, may_use};

/// What was asked for before.
#[derive(Debug, Clone, Copy, Default)]
pub struct Earlier<'a> {
    /// The spec of the revision that is deployed.
    pub deployed: Option<&'a Value>,
    /// The specs of the deployments that [`left_by`] names, the latest first.
    pub failed: &'a [Value],
}

/// The deployments that left something behind which neither `spec` nor the deployed one has. Their
/// specs say what that stands on.
#[must_use]
pub fn left_by(
    spec: &Value,
    deployed: Option<&Value>,
    current: &[UnitState],
) -> BTreeSet<DeploymentId> {
    let deployed = deployed.map(Sections::of).unwrap_or_default();
    let both = Sections::of(spec).with_those_of(&deployed);
    let known: BTreeSet<UnitName> = units_of(&both).collect();
    let left = current.iter().filter(|state| !known.contains(&state.unit));
    left.flat_map(|state| {
        let applied = state.applied.as_ref().map(|applied| &applied.deployment);
        state.pending.iter().chain(applied).cloned()
    })
    .collect()
}

fn units_of(sections: &Sections<'_>) -> impl Iterator<Item = UnitName> {
    applicable(sections).map(|(unit, _)| unit)
}

/// A unit that stays, and has to serve what goes for a while.
#[derive(Debug)]
pub(crate) struct Shrinking<'a> {
    /// The unit as it serves both what stays and what goes.
    pub(crate) serving: PlannedUnit,
    /// The unit as the spec wants it.
    pub(crate) planned: &'a PlannedUnit,
}

/// What has to go.
#[derive(Debug, Default)]
pub(crate) struct Removal<'a> {
    /// What goes last: what the deployed revision has and the spec no longer has, and debris that any
    /// of these or a unit that stays may use.
    pub(crate) retired: Vec<&'a UnitState>,
    /// What goes first: what neither has, since a deployment that failed left it behind.
    pub(crate) debris: Vec<&'a UnitState>,
    /// What the retired units depend on and what differs without them.
    pub(crate) shrinking: BTreeMap<UnitName, Shrinking<'a>>,
}

impl<'a> Removal<'a> {
    /// What has to go from `current` for the plan.
    pub(crate) fn of(
        input: &PlanInput<'_>,
        plan: &'a Plan,
        current: &Current<'a>,
        earlier: Earlier<'_>,
    ) -> Result<Self, Vec<Problem>> {
        let planned: BTreeMap<&UnitName, &PlannedUnit> =
            plan.units().map(|unit| (&unit.unit, unit)).collect();
        let previous = earlier.deployed.map(Sections::of).unwrap_or_default();
        let deployed: BTreeSet<UnitName> = units_of(&previous).collect();
        let is_known = |unit: &UnitName| planned.contains_key(unit) || deployed.contains(unit);
        let used = used_by(current, is_known);
        let (retired, debris): (Vec<&UnitState>, Vec<&UnitState>) = current
            .values()
            .filter(|state| !planned.contains_key(&state.unit))
            .partition(|state| deployed.contains(&state.unit) || used.contains(&state.unit));
        let mut removal = Self {
            retired,
            debris,
            ..Self::default()
        };
        if removal.retired.is_empty() {
            return Ok(removal);
        }
        let mut all = Sections::of(input.spec).with_those_of(&previous);
        if removal.retired.iter().any(|state| !is_known(&state.unit)) {
            for failed in earlier.failed {
                all = all.with_those_of(&Sections::of(failed));
            }
        }
        let needed = removal.needed(&all, current);
        let units = applicable(&all).collect();
        let is_serving = |unit: &UnitName| planned.contains_key(unit) && needed.contains(unit);
        let serving = rendered(input, &all, &units, is_serving)?;
        for unit in serving.waves.into_iter().flatten() {
            if let Some(planned) = planned.get(&unit.unit)
                && unit.digest != planned.digest
            {
                let name = unit.unit.clone();
                let shrinking = Shrinking {
                    serving: unit,
                    planned,
                };
                removal.shrinking.insert(name, shrinking);
            }
        }
        Ok(removal)
    }

    /// The unit as it serves what goes as well, if that differs from what is planned.
    pub(crate) fn serving(&self, unit: &UnitName) -> Option<&PlannedUnit> {
        self.shrinking.get(unit).map(|shrinking| &shrinking.serving)
    }

    /// The units of `all` that the retired ones depend on, directly or through others.
    fn needed(&self, all: &Sections<'_>, current: &Current<'_>) -> BTreeSet<UnitName> {
        let retired = self.retired.iter();
        let mut needed: BTreeSet<UnitName> =
            retired.flat_map(|state| may_use(state, current)).collect();
        // From the last wave to the first, so that each unit is reached before those it reads.
        for (unit, after) in outlined(all).into_iter().rev().flatten() {
            if needed.contains(&unit) {
                needed.extend(after);
            }
        }
        needed
    }
}

/// What those units of `current` for which `is_root` says so may use, directly or through others.
fn used_by(current: &Current<'_>, is_root: impl Fn(&UnitName) -> bool) -> BTreeSet<UnitName> {
    let roots = current.values().filter(|state| is_root(&state.unit));
    let mut open: Vec<&UnitState> = roots.copied().collect();
    let mut used = BTreeSet::new();
    while let Some(state) = open.pop() {
        for unit in may_use(state, current) {
            let next = current.get(&unit).filter(|_| !used.contains(&unit));
            open.extend(next);
            used.insert(unit);
        }
    }
    used
}
