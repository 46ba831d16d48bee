//! Approvals: what an environment demands before a deployment may change anything, what came of
//! it, and the wish to end a deployment before its time.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use crate::{DeploymentId, Digest, Key, Partition, Record, TenantId, drift};

/// What an environment demands of deployments: `spec.approval` of a `kind: Environment` document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ApprovalPolicy {
    /// Whether a plan that changes something waits for an approval.
    #[serde(default = "yes")]
    pub required: bool,
    /// How long it waits; nobody answering is a refusal.
    #[serde(default = "one_day", with = "drift::text")]
    pub deadline: SignedDuration,
    /// Whether those who ask for a deployment may approve it themselves.
    #[serde(default)]
    pub self_approval: bool,
}

impl ApprovalPolicy {
    /// The longest that a deployment waits: its instance is locked as long.
    pub const LONGEST: SignedDuration = SignedDuration::from_hours(7 * 24);
}

impl Default for ApprovalPolicy {
    fn default() -> Self {
        Self {
            required: true,
            deadline: one_day(),
            self_approval: false,
        }
    }
}

const fn yes() -> bool {
    true
}

const fn one_day() -> SignedDuration {
    SignedDuration::from_hours(24)
}

/// Reads a policy. Environments that were applied before there were policies have a truth value
/// in its place.
pub(crate) fn of_any_age<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<ApprovalPolicy>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Flag(bool),
        Policy(ApprovalPolicy),
    }
    Ok(match Option::<Written>::deserialize(deserializer)? {
        None | Some(Written::Flag(false)) => None,
        Some(Written::Flag(true)) => Some(ApprovalPolicy::default()),
        Some(Written::Policy(policy)) => Some(policy),
    })
}

/// The approval that a deployment needs, from its plan on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// What its environment demanded when the deployment was accepted.
    pub policy: ApprovalPolicy,
    /// When it began to wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// When it is too late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// What came of it. There is one decision and no second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<ApprovalDecision>,
}

/// What was decided about a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApprovalDecision {
    /// Which way.
    pub verdict: ApprovalVerdict,
    /// Who decided; nobody where the time ran out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// When.
    pub at: Timestamp,
    /// The digest of the plan that it is about.
    pub plan: Digest,
    /// Why, in the words of who decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Which way a decision went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ApprovalVerdict {
    /// The plan is carried out.
    Approved,
    /// It is not.
    Rejected,
    /// Nobody said anything in time, so it is not.
    Expired,
}

/// The wish that a deployment goes no further.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Cancellation {
    /// Who wishes it.
    pub by: String,
    /// Since when.
    pub at: Timestamp,
}

/// What wakes the execution that waits. Whoever has it can wake it, so it is never shown.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TaskToken(String);

impl TaskToken {
    /// The token as Step Functions takes it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What tells it from others without giving it away.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        Digest::of(self.0.as_bytes()).short(16).to_owned()
    }
}

impl From<String> for TaskToken {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for TaskToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TaskToken({})", self.fingerprint())
    }
}

/// How the execution of a waiting deployment is woken. It lies beside the deployment, where no
/// view of it looks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Callback {
    /// The tenant.
    pub tenant: TenantId,
    /// The deployment.
    pub deployment: DeploymentId,
    /// The token that counts.
    pub token: TaskToken,
    /// The version of this record.
    #[serde(default)]
    pub version: u64,
}

impl Callback {
    /// Where the callback of a deployment lies.
    #[must_use]
    pub fn key_of(tenant: &TenantId, deployment: &DeploymentId) -> Key {
        Key::new(Partition::deployment(tenant, deployment), "CALLBACK")
    }
}

impl Record for Callback {
    const KIND: &'static str = "callback";

    fn key(&self) -> Key {
        Self::key_of(&self.tenant, &self.deployment)
    }

    fn version(&self) -> u64 {
        self.version
    }
}

#[cfg(test)]
#[path = "approval_tests.rs"]
mod tests;
