//! The tags that say which controls are about a resource.

use std::collections::BTreeMap;

use groundplane_model::{ComplianceFramework, UnitMakeup};

/// The most such tags. A resource has at most 50 (AWS General Reference, "Tag naming limits and
/// requirements"); the others are the platform's and those of a template.
const MOST: usize = 35;

/// The tag that says how many controls have none of their own.
const MORE: &str = "compliance:more";

/// The tags of a unit that is made of `makeup`: the key names framework and control, the value is
/// the edition of the framework.
#[must_use]
pub fn tags_of(
    makeup: &UnitMakeup,
    frameworks: &[ComplianceFramework],
) -> BTreeMap<String, String> {
    let mut tags: BTreeMap<String, String> = frameworks
        .iter()
        .flat_map(|framework| {
            let controls = framework.spec.controls.iter();
            let about_it = controls.filter(|control| control.applies_to.covers(makeup));
            about_it.map(|control| (framework.tag_of(control), framework.spec.version.clone()))
        })
        .collect();
    if let Some(first) = tags.keys().nth(MOST).cloned() {
        let more = tags.split_off(&first).len();
        tags.insert(MORE.to_owned(), more.to_string());
    }
    tags
}

#[cfg(test)]
#[path = "tags_tests.rs"]
mod tests;
