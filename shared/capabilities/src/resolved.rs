//! What resolvers handed out.

use std::collections::BTreeMap;

use groundplane_model::UnitName;

use crate::RenderError;

/// Values by unit and input, for example the name that `compute` asked for as `log-group`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resolved(BTreeMap<String, BTreeMap<String, String>>);

impl Resolved {
    /// Adds the value that `unit` asked for as `input`.
    pub fn insert(&mut self, unit: &UnitName, input: &str, value: impl Into<String>) {
        self.0
            .entry(unit.to_string())
            .or_default()
            .insert(input.to_owned(), value.into());
    }

    /// The value that `unit` asked for as `input`.
    #[must_use]
    pub fn get(&self, unit: &str, input: &str) -> Option<&str> {
        self.0.get(unit)?.get(input).map(String::as_str)
    }

    /// The value that `unit` asked for as `input`.
    ///
    /// # Errors
    /// Where none was handed out.
    pub fn require(&self, unit: &str, input: &str) -> Result<&str, RenderError> {
        self.get(unit, input)
            .ok_or_else(|| RenderError::Unresolved {
                unit: unit.to_owned(),
                input: input.to_owned(),
            })
    }
}

impl FromIterator<((UnitName, String), String)> for Resolved {
    fn from_iter<I: IntoIterator<Item = ((UnitName, String), String)>>(values: I) -> Self {
        let mut all = Self::default();
        for ((unit, input), value) in values {
            all.insert(&unit, &input, value);
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_belongs_to_one_unit_and_one_input() {
        let unit = |name| UnitName::parse(name).unwrap();
        let values: Resolved = [((unit("compute"), "stack".to_owned()), "gp-1".to_owned())]
            .into_iter()
            .collect();
        assert_eq!(values.require("compute", "stack"), Ok("gp-1"));
        assert_eq!(values.get("storage", "stack"), None);
        assert_eq!(
            values
                .require("compute", "service")
                .unwrap_err()
                .to_string(),
            "nothing was handed out for `service` of `compute`"
        );
    }
}
