//! Revisions: what was applied, how it differs, and where its values come from.

use groundplane_explanation::Explained;
use groundplane_model::{DeploymentId, InstanceId};
use groundplane_preview::RevisionDifference;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::transport::{Call, Method};
use super::{CallError, Client};

/// What one successful deployment applied, as it is listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Revision {
    /// Counted from 1.
    pub(crate) number: u64,
    /// The deployment that applied it.
    pub(crate) deployment: DeploymentId,
    /// When it was recorded.
    pub(crate) created_at: Timestamp,
}

/// Where the effective values of an instance come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Explanation {
    /// The instance.
    pub(crate) instance: InstanceId,
    /// The revision that is deployed.
    pub(crate) revision: u64,
    /// The deployment that applied it.
    pub(crate) deployment: DeploymentId,
    /// The values.
    pub(crate) items: Vec<Explained>,
}

/// How two revisions differ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Difference {
    /// The instance.
    pub(crate) instance: InstanceId,
    /// The one revision.
    pub(crate) from: u64,
    /// The other revision.
    pub(crate) to: u64,
    /// The difference.
    #[serde(flatten)]
    pub(crate) difference: RevisionDifference,
}

impl Client {
    /// Every revision of an instance, the oldest first.
    pub(crate) fn revisions(&self, id: &InstanceId) -> Result<Vec<Revision>, CallError> {
        self.every(&format!("/v1/instances/{id}/revisions"), &[], "revisions")
    }

    /// Where the effective values at and below `pointer` come from.
    pub(crate) fn explanation(
        &self,
        id: &InstanceId,
        pointer: Option<&str>,
    ) -> Result<Explanation, CallError> {
        let mut call = Call::new(Method::Get, &format!("/v1/instances/{id}/explanation"));
        call.ask("pointer", pointer);
        self.send(&call)
    }

    /// How two revisions of an instance differ.
    pub(crate) fn difference(
        &self,
        id: &InstanceId,
        (from, to): (u64, u64),
    ) -> Result<Difference, CallError> {
        let mut call = Call::new(Method::Get, &format!("/v1/instances/{id}/difference"));
        call.ask("from", Some(&from.to_string()));
        call.ask("to", Some(&to.to_string()));
        self.send(&call)
    }
}
