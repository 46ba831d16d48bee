//! Where the values of a submitted document stand in it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{DeploymentId, Key, Partition, Record, TenantId};

/// The lines of the document that a deployment was asked for with. The text itself is not kept:
/// what a comment says is nobody's business.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpecLines {
    /// The tenant.
    pub tenant: TenantId,
    /// The deployment.
    pub deployment: DeploymentId,
    /// The document with the line of each value in its place, counted from 1.
    #[serde(with = "crate::json_text")]
    pub lines: Value,
    /// The version of this record.
    #[serde(default)]
    pub version: u64,
}

impl SpecLines {
    /// Where the lines of a deployment's document lie.
    #[must_use]
    pub fn key_of(tenant: &TenantId, deployment: &DeploymentId) -> Key {
        Key::new(Partition::deployment(tenant, deployment), "SPEC-LINES")
    }
}

impl Record for SpecLines {
    const KIND: &'static str = "spec-lines";

    fn key(&self) -> Key {
        Self::key_of(&self.tenant, &self.deployment)
    }

    fn version(&self) -> u64 {
        self.version
    }
}
