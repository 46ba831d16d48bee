//! What a deployment has to do: the steps from what is there to what is planned.
//!
//! First everything is applied that is wanted; then what is not wanted is unwound: destroyed, and
//! what served only the destroyed is taken away. So whatever may fail on account of the spec fails
//! before anything is lost; from the first destroy on, a deployment can only go forward.

use std::collections::{BTreeMap, BTreeSet};

use groundplane_capabilities::capabilities;
use groundplane_model::{Problem, StepId, UnitName, UnitState};

use crate::check::check_change;
use crate::graph::{Edges, reverse_waves, waves};
use crate::plan::{Plan, PlanInput, PlannedUnit};
use crate::removal::{Earlier, Removal};

/// What a step does with its unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Work {
    /// Make the unit as its template says.
    Apply(Box<PlannedUnit>),
    /// Remove the unit.
    Destroy,
}

/// One step of a deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduledStep {
    /// The step.
    pub id: StepId,
    /// Its unit.
    pub unit: UnitName,
    /// The stack of the unit: the one that it has, or the one that it will have.
    pub stack_name: String,
    /// What is done.
    pub work: Work,
    /// Whether it is done although the same was done before, since the unit is not as that was.
    pub repair: bool,
}

impl ScheduledStep {
    pub(crate) fn apply(unit: &PlannedUnit, current: &Current<'_>, id: StepId) -> Self {
        let mut unit = unit.clone();
        if let Some(state) = current.get(&unit.unit) {
            unit.stack_name.clone_from(&state.stack_name);
        }
        Self {
            id,
            unit: unit.unit.clone(),
            stack_name: unit.stack_name.clone(),
            work: Work::Apply(Box::new(unit)),
            repair: false,
        }
    }

    fn destroy(state: &UnitState) -> Self {
        Self {
            id: StepId::suffixed(&state.unit, "destroy"),
            unit: state.unit.clone(),
            stack_name: state.stack_name.clone(),
            work: Work::Destroy,
            repair: false,
        }
    }
}

/// What is there, by unit.
pub(crate) type Current<'a> = BTreeMap<UnitName, &'a UnitState>;

/// The steps that lead from what is there to the plan, in waves; none if everything is as planned.
///
/// A unit is left out if its template is the one that was applied, no deployment was interrupted
/// while changing it, and nothing that it depends on changes. A unit that reads from a changed one
/// is a step even if its own template is the same, since the values it reads may be others.
///
/// Units that the spec no longer has are destroyed after everything else was applied. Those that
/// they depend on keep serving them until then (`foundation`), and are then taken back to what the
/// spec says (`foundation.shrink`). That needs the spec of the revision that is deployed. A unit that
/// this revision does not have either is debris of a deployment that failed; it is destroyed first,
/// unless something else may use it: then it goes like the others, and what it stands on is read off
/// the spec of that deployment.
///
/// # Errors
/// Every problem that [`check_change`] finds, or that a unit that others depend on cannot be rendered
/// together with what is to be removed.
pub fn schedule(
    input: &PlanInput<'_>,
    plan: &Plan,
    current: &[UnitState],
    earlier: Earlier<'_>,
) -> Result<Vec<Vec<ScheduledStep>>, Vec<Problem>> {
    let current = by_unit(&current.iter().collect::<Vec<_>>());
    if let Some(previous) = earlier.deployed {
        let PlanInput {
            spec,
            environment,
            landing_zone,
            ..
        } = input;
        let problems = check_change(previous, Some(spec), environment, landing_zone);
        if !problems.is_empty() {
            return Err(problems);
        }
    }
    let removal = Removal::of(input, plan, &current, earlier)?;
    let mut steps = destroys(&removal.debris);
    steps.extend(applies(plan, &removal, &current));
    steps.extend(unwinds(&removal, &current));
    Ok(steps)
}

/// The steps that remove everything, what depends on a unit before the unit.
#[must_use]
pub fn schedule_destroy(current: &[UnitState]) -> Vec<Vec<ScheduledStep>> {
    destroys(&current.iter().collect::<Vec<_>>())
}

fn applies(plan: &Plan, removal: &Removal<'_>, current: &Current<'_>) -> Vec<Vec<ScheduledStep>> {
    let mut changing: BTreeMap<UnitName, &PlannedUnit> = BTreeMap::new();
    for planned in plan.units() {
        let unit = removal.serving(&planned.unit).unwrap_or(planned);
        let state = current.get(&unit.unit);
        let is_applied = state.is_some_and(|state| is_applied(unit, state));
        if !is_applied || unit.after.iter().any(|other| changing.contains_key(other)) {
            changing.insert(unit.unit.clone(), unit);
        }
    }
    let edges: Edges<UnitName> = changing
        .iter()
        .map(|(name, unit)| (name.clone(), unit.after.clone()))
        .collect();
    steps(&waves(&edges), |name| {
        let unit = changing.get(name)?;
        Some(ScheduledStep::apply(unit, current, StepId::apply(name)))
    })
}

/// Whether what was applied is what is planned, and nobody has begun to change it.
pub(crate) fn is_applied(unit: &PlannedUnit, state: &UnitState) -> bool {
    let applied = state.applied.as_ref();
    state.pending.is_none() && applied.is_some_and(|it| it.artifact.digest == unit.digest)
}

/// Retired units go and what served them is taken back, in the reverse of their order: a unit gives
/// up what it uses before that goes.
fn unwinds(removal: &Removal<'_>, current: &Current<'_>) -> Vec<Vec<ScheduledStep>> {
    let retired: Current<'_> = by_unit(&removal.retired);
    let going = retired
        .iter()
        .map(|(name, state)| (name.clone(), may_use(state, current)));
    let shrinking = removal
        .shrinking
        .iter()
        .map(|(name, unit)| (name.clone(), unit.serving.after.clone()));
    let edges: Edges<UnitName> = going.chain(shrinking).collect();
    steps(&reverse_waves(&edges), |name| {
        if let Some(state) = retired.get(name) {
            return Some(ScheduledStep::destroy(state));
        }
        let unit = removal.shrinking.get(name)?;
        let id = StepId::suffixed(name, "shrink");
        Some(ScheduledStep::apply(unit.planned, current, id))
    })
}

pub(crate) fn by_unit<'a>(units: &[&'a UnitState]) -> Current<'a> {
    units
        .iter()
        .map(|state| (state.unit.clone(), *state))
        .collect()
}

fn destroys(units: &[&UnitState]) -> Vec<Vec<ScheduledStep>> {
    let states = by_unit(units);
    let edges: Edges<UnitName> = states
        .iter()
        .map(|(name, state)| (name.clone(), may_use(state, &states)))
        .collect();
    steps(&reverse_waves(&edges), |name| {
        Some(ScheduledStep::destroy(states.get(name)?))
    })
}

/// The units that this one depends on. What a deployment that broke off made it depend on is not
/// known: then it is every unit of an earlier phase.
pub(crate) fn may_use(state: &UnitState, all: &Current<'_>) -> BTreeSet<UnitName> {
    let mut uses = BTreeSet::new();
    if let Some(applied) = &state.applied {
        uses.extend(applied.after.iter().cloned());
    }
    if state.applied.is_none() || state.pending.is_some() {
        let own = phase(&state.unit);
        uses.extend(all.keys().filter(|other| phase(other) < own).cloned());
    }
    uses
}

/// A unit that no capability is registered for counts as the latest.
fn phase(unit: &UnitName) -> usize {
    let capability = capabilities()
        .iter()
        .find(|capability| capability.unit() == unit.as_str());
    capability.map_or(usize::MAX, |capability| capability.phase() as usize)
}

pub(crate) fn steps(
    waves: &[Vec<UnitName>],
    step: impl Fn(&UnitName) -> Option<ScheduledStep>,
) -> Vec<Vec<ScheduledStep>> {
    waves
        .iter()
        .map(|wave| wave.iter().filter_map(&step).collect())
        .collect()
}
