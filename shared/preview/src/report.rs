//! What a preview says.

use groundplane_model::{Digest, InstanceId, StepId, UnitName};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::allocation::Allocation;

/// What a deployment would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Preview {
    /// The instance.
    pub instance: InstanceId,
    /// How much of what.
    pub counts: Counts,
    /// What must not be overlooked.
    pub warnings: Vec<Warning>,
    /// What resolvers would hand out and get back.
    pub allocations: Vec<Allocation>,
    /// The steps of the deployment, in the order of their waves.
    pub units: Vec<UnitPreview>,
    /// The units that no step is about.
    pub kept_units: Vec<UnitName>,
}

impl Preview {
    /// Whether the deployment would do nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let is_kept = |unit: &UnitPreview| unit.operation == UnitOperation::Keep;
        self.allocations.is_empty() && self.units.iter().all(is_kept)
    }

    /// The SHA-256 of everything that the preview says, the digests of the templates included: two
    /// previews with the same digest announce the same.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let Self {
            instance,
            counts,
            warnings,
            allocations,
            units,
            kept_units,
        } = self;
        // Unit by unit: as one JSON, a large preview would need its memory twice.
        let mut digests = digest_of(&(instance, counts, warnings, allocations, kept_units));
        digests.extend(units.iter().map(digest_of));
        Digest::of(digests.as_bytes())
    }
}

/// The digest of something as JSON, as text.
fn digest_of(part: &impl Serialize) -> String {
    // INVARIANT: a preview is plain structs with string keys, which always serialise.
    Digest::of(&serde_json::to_vec(part).unwrap_or_default()).to_string()
}

/// How many resources would be treated how, and how many units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = PreviewCounts)]
pub struct Counts {
    /// Resources that are created.
    pub create: usize,
    /// Resources that are updated in place.
    pub update: usize,
    /// Resources that may be updated in place.
    pub may_update: usize,
    /// Resources that are replaced.
    pub replace: usize,
    /// Resources that may be replaced.
    pub may_replace: usize,
    /// Resources that are deleted.
    pub delete: usize,
    /// Resources that leave the stack and stay in the account.
    pub retain: usize,
    /// Resources that stay as they are.
    pub keep: usize,
    /// Steps that do something.
    pub changed_units: usize,
    /// Units that nothing is done to.
    pub kept_units: usize,
}

impl Counts {
    /// Counts one resource that does not stay as it is.
    pub(crate) fn add(&mut self, operation: Operation) {
        let count = match operation {
            Operation::Create => &mut self.create,
            Operation::Update => &mut self.update,
            Operation::MayUpdate => &mut self.may_update,
            Operation::Replace => &mut self.replace,
            Operation::MayReplace => &mut self.may_replace,
            Operation::Delete => &mut self.delete,
            Operation::Retain => &mut self.retain,
            Operation::Keep => return,
        };
        *count += 1;
    }
}

/// What must not be overlooked about a resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PreviewWarning)]
pub struct Warning {
    /// The unit.
    pub unit: UnitName,
    /// The resource's name in the template.
    pub logical_id: String,
    /// What it is, one clause.
    pub message: String,
}

/// What a step does to its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UnitOperation {
    /// The unit is not there yet.
    Create,
    /// Something about it changes.
    Update,
    /// Something about it may change, by values that are not known yet.
    MayUpdate,
    /// It is removed.
    Delete,
    /// Its turn comes, and there is nothing to do.
    Keep,
}

/// One step of the deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UnitPreview {
    /// The step. A unit that first serves what goes and is then taken back has two.
    pub step: StepId,
    /// The unit.
    pub unit: UnitName,
    /// The wave of the step, counted from 0.
    pub wave: usize,
    /// The unit's stack; none where its name is not known yet.
    pub stack_name: Option<String>,
    /// What is done.
    pub operation: UnitOperation,
    /// Whether an earlier deployment broke off here, so that what is there may be something else.
    #[serde(default, skip_serializing_if = "is_false")]
    pub interrupted: bool,
    /// The digest of the template before.
    pub before: Option<Digest>,
    /// The digest of the template after.
    pub after: Option<Digest>,
    /// How many of its resources stay as they are.
    pub kept: usize,
    /// What changes in the template besides its resources.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub template: Vec<PropertyChange>,
    /// The resources that something happens to or that are written differently, in the order of
    /// their names.
    pub resources: Vec<ResourcePreview>,
}

/// What happens to a resource.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// It stays as it is.
    Keep,
    /// It may be updated in place, by values that are not known yet.
    MayUpdate,
    /// It is updated in place.
    Update,
    /// It is updated in place or replaced.
    MayReplace,
    /// It is replaced by another one.
    Replace,
    /// It is created.
    Create,
    /// It is deleted.
    Delete,
    /// It leaves the stack and stays in the account.
    Retain,
}

/// What stays of a resource that is deleted or replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Remains {
    /// A snapshot of it.
    Snapshot,
    /// The resource itself, outside the stack.
    Resource,
}

/// What shows that a resource should not be lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Protection {
    /// Its deletion policy retains it.
    Retained,
    /// Its deletion policy takes a snapshot of it.
    Snapshot,
    /// It refuses to be deleted.
    DeletionProtection,
}

/// One resource of a unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResourcePreview {
    /// Its name in the template.
    pub logical_id: String,
    /// Its type, for example `AWS::ECS::Service`.
    #[serde(rename = "type")]
    pub resource_type: String,
    /// Its name in the cloud, if it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub physical_id: Option<String>,
    /// What happens to it.
    pub operation: Operation,
    /// The changes for which it is replaced or may be: JSON pointers into the resource.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<String>,
    /// What stays of the resource that is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remains: Option<Remains>,
    /// What shows that it should not be lost, where it would be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub protected: Vec<Protection>,
    /// What changes about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<PropertyChange>,
}

/// What a change does to its resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Nothing: the template says the same in other words.
    None,
    /// It may be updated in place.
    MayUpdate,
    /// It is updated in place; of something new, it is set.
    Update,
    /// It may be replaced.
    MayReplace,
    /// It is replaced.
    Replace,
}

/// Why it is not certain that a change replaces its resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// AWS replaces the resource under conditions that it does not state as data.
    Conditional,
    /// The new value is not known until it is applied; it may be the old one.
    Unknown,
    /// Nothing is known about the resource's type.
    UnknownType,
}

/// One value of a resource or a template that changes or may change. An item of a list that goes has
/// its place in the old list, one that comes its place in the new one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PropertyChange {
    /// Where: a JSON pointer (RFC 6901) into the resource, or into the template.
    pub pointer: String,
    /// What it does.
    pub effect: Effect,
    /// Why that is not certain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doubt: Option<Doubt>,
    /// The value before; none where there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Box<Shown>>,
    /// The value after; none where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Box<Shown>>,
}

/// A value as it may be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ShownValue)]
pub struct Shown {
    /// What the template says; secrets in it are `(hidden)`.
    pub template: Value,
    /// The value that this comes to, where that is known and not what the template says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// Why the value is not known until it is applied; empty where it is known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<String>,
    /// Whether all of it is hidden.
    #[serde(default, skip_serializing_if = "is_false")]
    pub hidden: bool,
}

fn is_false(flag: &bool) -> bool {
    !*flag
}
