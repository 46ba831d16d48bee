//! Exceptions: what a rule may find without harm, and why.

use serde::Deserialize;

use crate::{GuardrailError, Violation};

/// Leave to break one rule at one place, for a reason.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// The rule, as `group/rule`.
    pub rule: String,
    /// The unit whose template it is.
    pub unit: String,
    /// The logical id of the resource; a `*` at the end stands for any rest.
    pub resource: String,
    /// The IAM actions that are meant, where the rule is about one.
    #[serde(default)]
    pub actions: Vec<String>,
    /// Why it may stay, with the page that says so where there is one.
    pub reason: String,
}

impl Exception {
    /// Reads a list of exceptions from JSON.
    pub(crate) fn read(text: &str) -> Result<Vec<Self>, GuardrailError> {
        let exceptions: Vec<Self> =
            serde_json::from_str(text).map_err(GuardrailError::Exceptions)?;
        let unreasoned: Vec<String> = exceptions
            .iter()
            .filter(|exception| exception.reason.trim().is_empty())
            .map(|Self { rule, unit, .. }| format!("`{rule}` in `{unit}`"))
            .collect();
        if unreasoned.is_empty() {
            Ok(exceptions)
        } else {
            Err(GuardrailError::Unreasoned(unreasoned))
        }
    }

    /// Does it allow what a rule found in the template of `unit`?
    #[must_use]
    pub fn covers(&self, unit: &str, violation: &Violation) -> bool {
        let resource = &violation.resource;
        let resource_fits = match self.resource.strip_suffix('*') {
            Some(beginning) => resource.starts_with(beginning),
            None => *resource == self.resource,
        };
        // Whoever names no action excepts no action: what is allowed is written down one by one.
        let action_fits = match &violation.action {
            Some(action) => self.actions.contains(action),
            None => self.actions.is_empty(),
        };
        self.rule == violation.rule && self.unit == unit && resource_fits && action_fits
    }
}
