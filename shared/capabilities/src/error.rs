//! Why a unit cannot be rendered.

use groundplane_model::{ContextKey, InvalidIdentifier, Problem};

/// Why a unit cannot be rendered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// The section is not what its schema demands.
    #[error("the section `{section}` cannot be read: {cause}")]
    Section {
        /// The section.
        section: String,
        /// What is wrong.
        cause: String,
    },
    /// No unit before this one writes the key.
    #[error("no unit before `{unit}` writes `{key}`; {}", listed(.available))]
    MissingKey {
        /// The unit that reads it.
        unit: String,
        /// The key.
        key: String,
        /// The keys that exist.
        available: Vec<ContextKey>,
    },
    /// The naming resolver was not asked for the name.
    #[error("nothing was handed out for `{input}` of `{unit}`")]
    Unresolved {
        /// The unit.
        unit: String,
        /// What the unit calls it.
        input: String,
    },
    /// Two resources of one template have the same name in it.
    #[error("the template of `{unit}` has `{name}` twice")]
    Duplicate {
        /// The unit.
        unit: String,
        /// The name in the template.
        name: String,
    },
    /// The landing zone lacks what the section needs.
    #[error("the landing zone has no {lacking}")]
    Ground {
        /// Where the spec asks for it.
        pointer: String,
        /// What it lacks.
        lacking: &'static str,
    },
    /// A capability names a key that is none.
    #[error(transparent)]
    Key(#[from] InvalidIdentifier),
}

impl RenderError {
    /// Where in the document the cause lies: a JSON pointer.
    #[must_use]
    pub fn pointer(&self) -> String {
        match self {
            Self::Section { section, .. } => format!("/spec/{section}"),
            Self::Ground { pointer, .. } => pointer.clone(),
            Self::MissingKey { .. }
            | Self::Unresolved { .. }
            | Self::Duplicate { .. }
            | Self::Key(_) => "/spec".to_owned(),
        }
    }
}

impl From<RenderError> for Problem {
    fn from(error: RenderError) -> Self {
        Self::error(error.pointer(), error.to_string())
    }
}

/// The keys that exist, as the end of a sentence.
pub(crate) fn listed(keys: &[ContextKey]) -> String {
    if keys.is_empty() {
        return "there are no keys to refer to".to_owned();
    }
    let keys: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
    format!("the keys are {}", keys.join(", "))
}
