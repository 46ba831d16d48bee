//! What resolvers hand out and get back, and what stands in templates for what they were not asked
//! for yet.

use groundplane_model::{ResolverName, UnitName};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What happens to an allocation of a resolver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AllocationAction {
    /// It is handed out.
    Take,
    /// It is given back.
    Release,
}

/// Something that a resolver hands out or gets back, for example a name or a block of addresses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = PreviewedAllocation)]
pub struct Allocation {
    /// What happens to it.
    pub action: AllocationAction,
    /// The resolver.
    pub resolver: ResolverName,
    /// The unit that it is for; `spec` for an input of the spec.
    pub unit: UnitName,
    /// What the unit calls it.
    pub input: String,
    /// The value, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The text that stands in the templates for a value that the resolver was not asked for yet.
    /// What holds it is shown as unknown.
    #[serde(skip)]
    pub stand_in: Option<String>,
}

/// Those whose stand-in a text holds, but for those that are only part of another one.
pub(crate) fn held<'a>(
    stand_ins: &[&'a Allocation],
    holds: impl Fn(&str) -> bool,
) -> Vec<&'a Allocation> {
    let text = |it: &&'a Allocation| -> &'a str { it.stand_in.as_deref().unwrap_or_default() };
    let found = stand_ins
        .iter()
        .filter(|it| !text(it).is_empty() && holds(text(it)));
    let found: Vec<&Allocation> = found.copied().collect();
    let is_part = |part: &&'a Allocation| {
        found
            .iter()
            .any(|it| text(it) != text(part) && text(it).contains(text(part)))
    };
    found.iter().filter(|it| !is_part(it)).copied().collect()
}

impl Allocation {
    /// Why what holds this is not known.
    pub(crate) fn reason(&self) -> String {
        let Self {
            resolver,
            unit,
            input,
            ..
        } = self;
        format!("`{input}` of `{unit}` is handed out by the resolver `{resolver}`")
    }
}
