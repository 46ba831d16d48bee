//! The sections of a spec.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::RenderError;

/// The sections that a spec declares, with every default filled in.
#[derive(Debug, Clone, Default)]
pub struct Sections<'a>(BTreeMap<&'a str, &'a Value>);

impl<'a> Sections<'a> {
    /// The sections of a whole document; none where it has no `spec`.
    #[must_use]
    pub fn of(document: &'a Value) -> Self {
        let declared = document.get("spec").and_then(Value::as_object);
        Self(
            declared
                .into_iter()
                .flatten()
                .map(|(name, section)| (name.as_str(), section))
                .collect(),
        )
    }

    /// These sections and those of `earlier` that these do not have.
    #[must_use]
    pub fn with_those_of(&self, earlier: &Self) -> Self {
        let mut all = earlier.0.clone();
        all.extend(self.0.iter());
        Self(all)
    }

    /// Whether the spec declares `section`.
    #[must_use]
    pub fn declares(&self, section: &str) -> bool {
        self.0.contains_key(section)
    }

    /// Whether the spec declares one of `sections`.
    #[must_use]
    pub fn declares_any(&self, sections: &[&str]) -> bool {
        sections.iter().any(|section| self.declares(section))
    }

    /// All sections, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, &'a Value)> + '_ {
        self.0.iter().map(|(name, section)| (*name, *section))
    }

    /// The fields of `section`.
    ///
    /// # Errors
    /// Where the section is not declared or not what its schema demands.
    pub fn read<T: Deserialize<'a>>(&self, section: &str) -> Result<T, RenderError> {
        let unreadable = |cause: String| RenderError::Section {
            section: section.to_owned(),
            cause,
        };
        let fields = self
            .0
            .get(section)
            .ok_or_else(|| unreadable("the spec does not declare it".to_owned()))?;
        T::deserialize(*fields).map_err(|error| unreadable(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_earlier_sections_count_only_where_the_later_spec_has_none() {
        let earlier = json!({ "spec": { "compute": 1, "storage": 2 } });
        let later = json!({ "spec": { "compute": 3, "cache": 4 } });
        let both = Sections::of(&later).with_those_of(&Sections::of(&earlier));
        let both: Vec<_> = both
            .iter()
            .map(|(name, value)| (name, value.clone()))
            .collect();
        assert_eq!(
            both,
            [
                ("cache", json!(4)),
                ("compute", json!(3)),
                ("storage", json!(2))
            ]
        );
    }

    #[test]
    fn a_document_without_a_spec_has_no_sections() {
        for document in [json!(null), json!([]), json!({ "spec": "x" })] {
            assert_eq!(Sections::of(&document).iter().count(), 0);
        }
    }
}
