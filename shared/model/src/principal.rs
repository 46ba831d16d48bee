//! Who calls.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::TenantId;

/// An authenticated caller, as its token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Principal {
    /// The token's subject.
    pub subject: String,
    /// The tenant that the token names, or that the machine works for.
    pub tenant: TenantId,
    /// The groups that the token names.
    pub groups: Vec<String>,
    /// What it is known by if it is a machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<MachineIdentity>,
}

/// What a machine is known by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MachineIdentity {
    /// The id of a client of the issuer.
    Client(String),
    /// The ARN of a role of AWS.
    Role(String),
}

impl fmt::Display for MachineIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Client(known) | Self::Role(known) => f.write_str(known),
        }
    }
}

impl Principal {
    /// Whether the caller is a member of `group`.
    #[must_use]
    pub fn is_in(&self, group: &str) -> bool {
        self.groups.iter().any(|own| own == group)
    }
}
