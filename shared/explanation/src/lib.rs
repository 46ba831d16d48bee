//! Says where each effective value of an instance comes from: which line of the spec, which
//! default of the schema, which resolver with which configuration, which unit. A pure function of
//! what a deployment left behind.

mod leaves;
mod origin;
mod spec;
mod units;

use std::collections::BTreeMap;

use groundplane_model::{ContextKey, DeploymentSpec, Revision, SpecLines, UnitName, UnitState};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

pub use origin::{Origin, Resolution};

/// What is read to explain an instance.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// The revision that is deployed.
    pub revision: &'a Revision,
    /// What its deployment was asked for, and the ground that it was accepted on.
    pub submitted: &'a DeploymentSpec,
    /// The lines of the document that it was asked for with, where they were kept.
    pub lines: Option<&'a SpecLines>,
    /// The units as they are.
    pub units: &'a [UnitState],
    /// For each unit the parameters of its template, and the context key that each is bound to.
    pub bindings: &'a BTreeMap<UnitName, BTreeMap<String, ContextKey>>,
}

/// One effective value and where it comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Explained {
    /// Which value: a JSON pointer (RFC 6901). Below `/metadata` and `/spec` it is a value of the
    /// spec, below `/resolved/UNIT/INPUT` what a resolver gave, below `/units/UNIT/parameters` what
    /// a template was given, below `/outputs` what users see.
    pub pointer: String,
    /// The value.
    pub value: Value,
    /// Where it comes from.
    pub origin: Origin,
}

/// Explains every effective value, in the order of spec, resolvers, units and outputs.
#[must_use]
pub fn explain(evidence: &Evidence<'_>) -> Vec<Explained> {
    let mut explained = spec::explained(evidence);
    explained.extend(units::resolved(evidence));
    explained.extend(units::parameters(evidence));
    explained.extend(units::outputs(evidence));
    explained
}

/// Those of `explained` at or below `pointer`.
#[must_use]
pub fn at_or_below(explained: Vec<Explained>, pointer: &str) -> Vec<Explained> {
    let pointer = pointer.strip_suffix('/').unwrap_or(pointer);
    let is_meant = |value: &Explained| {
        let rest = value.pointer.strip_prefix(pointer);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    explained.into_iter().filter(is_meant).collect()
}

#[cfg(test)]
mod tests;
