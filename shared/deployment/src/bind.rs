//! The context of an instance, and the values that a template's parameters take from it.

use std::collections::BTreeMap;

use groundplane_model::{Context, ContextKey, MissingKey, UnitState};

/// Everything that the units of an instance have written.
pub(crate) fn context_of(units: &[UnitState]) -> Context {
    let mut context = Context::default();
    for applied in units.iter().filter_map(|unit| unit.applied.as_ref()) {
        context.merge(applied.context.clone());
    }
    context
}

/// The value of each parameter.
pub(crate) fn bind(
    parameters: &BTreeMap<String, ContextKey>,
    context: &Context,
) -> Result<BTreeMap<String, String>, MissingKey> {
    parameters
        .iter()
        .map(|(name, key)| Ok((name.clone(), context.require(key)?.to_owned())))
        .collect()
}

#[cfg(test)]
#[path = "bind_tests.rs"]
mod tests;
