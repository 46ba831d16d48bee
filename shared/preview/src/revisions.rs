//! What differs between two revisions of an instance: in the spec, and in what was rendered from
//! it. Values that only show when a template is applied count as the same on both sides.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use groundplane_model::UnitName;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::difference::{differences, parts};
use crate::phrase::{Line, Sign, changed, lines};
use crate::reading::{Argument, Scope, Standing};
use crate::report::{Effect, Operation, PropertyChange, ResourcePreview, UnitOperation};
use crate::resource::Scopes;
use crate::stack::{Compared, compare};
use crate::template::{Template, Unreadable};
use crate::text::Colour;

/// What one revision consists of.
#[derive(Debug, Clone, Copy)]
pub struct Rendered<'a> {
    /// The spec with every default filled in.
    pub spec: &'a Value,
    /// The template of each unit.
    pub templates: &'a BTreeMap<UnitName, Vec<u8>>,
}

/// What differs between two revisions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RevisionDifference {
    /// The values of the spec that differ; JSON pointers into the document.
    pub spec: Vec<PropertyChange>,
    /// The units that differ, in the order of their names.
    pub units: Vec<UnitDifference>,
}

/// What differs about a unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UnitDifference {
    /// The unit.
    pub unit: UnitName,
    /// What going from the one revision to the other does to it.
    pub operation: UnitOperation,
    /// How many of its resources are the same.
    pub kept: usize,
    /// What differs in the template besides its resources.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub template: Vec<PropertyChange>,
    /// The resources that differ, in the order of their names.
    pub resources: Vec<ResourcePreview>,
}

impl RevisionDifference {
    /// Compares two revisions; the same input gives the same difference.
    ///
    /// # Errors
    /// Where a template is no JSON.
    pub fn between(before: Rendered<'_>, after: Rendered<'_>) -> Result<Self, Unreadable> {
        let (old, new) = (Scope::default(), Scope::default());
        let scopes = Scopes {
            old: &old,
            new: &new,
        };
        let edits = differences(before.spec, after.spec, false).into_iter();
        let spec = edits
            .map(|edit| scopes.changed(edit, Effect::Update))
            .collect();
        let names: BTreeSet<&UnitName> = before
            .templates
            .keys()
            .chain(after.templates.keys())
            .collect();
        let mut units = Vec::new();
        for name in names {
            let templates = (before.templates.get(name), after.templates.get(name));
            units.extend(unit(name, templates)?);
        }
        Ok(Self { spec, units })
    }

    /// Whether nothing differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.spec.is_empty() && self.units.is_empty()
    }

    /// The difference as text for a terminal.
    #[must_use]
    pub fn text(&self, colour: Colour) -> String {
        let mut text = String::new();
        if !self.spec.is_empty() {
            text.push_str("spec\n");
        }
        for change in &self.spec {
            text.push_str(&line(&changed(change, Operation::Update), 1, colour));
        }
        for unit in &self.units {
            let (sign, what) = match unit.operation {
                UnitOperation::Create => (Sign::Create, "comes"),
                UnitOperation::Delete => (Sign::Delete, "goes"),
                UnitOperation::Update | UnitOperation::MayUpdate | UnitOperation::Keep => {
                    (Sign::Update, "changes")
                }
            };
            let kept = match unit.kept {
                0 => String::new(),
                kept => format!(" ({kept} the same)"),
            };
            let _ = writeln!(text, "\n{} {} {what}{kept}", colour.sign(sign), unit.unit);
            for said in lines(unit.operation, &unit.resources, &unit.template) {
                text.push_str(&line(&said, said.depth + 1, colour));
            }
        }
        text
    }
}

fn line(line: &Line, depth: usize, colour: Colour) -> String {
    let indent = "    ".repeat(depth);
    format!("{indent}{} {}\n", colour.sign(line.sign), line.text)
}

/// The difference of one unit; none where there is none.
fn unit(
    name: &UnitName,
    templates: (Option<&Vec<u8>>, Option<&Vec<u8>>),
) -> Result<Option<UnitDifference>, Unreadable> {
    let parsed = |bytes: Option<&Vec<u8>>| match bytes {
        Some(bytes) => Template::parse(name, bytes).map(Some),
        None => Ok(None),
    };
    let (operation, before, after) = match (parsed(templates.0)?, parsed(templates.1)?) {
        (None, None) => return Ok(None),
        (None, Some(after)) => (UnitOperation::Create, Template::default(), after),
        (Some(before), None) => (UnitOperation::Delete, before, Template::default()),
        (Some(before), Some(after)) if before == after => return Ok(None),
        (Some(before), Some(after)) => (UnitOperation::Update, before, after),
    };
    let (old, mut new) = (scope(&before), scope(&after));
    let Compared { kept, resources } = compare(&before, &after, &old, &mut new, &BTreeSet::new());
    let scopes = Scopes {
        old: &old,
        new: &new,
    };
    let rest = match operation {
        UnitOperation::Create => parts(&after.rest),
        UnitOperation::Delete => Vec::new(),
        UnitOperation::Update | UnitOperation::MayUpdate | UnitOperation::Keep => {
            differences(&before.rest, &after.rest, false)
        }
    };
    let template = rest
        .into_iter()
        .map(|edit| scopes.changed(edit, Effect::Update))
        .collect();
    Ok(Some(UnitDifference {
        unit: name.clone(),
        operation,
        kept,
        template,
        resources,
    }))
}

/// Whatever a template refers to is what it was: only what is written differs.
fn scope(template: &Template) -> Scope<'_> {
    let parameters = template.rest.get("Parameters").and_then(Value::as_object);
    let names = parameters.into_iter().flatten().map(|(name, _)| name);
    Scope {
        arguments: names
            .map(|name| (name.as_str(), Argument::Steady))
            .collect(),
        standings: template
            .resources
            .keys()
            .map(|name| (name.as_str(), Standing::Steady))
            .collect(),
        hidden: template.hidden_parameters(),
        ..Scope::default()
    }
}

#[cfg(test)]
#[path = "revisions_tests.rs"]
mod tests;
