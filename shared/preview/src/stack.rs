//! What happens to the resources of a stack that is updated.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::order::ordered;
use crate::reading::{Scope, Standing};
use crate::references::each;
use crate::report::{Operation, ResourcePreview};
use crate::resource::Scopes;
use crate::template::Template;

/// What happens to the resources of a stack.
#[derive(Debug, Default)]
pub(crate) struct Compared {
    /// How many stay as they are.
    pub(crate) kept: usize,
    /// Those that something happens to, or that are written differently, by name.
    pub(crate) resources: Vec<ResourcePreview>,
}

/// Compares the resources of two templates, what is referred to before what refers to it: only then
/// is it known whether a reference has the value that it had. `parameters` are those that may have
/// other values; `new` learns how each resource stands.
pub(crate) fn compare<'t>(
    before: &'t Template,
    after: &'t Template,
    old: &Scope<'t>,
    new: &mut Scope<'t>,
    parameters: &BTreeSet<&'t str>,
) -> Compared {
    let mut moved = parameters.clone();
    let mut found: BTreeMap<&str, ResourcePreview> = BTreeMap::new();
    let mut kept = 0;
    let references = references(after);
    for name in ordered(&references) {
        let Some(resource) = after.resources.get(name) else {
            continue;
        };
        let scopes = Scopes { old, new };
        let is_moved = references
            .get(name)
            .is_some_and(|it| !it.is_disjoint(&moved));
        let preview = match before.resources.get(name) {
            Some(previous) => scopes.compared(name, (previous, resource), is_moved),
            None => scopes.created(name, resource),
        };
        new.standings.insert(name, standing(preview.operation));
        if preview.operation == Operation::Keep {
            kept += 1;
        } else {
            moved.insert(name);
        }
        if preview.operation != Operation::Keep || !preview.changes.is_empty() {
            found.insert(name, preview);
        }
    }
    let scopes = Scopes { old, new };
    for (name, resource) in &before.resources {
        if !after.resources.contains_key(name) {
            found.insert(name, scopes.deleted(name, resource));
        }
    }
    Compared {
        kept,
        resources: found.into_values().collect(),
    }
}

/// What each resource refers to.
fn references(template: &Template) -> BTreeMap<&str, BTreeSet<&str>> {
    let resources = template.resources.iter();
    let named = |resource| {
        let mut names = BTreeSet::new();
        each(resource, &mut |name| {
            names.insert(name);
        });
        names
    };
    resources
        .map(|(name, resource): (_, &Value)| (name.as_str(), named(resource)))
        .collect()
}

/// How those that refer to a resource see it once this has happened to it.
const fn standing(operation: Operation) -> Standing {
    match operation {
        Operation::Keep | Operation::Delete | Operation::Retain => Standing::Steady,
        Operation::MayUpdate | Operation::Update => Standing::Updated,
        Operation::MayReplace => Standing::Replaced { certain: false },
        Operation::Replace => Standing::Replaced { certain: true },
        Operation::Create => Standing::New,
    }
}
