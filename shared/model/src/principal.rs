//! Who calls.

use serde::{Deserialize, Serialize};

use crate::TenantId;

/// An authenticated caller, as its token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Principal {
    /// The token's subject.
    pub subject: String,
    /// The tenant that the token names.
    pub tenant: TenantId,
    /// The groups that the token names.
    pub groups: Vec<String>,
}

impl Principal {
    /// Whether the caller is a member of `group`.
    #[must_use]
    pub fn is_in(&self, group: &str) -> bool {
        self.groups.iter().any(|own| own == group)
    }
}
