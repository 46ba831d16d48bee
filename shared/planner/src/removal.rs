//! Which units have to go, and which others must keep serving them until then.

use std::collections::{BTreeMap, BTreeSet};

use groundplane_capabilities::Sections;
use groundplane_model::{Problem, UnitName, UnitState};
use serde_json::Value;

use crate::plan::{Plan, PlanInput, PlannedUnit, applicable, rendered};
use crate::schedule::{Current, uses};

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
    /// What the deployed revision has and the spec no longer has.
    pub(crate) retired: Vec<&'a UnitState>,
    /// What neither has: a deployment that failed left it behind.
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
        previous_spec: Option<&Value>,
    ) -> Result<Self, Vec<Problem>> {
        let planned: BTreeMap<&UnitName, &PlannedUnit> =
            plan.units().map(|unit| (&unit.unit, unit)).collect();
        let previous = previous_spec.map(Sections::of).unwrap_or_default();
        let deployed: BTreeSet<UnitName> = applicable(&previous).map(|(unit, _)| unit).collect();
        let (retired, debris): (Vec<&UnitState>, Vec<&UnitState>) = current
            .values()
            .filter(|state| !planned.contains_key(&state.unit))
            .partition(|state| deployed.contains(&state.unit));
        let mut removal = Self {
            retired,
            debris,
            ..Self::default()
        };
        if removal.retired.is_empty() {
            return Ok(removal);
        }
        let both = Sections::of(input.spec).with_those_of(&previous);
        let units = applicable(&both).collect();
        let serving = rendered(input, &both, &units, |unit| planned.contains_key(unit))?;
        let needed = removal.needed(&serving, current);
        for unit in serving.waves.into_iter().flatten() {
            if let Some(planned) = planned.get(&unit.unit)
                && needed.contains(&unit.unit)
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

    /// The units that the retired ones depend on, directly or through others.
    fn needed(&self, serving: &Plan, current: &Current<'_>) -> BTreeSet<UnitName> {
        let retired = self.retired.iter();
        let mut needed: BTreeSet<UnitName> =
            retired.flat_map(|state| uses(state, current)).collect();
        // From the last wave to the first, so that each unit is reached before those it reads.
        for unit in serving.waves.iter().rev().flatten() {
            if needed.contains(&unit.unit) {
                needed.extend(unit.after.iter().cloned());
            }
        }
        needed
    }
}
