//! Which units have to go, and which others must keep serving them until then.

use std::collections::{BTreeMap, BTreeSet};

use groundplane_capabilities::Sections;
use groundplane_model::{DeploymentId, Problem, UnitName, UnitState};
use serde_json::Value;

use crate::plan::{Plan, PlanInput, PlannedUnit, applicable, outlined, rendered};
use crate::schedule::{Current, is_applied, may_use};

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
    /// What those depend on that go, or that are not as planned yet, and what differs without them.
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
        let wanted = Sections::of(input.spec);
        let drops = previous.iter().any(|(name, _)| !wanted.declares(name));
        if removal.retired.is_empty() && !drops {
            return Ok(removal);
        }
        let mut all = wanted.with_those_of(&previous);
        if removal.retired.iter().any(|state| !is_known(&state.unit)) {
            for failed in earlier.failed {
                all = all.with_those_of(&Sections::of(failed));
            }
        }
        removal.shrinking = removal.shrinking(input, (&all, &planned), current)?;
        Ok(removal)
    }

    /// The planned units that `all` sections ask more of than the spec alone.
    fn shrinking(
        &self,
        input: &PlanInput<'_>,
        (all, planned): (&Sections<'_>, &BTreeMap<&UnitName, &'a PlannedUnit>),
        current: &Current<'a>,
    ) -> Result<BTreeMap<UnitName, Shrinking<'a>>, Vec<Problem>> {
        let mut users = self.retired.clone();
        // What is not yet as planned may still be as it was when more was wanted.
        let staying = current.values().filter(|state| {
            let planned = planned.get(&state.unit);
            planned.is_some_and(|unit| !is_applied(unit, state))
        });
        users.extend(staying);
        let needed = needed(&users, all, current);
        let units = applicable(all).collect();
        let is_serving = |unit: &UnitName| planned.contains_key(unit) && needed.contains(unit);
        let plan = rendered(input, all, &units, is_serving)?;
        // What is gone by then gives nothing that could be read, and need not be served.
        let goes_first = |unit: &UnitName| self.debris.iter().any(|state| state.unit == *unit);
        let gives = |unit: &UnitName| {
            let state = current.get(unit).filter(|_| !goes_first(unit));
            planned.contains_key(unit) || state.is_some_and(|state| state.applied.is_some())
        };
        let serving = plan.waves.into_iter().flatten();
        let serving = serving.filter(|unit| unit.after.iter().all(gives));
        let shrinking = serving.filter_map(|serving| {
            let planned = *planned.get(&serving.unit)?;
            let shrinking = Shrinking { serving, planned };
            (shrinking.serving.digest != planned.digest).then_some(shrinking)
        });
        Ok(shrinking.map(|it| (it.planned.unit.clone(), it)).collect())
    }

    /// The unit as it serves what goes as well, if that differs from what is planned.
    pub(crate) fn serving(&self, unit: &UnitName) -> Option<&PlannedUnit> {
        self.shrinking.get(unit).map(|shrinking| &shrinking.serving)
    }
}

/// The units of `all` that `users` depend on, directly or through others.
fn needed(users: &[&UnitState], all: &Sections<'_>, current: &Current<'_>) -> BTreeSet<UnitName> {
    let users = users.iter();
    let mut needed: BTreeSet<UnitName> = users.flat_map(|state| may_use(state, current)).collect();
    // From the last wave to the first, so that each unit is reached before those it reads.
    for (unit, after) in outlined(all).into_iter().rev().flatten() {
        if needed.contains(&unit) {
            needed.extend(after);
        }
    }
    needed
}

/// What those units of `current` for which `is_root` says so may use, directly or through others.
fn used_by(current: &Current<'_>, is_root: impl Fn(&UnitName) -> bool) -> BTreeSet<UnitName> {
    let roots = current.values().filter(|state| is_root(&state.unit));
    let mut open: Vec<&UnitState> = roots.copied().collect();
    let mut used = BTreeSet::new();
    while let Some(state) = open.pop() {
        for unit in may_use(state, current) {
            let next = current.get(&unit);
            if used.insert(unit) {
                open.extend(next);
            }
        }
    }
    used
}
