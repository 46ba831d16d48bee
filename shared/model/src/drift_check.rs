//! What is kept of the drift of an instance: the check that is under way, the latest report, and
//! the reports before it.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{DeploymentId, Digest, InstanceId, Key, Partition, Record, TenantId, UnitName};

/// What a report says in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DriftStatus {
    /// What could be checked is as it was asked for.
    InSync,
    /// Something differs, or is there that nobody asked for.
    Drifted,
    /// Nothing could be checked.
    NotChecked,
}

/// How grave a difference is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum DriftSeverity {
    /// It can wait.
    Low,
    /// Somebody should look at it.
    Medium,
    /// Somebody should look at it soon.
    High,
    /// Somebody should look at it now.
    Critical,
}

impl DriftSeverity {
    /// The next graver one.
    #[must_use]
    pub fn raised(self) -> Self {
        match self {
            Self::Low => Self::Medium,
            Self::Medium => Self::High,
            Self::High | Self::Critical => Self::Critical,
        }
    }
}

/// How far the check of one unit is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum UnitCheck {
    /// CloudFormation has not begun, or nobody knows whether it has.
    Waiting,
    /// CloudFormation looks at the stack.
    Running {
        /// What CloudFormation calls this look.
        detection: String,
    },
    /// CloudFormation has looked at everything.
    Done,
    /// CloudFormation could not look at everything.
    Partial {
        /// Why.
        reason: String,
    },
    /// The whole stack is gone.
    Gone,
}

impl UnitCheck {
    /// Whether nothing more will happen.
    #[must_use]
    pub const fn has_ended(&self) -> bool {
        match self {
            Self::Waiting | Self::Running { .. } => false,
            Self::Done | Self::Partial { .. } | Self::Gone => true,
        }
    }
}

/// The newest check of an instance. It stays when it has ended, so that the end is told to whoever
/// asks again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DriftCheck {
    /// The tenant.
    pub tenant: TenantId,
    /// The instance.
    pub instance: InstanceId,
    /// Which life of the instance's name.
    pub incarnation: String,
    /// The last deployment when the check began: a later one makes it worthless.
    pub deployment: DeploymentId,
    /// When it began.
    pub begun_at: Timestamp,
    /// When it ended, if it has.
    pub ended_at: Option<Timestamp>,
    /// How far each unit is.
    pub units: BTreeMap<UnitName, UnitCheck>,
    /// The version of this record.
    #[serde(default)]
    pub version: u64,
}

impl DriftCheck {
    /// Where the newest check of an instance lies.
    #[must_use]
    pub fn key_of(tenant: &TenantId, instance: &InstanceId) -> Key {
        Key::new(Partition::instance(tenant, instance), "DRIFT-CHECK")
    }
}

impl Record for DriftCheck {
    const KIND: &'static str = "drift-check";

    fn key(&self) -> Key {
        Self::key_of(&self.tenant, &self.instance)
    }

    fn version(&self) -> u64 {
        self.version
    }
}

/// The latest report of an instance, and what was done about its drift.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DriftState {
    /// The tenant.
    pub tenant: TenantId,
    /// The instance.
    pub instance: InstanceId,
    /// Which life of the instance's name.
    pub incarnation: String,
    /// The revision that the instance was compared with.
    pub revision: u64,
    /// What the report says in a word.
    pub status: DriftStatus,
    /// When it was made.
    pub checked_at: Timestamp,
    /// When the report first said what it says.
    pub since: Timestamp,
    /// Tells what the report says from everything else that it could say.
    pub digest: Digest,
    /// The report.
    #[serde(with = "crate::json_text")]
    pub report: Value,
    /// What was done about the drift so far.
    #[serde(with = "crate::json_text")]
    pub handled: Value,
    /// The deployment by which something is being done about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<DeploymentId>,
    /// The version of this record.
    #[serde(default)]
    pub version: u64,
}

impl DriftState {
    /// Where the state of an instance lies.
    #[must_use]
    pub fn key_of(tenant: &TenantId, instance: &InstanceId) -> Key {
        Key::new(Partition::instance(tenant, instance), "DRIFT")
    }
}

impl Record for DriftState {
    const KIND: &'static str = "drift";

    fn key(&self) -> Key {
        Self::key_of(&self.tenant, &self.instance)
    }

    fn version(&self) -> u64 {
        self.version
    }
}

/// A report that said something else than the one before it; never changed afterwards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DriftReport {
    /// The tenant.
    pub tenant: TenantId,
    /// The instance.
    pub instance: InstanceId,
    /// Which life of the instance's name.
    pub incarnation: String,
    /// The revision that the instance was compared with.
    pub revision: u64,
    /// What the report says in a word.
    pub status: DriftStatus,
    /// When it was made.
    pub checked_at: Timestamp,
    /// The report.
    #[serde(with = "crate::json_text")]
    pub report: Value,
    /// The version of this record.
    #[serde(default)]
    pub version: u64,
}

impl DriftReport {
    /// The start of the sort key of every report of an instance; they lie by time.
    pub const PREFIX: &'static str = "DRIFT#";
    /// How long reports are kept.
    pub const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

    /// Where the report of that time lies, to the microsecond.
    #[must_use]
    pub fn key_of(tenant: &TenantId, instance: &InstanceId, checked_at: Timestamp) -> Key {
        let sort = format!("{}{checked_at:.6}", Self::PREFIX);
        Key::new(Partition::instance(tenant, instance), sort)
    }
}

impl Record for DriftReport {
    const KIND: &'static str = "drift-report";

    fn key(&self) -> Key {
        Self::key_of(&self.tenant, &self.instance, self.checked_at)
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn expires_at(&self) -> Option<Timestamp> {
        self.checked_at.checked_add(Self::KEPT).ok()
    }
}

#[cfg(test)]
#[path = "drift_check_tests.rs"]
mod tests;
