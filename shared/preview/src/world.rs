//! What is there while the steps of a deployment are gone through one after the other.

use std::collections::BTreeMap;

use groundplane_model::{ContextKey, Digest, UnitName};
use groundplane_planner::PlannedUnit;

use crate::allocation::{Allocation, AllocationAction};
use crate::preview::{LiveUnit, PreviewInput};
use crate::reading::{Argument, Cause};

/// A value of the context or of a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Written {
    /// This.
    Known(String),
    /// What this unit writes when it is applied, perhaps the same as before.
    Unknown { by: UnitName, certain: bool },
}

/// A unit as it is at some point.
#[derive(Debug, Clone)]
pub(crate) struct Now<'a> {
    pub(crate) template: &'a [u8],
    pub(crate) digest: Option<&'a Digest>,
    pub(crate) parameters: BTreeMap<&'a str, Written>,
    pub(crate) physical_ids: BTreeMap<&'a str, &'a str>,
    /// Whether a deployment broke off while it changed the unit.
    pub(crate) interrupted: bool,
}

impl<'a> Now<'a> {
    fn of(live: &LiveUnit<'a>) -> Self {
        let applied = live.state.applied.as_ref();
        let parameters = applied.into_iter().flat_map(|applied| &applied.parameters);
        let known = |value: &String| Written::Known(value.clone());
        Self {
            template: applied.map_or(&[], |_| live.template),
            digest: applied.map(|applied| &applied.artifact.digest),
            parameters: parameters
                .map(|(name, value)| (name.as_str(), known(value)))
                .collect(),
            physical_ids: applied
                .into_iter()
                .flat_map(|applied| &applied.resources)
                .map(|resource| (resource.logical_id.as_str(), resource.physical_id.as_str()))
                .collect(),
            interrupted: live.state.pending.is_some(),
        }
    }

    /// A unit that was just applied as planned.
    pub(crate) fn planned(planned: &'a PlannedUnit, parameters: Parameters<'a>) -> Self {
        Self {
            template: &planned.template,
            digest: Some(&planned.digest),
            parameters: parameters.written,
            physical_ids: BTreeMap::new(),
            interrupted: false,
        }
    }
}

/// What is there, and what stands in for what is not known.
#[derive(Debug)]
pub(crate) struct World<'a> {
    units: BTreeMap<&'a UnitName, Now<'a>>,
    context: BTreeMap<&'a ContextKey, Written>,
    stand_ins: BTreeMap<&'a str, Vec<&'a Allocation>>,
}

impl<'a> World<'a> {
    pub(crate) fn of(input: &PreviewInput<'a>) -> Self {
        let mut world = Self {
            units: BTreeMap::new(),
            context: BTreeMap::new(),
            stand_ins: BTreeMap::new(),
        };
        for live in input.live {
            let applied = live.state.applied.as_ref();
            for (key, value) in applied
                .into_iter()
                .flat_map(|applied| applied.context.iter())
            {
                world
                    .context
                    .insert(key, Written::Known(value.value.clone()));
            }
            world.units.insert(&live.state.unit, Now::of(live));
        }
        for allocation in input.allocations {
            let is_taken = allocation.action == AllocationAction::Take;
            if is_taken && allocation.stand_in.is_some() {
                let own = world.stand_ins.entry(allocation.unit.as_str()).or_default();
                own.push(allocation);
            }
        }
        world
    }

    /// What stands in for resolvers' answers in the template of `unit`: its own, and those of the
    /// spec.
    pub(crate) fn stand_ins(&self, unit: &UnitName) -> Vec<&'a Allocation> {
        let of = |name: &str| self.stand_ins.get(name).into_iter().flatten().copied();
        let spec = groundplane_model::Allocation::SPEC;
        of(unit.as_str()).chain(of(spec)).collect()
    }

    pub(crate) fn take(&mut self, unit: &UnitName) -> Option<Now<'a>> {
        self.units.remove(unit)
    }

    pub(crate) fn put(&mut self, unit: &'a UnitName, now: Now<'a>) {
        self.units.insert(unit, now);
    }

    /// What the context holds under `key`.
    pub(crate) fn written(&self, key: &ContextKey) -> Option<&Written> {
        self.context.get(key)
    }

    pub(crate) fn write(&mut self, key: &'a ContextKey, written: Written) {
        self.context.insert(key, written);
    }

    /// The parameters that `planned` will get; `now` says what they are.
    pub(crate) fn parameters(
        &self,
        planned: &'a PlannedUnit,
        now: Option<&Now<'a>>,
    ) -> Parameters<'a> {
        let mut parameters = Parameters::default();
        for (name, key) in &planned.parameters {
            let written = self.written(key);
            let before = now.and_then(|now| now.parameters.get(name.as_str()));
            let is_same = before.is_some() && before == written;
            parameters.moved |= !is_same;
            parameters
                .arguments
                .insert(name, argument(key, written, is_same));
            if let Some(written) = written {
                parameters.written.insert(name, written.clone());
            }
        }
        parameters
    }
}

/// The parameters of a template.
#[derive(Debug, Default)]
pub(crate) struct Parameters<'a> {
    pub(crate) arguments: BTreeMap<&'a str, Argument>,
    pub(crate) written: BTreeMap<&'a str, Written>,
    /// Whether one of them may have another value than before.
    pub(crate) moved: bool,
}

fn argument(key: &ContextKey, written: Option<&Written>, is_same: bool) -> Argument {
    match written {
        Some(Written::Known(value)) => Argument::Known(value.clone()),
        Some(Written::Unknown { .. }) if is_same => Argument::Steady,
        Some(Written::Unknown { by, certain }) => {
            Argument::Unknown(Cause::new(format!("`{by}` writes `{key}`"), *certain))
        }
        None => Argument::Unknown(Cause::new(
            format!("nothing has written `{key}` yet"),
            false,
        )),
    }
}
