//! What happens to one resource.

use serde_json::Value;

use crate::difference::{Edit, differences, parts};
use crate::effect::effect;
use crate::protection::{protections, remains_of_deleted, remains_of_replaced, type_of};
use crate::reading::Scope;
use crate::report::{Effect, Operation, PropertyChange, Remains, ResourcePreview};
use crate::shown::{Readings, change};

/// What the expressions of a unit's template referred to before, and what they will refer to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scopes<'s, 'a> {
    pub(crate) old: &'s Scope<'a>,
    pub(crate) new: &'s Scope<'a>,
}

impl Scopes<'_, '_> {
    /// A resource that only the new template has.
    pub(crate) fn created(&self, logical_id: &str, resource: &Value) -> ResourcePreview {
        let edits = parts(resource);
        let changes = edits
            .into_iter()
            .map(|edit| self.changed(edit, Effect::Update));
        ResourcePreview {
            changes: changes.collect(),
            ..self.of(logical_id, resource, Operation::Create)
        }
    }

    /// A resource that only the old template has.
    pub(crate) fn deleted(&self, logical_id: &str, resource: &Value) -> ResourcePreview {
        let remains = remains_of_deleted(resource);
        let operation = match remains {
            Some(Remains::Resource) => Operation::Retain,
            Some(Remains::Snapshot) | None => Operation::Delete,
        };
        ResourcePreview {
            remains,
            protected: protections(resource),
            ..self.of(logical_id, resource, operation)
        }
    }

    /// A resource that both templates have. What it refers to is only looked at where something
    /// of it has `moved`.
    pub(crate) fn compared(
        &self,
        logical_id: &str,
        (before, after): (&Value, &Value),
        moved: bool,
    ) -> ResourcePreview {
        if !moved && before == after {
            return self.of(logical_id, after, Operation::Keep);
        }
        let changes: Vec<PropertyChange> = differences(before, after, moved)
            .into_iter()
            .filter_map(|edit| self.judged(type_of(after), edit))
            .collect();
        let effect = changes.iter().map(|change| change.effect).max();
        let operation = operation(effect.unwrap_or(Effect::None));
        let causes = changes
            .iter()
            .filter(|change| change.effect >= Effect::MayReplace);
        let preview = ResourcePreview {
            because: causes.map(|change| change.pointer.clone()).collect(),
            changes,
            ..self.of(logical_id, after, operation)
        };
        if operation < Operation::MayReplace {
            return preview;
        }
        ResourcePreview {
            remains: remains_of_replaced(after),
            protected: protections(before),
            ..preview
        }
    }

    /// The change that an edit makes to something that has no rules of its own.
    pub(crate) fn changed(&self, edit: Edit<'_>, effect: Effect) -> PropertyChange {
        let readings = Readings::of(&edit, self.old, self.new);
        change(edit, readings, (self.old, self.new), (effect, None))
    }

    fn judged(&self, resource_type: &str, edit: Edit<'_>) -> Option<PropertyChange> {
        let readings = Readings::of(&edit, self.old, self.new);
        let (before, after) = (readings.before.as_ref(), readings.after.as_ref());
        let found = effect(resource_type, &edit, before, after)?;
        Some(change(edit, readings, (self.old, self.new), found))
    }

    fn of(&self, logical_id: &str, resource: &Value, operation: Operation) -> ResourcePreview {
        let physical_id = self.old.physical_ids.get(logical_id);
        ResourcePreview {
            logical_id: logical_id.to_owned(),
            resource_type: type_of(resource).to_owned(),
            physical_id: physical_id.map(|it| (*it).to_owned()),
            operation,
            because: Vec::new(),
            remains: None,
            protected: Vec::new(),
            changes: Vec::new(),
        }
    }
}

const fn operation(effect: Effect) -> Operation {
    match effect {
        Effect::None => Operation::Keep,
        Effect::MayUpdate => Operation::MayUpdate,
        Effect::Update => Operation::Update,
        Effect::MayReplace => Operation::MayReplace,
        Effect::Replace => Operation::Replace,
    }
}
