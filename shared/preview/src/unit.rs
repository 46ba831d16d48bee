//! What one step of a deployment does.

use std::collections::{BTreeMap, BTreeSet};

use groundplane_planner::{PlannedUnit, ScheduledStep, Work};

use crate::allocation::{Allocation, held};
use crate::difference::{differences, parts};
use crate::reading::{Argument, Reading, Scope, Standing, text_of};
use crate::references::each;
use crate::report::{
    Doubt, Effect, Operation, PropertyChange, ResourcePreview, UnitOperation, UnitPreview,
};
use crate::resource::Scopes;
use crate::stack::{Compared, compare};
use crate::template::{Template, Unreadable, count_resources};
use crate::world::{Now, Parameters, World, Written};

impl<'a> World<'a> {
    /// What `step` does. From then on, that is what is there.
    pub(crate) fn run(
        &mut self,
        wave: usize,
        step: &'a ScheduledStep,
    ) -> Result<UnitPreview, Unreadable> {
        let now = self.take(&step.unit);
        let now_applied = now.as_ref().filter(|now| now.digest.is_some());
        let blank = UnitPreview {
            step: step.id.clone(),
            unit: step.unit.clone(),
            wave,
            stack_name: known_name(&step.stack_name, &self.stand_ins(&step.unit)),
            operation: UnitOperation::Delete,
            interrupted: now.as_ref().is_some_and(|now| now.interrupted),
            before: now_applied.and_then(|now| now.digest.cloned()),
            after: None,
            kept: 0,
            template: Vec::new(),
            resources: Vec::new(),
        };
        match (&step.work, now.filter(|now| now.digest.is_some())) {
            (Work::Destroy, None) => Ok(blank),
            (Work::Destroy, Some(now)) => destroyed(&now, blank),
            (Work::Apply(planned), None) => self.create(planned, blank),
            (Work::Apply(planned), Some(now)) => self.update(planned, now, blank),
        }
    }

    fn create(
        &mut self,
        planned: &'a PlannedUnit,
        blank: UnitPreview,
    ) -> Result<UnitPreview, Unreadable> {
        let template = Template::parse(&planned.unit, &planned.template)?;
        let parameters = self.parameters(planned, None);
        let old = Scope::default();
        let new = Scope {
            standings: each_as(&template, Standing::New),
            ..self.scope(planned, &parameters, &template)
        };
        let scopes = Scopes {
            old: &old,
            new: &new,
        };
        let resources = template.resources.iter();
        let mut resources: Vec<ResourcePreview> = resources
            .map(|(name, resource)| scopes.created(name, resource))
            .collect();
        resources.sort_by(|one, other| one.logical_id.cmp(&other.logical_id));
        let rest = parts(&template.rest).into_iter();
        let preview = UnitPreview {
            operation: UnitOperation::Create,
            after: Some(planned.digest.clone()),
            template: rest
                .map(|edit| scopes.changed(edit, Effect::Update))
                .collect(),
            resources,
            ..blank
        };
        self.write_outputs(planned, None, &template, &new);
        self.put(&planned.unit, Now::planned(planned, parameters));
        Ok(preview)
    }

    fn update(
        &mut self,
        planned: &'a PlannedUnit,
        mut now: Now<'a>,
        blank: UnitPreview,
    ) -> Result<UnitPreview, Unreadable> {
        let parameters = self.parameters(planned, Some(&now));
        let is_same = now.digest == Some(&planned.digest);
        if is_same && !parameters.moved && !now.interrupted {
            let kept = count_resources(&planned.unit, &planned.template)?;
            self.put(&planned.unit, now);
            return Ok(UnitPreview {
                operation: UnitOperation::Keep,
                after: Some(planned.digest.clone()),
                kept,
                ..blank
            });
        }
        let before = Template::parse(&planned.unit, now.template)?;
        let after = Template::parse(&planned.unit, &planned.template)?;
        let old = now.scope(&before);
        let mut new = self.scope(planned, &parameters, &after);
        new.physical_ids.clone_from(&old.physical_ids);
        let moved = moved(&old, &new);
        let Compared { kept, resources } = compare(&before, &after, &old, &mut new, &moved);
        let scopes = Scopes {
            old: &old,
            new: &new,
        };
        let rest = differences(&before.rest, &after.rest, false).into_iter();
        let preview = UnitPreview {
            operation: operation(&resources, !is_same || now.interrupted),
            after: Some(planned.digest.clone()),
            kept,
            template: rest
                .map(|edit| scopes.changed(edit, Effect::Update))
                .collect(),
            resources,
            ..blank
        };
        self.write_outputs(planned, Some((&before, &moved)), &after, &new);
        for resource in &preview.resources {
            if resource.operation > Operation::Update {
                now.physical_ids.remove(resource.logical_id.as_str());
            }
        }
        let physical_ids = now.physical_ids;
        let next = Now::planned(planned, parameters);
        self.put(
            &planned.unit,
            Now {
                physical_ids,
                ..next
            },
        );
        Ok(preview)
    }

    /// What the expressions of a new template refer to, but for its resources.
    fn scope<'s>(
        &self,
        planned: &PlannedUnit,
        parameters: &Parameters<'s>,
        template: &'s Template,
    ) -> Scope<'s>
    where
        'a: 's,
    {
        let defaults = template.defaults().into_iter();
        let mut arguments: BTreeMap<&str, Argument> = defaults
            .map(|(name, default)| (name, Argument::Known(default)))
            .collect();
        arguments.extend(parameters.arguments.clone());
        Scope {
            arguments,
            stand_ins: self.stand_ins(&planned.unit),
            hidden: template.hidden_parameters(),
            ..Scope::default()
        }
    }

    /// Writes what the unit's outputs will be into the context. What stays the same stays as it
    /// is.
    fn write_outputs(
        &mut self,
        planned: &'a PlannedUnit,
        before: Option<(&Template, &BTreeSet<&str>)>,
        after: &Template,
        scope: &Scope<'_>,
    ) {
        for (key, name) in &planned.outputs {
            let Some(expression) = after.output(name) else {
                continue;
            };
            let is_same = self.written(key).is_some()
                && before.is_some_and(|(before, moved)| {
                    let mut is_moved = false;
                    each(expression, &mut |name| is_moved |= moved.contains(name));
                    before.output(name) == Some(expression) && !is_moved
                });
            let unknown = |certain| Written::Unknown {
                by: planned.unit.clone(),
                certain,
            };
            let written = match scope.read(expression) {
                Reading::Unknown(cause) => unknown(cause.certain),
                Reading::Known(_) | Reading::Steady(_) if is_same => continue,
                Reading::Known(value) => text_of(&value).map_or(unknown(true), Written::Known),
                Reading::Steady(_) => unknown(false),
            };
            self.write(key, written);
        }
    }
}

fn destroyed(now: &Now<'_>, blank: UnitPreview) -> Result<UnitPreview, Unreadable> {
    let template = Template::parse(&blank.unit, now.template)?;
    let (old, new) = (now.scope(&template), Scope::default());
    let scopes = Scopes {
        old: &old,
        new: &new,
    };
    let resources = template.resources.iter();
    let mut resources: Vec<ResourcePreview> = resources
        .map(|(name, resource)| scopes.deleted(name, resource))
        .collect();
    resources.sort_by(|one, other| one.logical_id.cmp(&other.logical_id));
    Ok(UnitPreview { resources, ..blank })
}

/// What a step amounts to that changes these resources and, where that `is_certain`, its template.
fn operation(resources: &[ResourcePreview], is_certain: bool) -> UnitOperation {
    let is_change = |change: &PropertyChange| match change.effect {
        Effect::None | Effect::MayUpdate => false,
        Effect::Update | Effect::Replace => true,
        Effect::MayReplace => change.doubt != Some(Doubt::Unknown),
    };
    let changes = |resource: &ResourcePreview| {
        resource.operation >= Operation::Create || resource.changes.iter().any(is_change)
    };
    if is_certain || resources.iter().any(changes) {
        UnitOperation::Update
    } else if resources.is_empty() {
        UnitOperation::Keep
    } else {
        UnitOperation::MayUpdate
    }
}

fn each_as(template: &Template, standing: Standing) -> BTreeMap<&str, Standing> {
    let names = template.resources.keys();
    names.map(|name| (name.as_str(), standing)).collect()
}

impl<'a> Now<'a> {
    /// What the expressions of the template that is there refer to.
    fn scope<'s>(&self, template: &'s Template) -> Scope<'s>
    where
        'a: 's,
    {
        let bound = self.parameters.iter().map(|(name, written)| {
            let argument = match written {
                Written::Known(value) => Argument::Known(value.clone()),
                Written::Unknown { .. } => Argument::Steady,
            };
            (*name, argument)
        });
        let defaults = template.defaults().into_iter();
        let defaults = defaults.map(|(name, default)| (name, Argument::Known(default)));
        Scope {
            arguments: defaults.chain(bound).collect(),
            standings: each_as(template, Standing::Steady),
            physical_ids: self
                .physical_ids
                .iter()
                .map(|(name, id)| (*name, *id))
                .collect(),
            hidden: template.hidden_parameters(),
            ..Scope::default()
        }
    }
}

/// The parameters that may have another value than before.
fn moved<'s>(old: &Scope<'s>, new: &Scope<'s>) -> BTreeSet<&'s str> {
    let arguments = new.arguments.iter();
    let other = arguments.filter(|(name, argument)| old.arguments.get(*name) != Some(*argument));
    other.map(|(name, _)| *name).collect()
}

/// The name of a stack, unless a resolver has yet to hand it out.
fn known_name(name: &str, stand_ins: &[&Allocation]) -> Option<String> {
    let is_known = held(stand_ins, |stand_in| name.contains(stand_in)).is_empty();
    is_known.then(|| name.to_owned())
}
