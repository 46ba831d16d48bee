//! From a plan and its schedule to what they would do.

use std::collections::BTreeSet;

use groundplane_model::{InstanceId, UnitName, UnitState};
use groundplane_planner::{Plan, ScheduledStep};

use crate::allocation::Allocation;
use crate::report::{
    Counts, Operation, Preview, Protection, Remains, ResourcePreview, UnitOperation, UnitPreview,
    Warning,
};
use crate::template::{Unreadable, count_resources};
use crate::world::World;

/// A unit as it is there.
#[derive(Debug, Clone, Copy)]
pub struct LiveUnit<'a> {
    /// Its record.
    pub state: &'a UnitState,
    /// The template that was applied to it last; empty if none was.
    pub template: &'a [u8],
}

/// What a preview is made from.
#[derive(Debug, Clone, Copy)]
pub struct PreviewInput<'a> {
    /// The instance.
    pub instance: &'a InstanceId,
    /// What is planned; nothing for a destroy.
    pub plan: &'a Plan,
    /// The steps of the deployment, as the planner gives them for the same `live` units.
    pub schedule: &'a [Vec<ScheduledStep>],
    /// What is there.
    pub live: &'a [LiveUnit<'a>],
    /// What resolvers would hand out and get back.
    pub allocations: &'a [Allocation],
}

/// Says what a deployment would do. The same input gives the same preview; time and space are
/// near-linear in the templates.
///
/// # Errors
/// Where a template is no JSON.
pub fn preview(input: &PreviewInput<'_>) -> Result<Preview, Unreadable> {
    let mut world = World::of(input);
    let mut units = Vec::new();
    for (wave, steps) in input.schedule.iter().enumerate() {
        for step in steps {
            units.push(world.run(wave, step)?);
        }
    }
    let mut counts = Counts::default();
    let mut warnings = Vec::new();
    for unit in &units {
        let is_kept = unit.operation == UnitOperation::Keep;
        *(if is_kept {
            &mut counts.kept_units
        } else {
            &mut counts.changed_units
        }) += 1;
        counts.keep += unit.kept;
        for resource in &unit.resources {
            counts.add(resource.operation);
            warnings.extend(warnings_of(unit, resource));
        }
    }
    let scheduled: BTreeSet<&UnitName> = units.iter().map(|unit| &unit.unit).collect();
    let planned = input.plan.units();
    let kept = planned.filter(|planned| !scheduled.contains(&planned.unit));
    let mut kept_units = Vec::new();
    for unit in kept {
        counts.keep += count_resources(&unit.unit, &unit.template)?;
        counts.kept_units += 1;
        kept_units.push(unit.unit.clone());
    }
    kept_units.sort();
    Ok(Preview {
        instance: input.instance.clone(),
        counts,
        warnings,
        allocations: input.allocations.to_vec(),
        units,
        kept_units,
    })
}

/// What must not be overlooked about a resource.
fn warnings_of(unit: &UnitPreview, resource: &ResourcePreview) -> Vec<Warning> {
    let mut messages = Vec::new();
    if !resource.protected.is_empty() {
        messages.push(loss(resource));
    }
    if resource.because.iter().any(|pointer| pointer == "/Type") {
        messages.push(
            "CloudFormation refuses to change the type of a resource: give it another name"
                .to_owned(),
        );
    }
    let warning = |message| Warning {
        unit: unit.unit.clone(),
        logical_id: resource.logical_id.clone(),
        message,
    };
    messages.into_iter().map(warning).collect()
}

/// How a protected resource is lost, and what stays of it.
fn loss(resource: &ResourcePreview) -> String {
    let verb = match resource.operation {
        Operation::MayReplace => "may be replaced",
        Operation::Replace => "would be replaced",
        Operation::Retain => "would leave the stack",
        Operation::Keep
        | Operation::MayUpdate
        | Operation::Update
        | Operation::Create
        | Operation::Delete => "would be deleted",
    };
    let mut message = verb.to_owned();
    message.push_str(match resource.remains {
        Some(Remains::Resource) => "; it stays in the account, and nobody manages it any more",
        Some(Remains::Snapshot) => "; a snapshot of it stays",
        None => "; nothing of it stays",
    });
    if resource.protected.contains(&Protection::DeletionProtection) {
        message.push_str("; its deletion protection is on, so AWS refuses to delete it");
    }
    message
}
