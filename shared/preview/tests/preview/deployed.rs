//! Units that are deployed, and what is said of deploying others in their place.

use std::collections::{BTreeMap, BTreeSet};

use groundplane_model::{
    Applied, Artifact, Context, ContextKey, DeploymentId, Digest, InstanceId, Resource, StepId,
    TenantId, UnitName, UnitState,
};
use groundplane_planner::{Plan, PlannedUnit, ScheduledStep, Work};
use groundplane_preview::{
    Allocation, LiveUnit, Preview, PreviewInput, PropertyChange, ResourcePreview, preview,
};
use serde_json::{Value, json};

pub(crate) fn unit_name(name: &str) -> UnitName {
    UnitName::parse(name).unwrap()
}

fn key(key: &str) -> ContextKey {
    ContextKey::parse(key).unwrap()
}

/// A unit with a template of these resources.
#[expect(
    clippy::needless_pass_by_value,
    reason = "most callers write the value in place"
)]
pub(crate) fn unit(name: &str, resources: Value) -> PlannedUnit {
    with_template(name, &json!({ "Resources": resources }))
}

pub(crate) fn with_template(name: &str, template: &Value) -> PlannedUnit {
    let template = template.to_string().into_bytes();
    PlannedUnit {
        unit: unit_name(name),
        stack_name: format!("gp-{name}"),
        digest: Digest::of(&template),
        template,
        parameters: BTreeMap::new(),
        outputs: BTreeMap::new(),
        exports: BTreeSet::new(),
        after: BTreeSet::new(),
    }
}

/// The unit writes `value` under the key.
#[expect(
    clippy::needless_pass_by_value,
    reason = "most callers write the values in place"
)]
pub(crate) fn writing(unit: PlannedUnit, written: &str, value: Value) -> PlannedUnit {
    let mut template: Value = serde_json::from_slice(&unit.template).unwrap();
    let output = key(written).logical_name();
    template["Outputs"][&output]["Value"] = value;
    let mut outputs = unit.outputs.clone();
    outputs.insert(key(written), output);
    PlannedUnit {
        outputs,
        ..with_the_same_flow(&unit, &template)
    }
}

/// The unit has a parameter with the value of the key.
pub(crate) fn reading(unit: PlannedUnit, parameter: &str, read: &str) -> PlannedUnit {
    let mut parameters = unit.parameters.clone();
    parameters.insert(parameter.to_owned(), key(read));
    PlannedUnit { parameters, ..unit }
}

fn with_the_same_flow(unit: &PlannedUnit, template: &Value) -> PlannedUnit {
    let template = template.to_string().into_bytes();
    PlannedUnit {
        digest: Digest::of(&template),
        template,
        ..unit.clone()
    }
}

/// Units that are there.
pub(crate) struct Deployed {
    pub(crate) states: Vec<UnitState>,
    templates: Vec<Vec<u8>>,
}

impl Deployed {
    /// Units that were applied as planned, one after the other.
    pub(crate) fn of<'a>(units: impl IntoIterator<Item = &'a PlannedUnit>) -> Self {
        let mut all = Self {
            states: Vec::new(),
            templates: Vec::new(),
        };
        let mut context = Context::default();
        for unit in units {
            let own = outputs(unit);
            let bound = unit
                .parameters
                .iter()
                .filter_map(|(name, key)| Some((name.clone(), context.get(key)?.to_owned())));
            all.states.push(state(unit, bound.collect(), own.clone()));
            all.templates.push(unit.template.clone());
            context.merge(own);
        }
        all
    }

    pub(crate) fn live(&self) -> Vec<LiveUnit<'_>> {
        let both = self.states.iter().zip(&self.templates);
        both.map(|(state, template)| LiveUnit { state, template })
            .collect()
    }
}

/// What the unit writes: texts as they are, and a made-up value for everything else.
fn outputs(unit: &PlannedUnit) -> Context {
    let template: Value = serde_json::from_slice(&unit.template).unwrap();
    let mut context = Context::default();
    for (key, output) in &unit.outputs {
        let value = &template["Outputs"][output]["Value"];
        let value = match (value.as_str(), value["Ref"].as_str()) {
            (Some(text), _) => text.to_owned(),
            (None, Some(resource)) => format!("{}-{resource}", unit.unit),
            (None, None) => format!("{}-{output}", unit.unit),
        };
        context.set(key.clone(), value);
    }
    context
}

fn state(unit: &PlannedUnit, parameters: BTreeMap<String, String>, context: Context) -> UnitState {
    let template: Value = serde_json::from_slice(&unit.template).unwrap();
    let resources = template["Resources"].as_object().into_iter().flatten();
    let resources = resources.map(|(name, resource)| Resource {
        logical_id: name.clone(),
        resource_type: resource["Type"].as_str().unwrap_or_default().to_owned(),
        physical_id: format!("{}-{name}", unit.unit),
    });
    UnitState {
        tenant: TenantId::parse("shop").unwrap(),
        instance: InstanceId::parse("web-service.dev").unwrap(),
        unit: unit.unit.clone(),
        stack_name: unit.stack_name.clone(),
        applied: Some(Applied {
            deployment: DeploymentId::from_number(1),
            artifact: Artifact {
                bucket: "artifacts".to_owned(),
                key: unit.digest.to_string(),
                digest: unit.digest.clone(),
            },
            parameters,
            context,
            resources: resources.collect(),
            after: unit.after.clone(),
        }),
        pending: None,
        version: 1,
    }
}

/// Steps that apply each of the units, one after the other, and then remove the others.
pub(crate) fn steps(before: &Deployed, after: &[PlannedUnit]) -> Vec<Vec<ScheduledStep>> {
    let applies = after.iter().map(|unit| ScheduledStep {
        id: StepId::apply(&unit.unit),
        unit: unit.unit.clone(),
        stack_name: unit.stack_name.clone(),
        work: Work::Apply(Box::new(unit.clone())),
        repair: false,
    });
    let is_gone = |state: &&UnitState| !after.iter().any(|unit| unit.unit == state.unit);
    let destroys = before
        .states
        .iter()
        .filter(is_gone)
        .map(|state| ScheduledStep {
            id: StepId::suffixed(&state.unit, "destroy"),
            unit: state.unit.clone(),
            stack_name: state.stack_name.clone(),
            work: Work::Destroy,
            repair: false,
        });
    applies.chain(destroys).map(|step| vec![step]).collect()
}

/// What is said of putting `after` in the place of what is deployed, every unit a step.
pub(crate) fn over(
    before: &Deployed,
    after: &[PlannedUnit],
    allocations: &[Allocation],
) -> Preview {
    let plan = Plan {
        waves: vec![after.to_vec()],
    };
    preview(&PreviewInput {
        instance: &InstanceId::parse("web-service.dev").unwrap(),
        plan: &plan,
        schedule: &steps(before, after),
        live: &before.live(),
        allocations,
    })
    .unwrap()
}

/// What is said of putting `after` in the place of `before`.
pub(crate) fn between(before: &[PlannedUnit], after: &[PlannedUnit]) -> Preview {
    over(&Deployed::of(before), after, &[])
}

/// What is said of other resources in a unit.
pub(crate) fn resources_between(before: Value, after: Value) -> Preview {
    between(&[unit("compute", before)], &[unit("compute", after)])
}

/// The resource of that name, which something must happen to.
pub(crate) fn resource<'a>(preview: &'a Preview, name: &str) -> &'a ResourcePreview {
    let mut all = preview.units.iter().flat_map(|unit| &unit.resources);
    let found = all.find(|resource| resource.logical_id == name);
    found.unwrap_or_else(|| panic!("nothing happens to {name}: {preview:#?}"))
}

/// The change at `pointer` of a resource.
pub(crate) fn change<'a>(resource: &'a ResourcePreview, pointer: &str) -> &'a PropertyChange {
    let mut all = resource.changes.iter();
    let found = all.find(|change| change.pointer == pointer);
    found.unwrap_or_else(|| panic!("nothing changes at {pointer}: {resource:#?}"))
}
