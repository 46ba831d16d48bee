//! The plan of a spec: its units in waves, each with its template.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use groundplane_capabilities::{
    Capability, RenderInput, Rendered, Resolved, Sections, Want, capabilities, render,
};
use groundplane_model::{
    ContextKey, Digest, Environment, InstanceId, LandingZone, Problem, Severity, TenantId, UnitName,
};
use serde::Serialize;
use serde_json::Value;

use crate::check;
use crate::graph::{Edges, waves};

/// What a plan is made from.
#[derive(Debug, Clone, Copy)]
pub struct PlanInput<'a> {
    /// The tenant.
    pub tenant: &'a TenantId,
    /// The instance.
    pub instance: &'a InstanceId,
    /// The whole document, with every default filled in.
    pub spec: &'a Value,
    /// The environment that the instance is in.
    pub environment: &'a Environment,
    /// The landing zone of that environment.
    pub landing_zone: &'a LandingZone,
    /// What was handed out for [`wanted`].
    pub resolved: &'a Resolved,
}

/// What a unit of a spec wants from a resolver before it can be planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The unit.
    pub unit: UnitName,
    /// What it wants.
    pub want: Want,
}

/// One unit, ready to be provisioned once its parameters are bound.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlannedUnit {
    /// The unit.
    pub unit: UnitName,
    /// The name of its stack.
    pub stack_name: String,
    /// The rendered template.
    #[serde(skip)]
    pub template: Vec<u8>,
    /// The digest of the template.
    pub digest: Digest,
    /// The template's parameters and the context key that each takes its value from.
    pub parameters: BTreeMap<String, ContextKey>,
    /// The context keys that it writes and the template output of each.
    pub outputs: BTreeMap<ContextKey, String>,
    /// Which of them users see.
    pub exports: BTreeSet<ContextKey>,
    /// The units whose context it reads.
    pub after: BTreeSet<UnitName>,
}

/// The units of a spec in waves. Units of one wave do not depend on each other.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// The waves; within each, the units are in the order of their names.
    pub waves: Vec<Vec<PlannedUnit>>,
}

impl Plan {
    /// The digest of every template, binding and order in the plan.
    #[must_use]
    pub fn digest(&self) -> Digest {
        // INVARIANT: a plan is plain structs with string keys, which always serialise.
        Digest::of(&serde_json::to_vec(self).unwrap_or_default())
    }

    /// Every unit, wave by wave.
    pub fn units(&self) -> impl Iterator<Item = &PlannedUnit> {
        self.waves.iter().flatten()
    }

    /// The unit of that name.
    #[must_use]
    pub fn unit(&self, name: &UnitName) -> Option<&PlannedUnit> {
        self.units().find(|unit| unit.unit == *name)
    }
}

/// What the units of a spec want from resolvers.
#[must_use]
pub fn wanted(spec: &Value) -> Vec<Wanted> {
    let sections = Sections::of(spec);
    applicable(&sections)
        .flat_map(|(unit, capability)| {
            let wants = capability.wants(&sections).into_iter();
            wants.map(move |want| Wanted {
                unit: unit.clone(),
                want,
            })
        })
        .collect()
}

/// Plans a spec.
///
/// # Errors
/// Every problem of the spec on this ground at once, or that a unit cannot be rendered.
pub fn plan(input: &PlanInput<'_>) -> Result<Plan, Vec<Problem>> {
    let mut problems = check(input.spec, input.environment, input.landing_zone);
    problems.retain(|problem| problem.severity == Severity::Error);
    if !problems.is_empty() {
        return Err(problems);
    }
    plan_units(input, capabilities().iter().copied())
}

/// Plans the capabilities that apply to the spec, whichever they are: a graph may have other units
/// than those of the registry. The spec is not checked.
///
/// # Errors
/// Where a unit cannot be rendered.
pub fn plan_units<'c>(
    input: &PlanInput<'_>,
    capabilities: impl IntoIterator<Item = &'c dyn Capability>,
) -> Result<Plan, Vec<Problem>> {
    let sections = Sections::of(input.spec);
    let units = capabilities
        .into_iter()
        .filter(|capability| capability.applies(&sections))
        .filter_map(named);
    rendered(input, &sections, &units.collect(), |_| true)
}

/// The capabilities of a graph, by unit.
pub(crate) type Units<'c> = BTreeMap<UnitName, &'c dyn Capability>;

/// The capabilities that the sections need, by unit.
pub(crate) fn applicable(
    sections: &Sections<'_>,
) -> impl Iterator<Item = (UnitName, &'static dyn Capability)> {
    capabilities()
        .iter()
        .copied()
        .filter(|capability| capability.applies(sections))
        .filter_map(named)
}

fn named(capability: &dyn Capability) -> Option<(UnitName, &dyn Capability)> {
    // INVARIANT: a test of the registry parses every unit's name.
    Some((UnitName::parse(capability.unit()).ok()?, capability))
}

/// The units of `sections` that are `wanted`, in waves.
pub(crate) fn rendered(
    input: &PlanInput<'_>,
    sections: &Sections<'_>,
    capabilities: &Units<'_>,
    wanted: impl Fn(&UnitName) -> bool,
) -> Result<Plan, Vec<Problem>> {
    let writers = writers(capabilities, sections);
    let edges = edges(capabilities, sections, &writers);
    let render_input = RenderInput {
        instance: input.instance,
        sections,
        environment: input.environment,
        landing_zone: input.landing_zone,
        resolved: input.resolved,
    };
    let mut plan = Plan::default();
    let mut problems = Vec::new();
    let mut available = BTreeSet::new();
    for names in waves(&edges) {
        let mut wave = Vec::new();
        let members = || {
            names
                .iter()
                .filter_map(|unit| capabilities.get_key_value(unit))
        };
        for (unit, capability) in members().filter(|(unit, _)| wanted(unit)) {
            let stack_name = input.resolved.require(capability.unit(), Want::STACK);
            let unit_rendered = render(*capability, &render_input, &available);
            match stack_name.and_then(|name| Ok((name, unit_rendered?))) {
                Ok((name, rendered)) => wave.push(planned(unit, name, rendered, &writers)),
                Err(error) => problems.push(error.into()),
            }
        }
        for (_, capability) in members() {
            let keys = capability.writes(sections);
            available.extend(keys.iter().filter_map(|key| ContextKey::parse(key).ok()));
        }
        plan.waves.push(wave);
    }
    plan.waves.retain(|wave| !wave.is_empty());
    if problems.is_empty() {
        Ok(plan)
    } else {
        Err(problems)
    }
}

/// The units that each unit reads from.
fn edges(
    capabilities: &Units<'_>,
    sections: &Sections<'_>,
    writers: &Writers<'_>,
) -> Edges<UnitName> {
    let units = capabilities.iter();
    units
        .map(|(unit, capability)| {
            let reads = capability.reads(sections);
            let before = reads.iter().filter_map(|key| writers.get(key)).cloned();
            (unit.clone(), before.collect())
        })
        .collect()
}

/// The units that a spec needs, in waves, each with those whose context it reads. Nothing is
/// rendered, so no ground and no names are needed.
#[must_use]
pub fn outline(spec: &Value) -> Vec<Vec<(UnitName, BTreeSet<UnitName>)>> {
    outlined(&Sections::of(spec))
}

/// The units that these sections need, in waves, each with those whose context it reads.
pub(crate) fn outlined(sections: &Sections<'_>) -> Vec<Vec<(UnitName, BTreeSet<UnitName>)>> {
    let units: Units<'_> = applicable(sections).collect();
    let edges = edges(&units, sections, &writers(&units, sections));
    let members = |wave: Vec<UnitName>| {
        let wave = wave.into_iter();
        wave.map(|unit| {
            let after = edges.get(&unit).cloned().unwrap_or_default();
            (unit, after)
        })
        .collect()
    };
    waves(&edges).into_iter().map(members).collect()
}

/// The unit that writes each key.
type Writers<'a> = BTreeMap<Cow<'a, str>, UnitName>;

/// The unit that writes each key.
fn writers<'a>(capabilities: &Units<'_>, sections: &Sections<'a>) -> Writers<'a> {
    let mut writers = BTreeMap::new();
    for (unit, capability) in capabilities {
        let keys = capability.writes(sections);
        writers.extend(keys.into_iter().map(|key| (key, unit.clone())));
    }
    writers
}

fn planned(
    unit: &UnitName,
    stack_name: &str,
    rendered: Rendered,
    writers: &Writers<'_>,
) -> PlannedUnit {
    let keys = rendered.parameters.values();
    let after = keys.filter_map(|key| writers.get(key.as_str())).cloned();
    PlannedUnit {
        after: after.collect(),
        unit: unit.clone(),
        stack_name: stack_name.to_owned(),
        digest: Digest::of(&rendered.template),
        template: rendered.template,
        parameters: rendered.parameters,
        outputs: rendered.outputs,
        exports: rendered.exports,
    }
}
