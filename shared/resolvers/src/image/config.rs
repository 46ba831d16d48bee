//! How images are chosen, as platform engineers configure it.

use serde::{Deserialize, Serialize};

use super::container::ContainerError;

/// What becomes of an image that the catalog calls deprecated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Deprecated {
    /// It is used, with a warning.
    #[default]
    Warn,
    /// It is refused.
    Refuse,
}

/// How images are chosen; one layer of it, or all layers merged.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImageConfig {
    /// Whether a container image is pinned by its digest where the registry can be asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin: Option<bool>,
    /// What becomes of deprecated images.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deprecated: Option<Deprecated>,
}

impl ImageConfig {
    /// Whether a container image is pinned by its digest.
    #[must_use]
    pub fn pins(&self) -> bool {
        self.pin.unwrap_or(true)
    }

    /// What the user should know about an image; the catalog warns of deprecated ones.
    ///
    /// # Errors
    /// Where deprecated images are refused here and this is one.
    pub fn admit(&self, warnings: &[String]) -> Result<Option<String>, ContainerError> {
        let warning = (!warnings.is_empty()).then(|| warnings.join("; "));
        match (warning, self.deprecated.unwrap_or_default()) {
            (Some(warning), Deprecated::Refuse) => Err(ContainerError::Deprecated(warning)),
            (warning, Deprecated::Warn | Deprecated::Refuse) => Ok(warning),
        }
    }
}
