//! The names that the naming resolver handed out.

use std::collections::BTreeMap;

use groundplane_model::UnitName;

use crate::RenderError;

/// Names by unit and input, for example the name that `compute` asked for as `log-group`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names(BTreeMap<String, BTreeMap<String, String>>);

impl Names {
    /// Adds the name that `unit` asked for as `input`.
    pub fn insert(&mut self, unit: &UnitName, input: &str, name: impl Into<String>) {
        self.0
            .entry(unit.to_string())
            .or_default()
            .insert(input.to_owned(), name.into());
    }

    /// The name that `unit` asked for as `input`.
    #[must_use]
    pub fn get(&self, unit: &str, input: &str) -> Option<&str> {
        self.0.get(unit)?.get(input).map(String::as_str)
    }

    /// The name that `unit` asked for as `input`.
    ///
    /// # Errors
    /// Where none was handed out.
    pub fn require(&self, unit: &str, input: &str) -> Result<&str, RenderError> {
        self.get(unit, input)
            .ok_or_else(|| RenderError::MissingName {
                unit: unit.to_owned(),
                input: input.to_owned(),
            })
    }
}

impl FromIterator<((UnitName, String), String)> for Names {
    fn from_iter<I: IntoIterator<Item = ((UnitName, String), String)>>(names: I) -> Self {
        let mut all = Self::default();
        for ((unit, input), name) in names {
            all.insert(&unit, &input, name);
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_belongs_to_one_unit_and_one_input() {
        let unit = |name| UnitName::parse(name).unwrap();
        let names: Names = [((unit("compute"), "stack".to_owned()), "gp-1".to_owned())]
            .into_iter()
            .collect();
        assert_eq!(names.require("compute", "stack"), Ok("gp-1"));
        assert_eq!(names.get("storage", "stack"), None);
        assert_eq!(
            names.require("compute", "service").unwrap_err().to_string(),
            "no name was handed out for `service` of `compute`"
        );
    }
}
