//! Which instances an environment has, each with its drift in a few words.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    DriftSeverity, DriftStatus, EnvironmentName, InstanceId, Key, Partition, Record, TenantId,
};

/// How many differences there are of each severity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SeverityCounts {
    /// Those for which somebody should look now.
    pub critical: u64,
    /// Those for which somebody should look soon.
    pub high: u64,
    /// Those at which somebody should look.
    pub medium: u64,
    /// Those that can wait.
    pub low: u64,
}

impl SeverityCounts {
    /// Counts what has these severities.
    #[must_use]
    pub fn of(severities: impl Iterator<Item = DriftSeverity>) -> Self {
        let mut counts = Self::default();
        for severity in severities {
            match severity {
                DriftSeverity::Critical => counts.critical += 1,
                DriftSeverity::High => counts.high += 1,
                DriftSeverity::Medium => counts.medium += 1,
                DriftSeverity::Low => counts.low += 1,
            }
        }
        counts
    }
}

/// That a check left an instance out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DriftSkip {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: SkipReason,
}

/// Why a check leaves an instance out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SkipReason {
    /// A deployment is under way, which a check must not disturb.
    DeploymentInProgress,
    /// No deployment has succeeded yet, so there is nothing to compare with.
    NotDeployed,
}

/// The latest report in a few words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DriftSummary {
    /// What it says in a word.
    pub status: DriftStatus,
    /// The gravest severity, if anything differs.
    pub severity: Option<DriftSeverity>,
    /// How many differences there are.
    pub differences: u64,
    /// How many of those in the report are how grave.
    #[serde(default)]
    pub severities: SeverityCounts,
    /// How many resources could not be checked, wholly or by one of the sources.
    pub not_checked: u64,
    /// How many resources nobody asked for.
    pub orphans: u64,
    /// When it was made.
    pub checked_at: Timestamp,
}

/// An instance in the list of its environment, from its first acceptance until it is destroyed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The environment.
    pub environment: EnvironmentName,
    /// The team that owns the instance.
    pub tenant: TenantId,
    /// The instance.
    pub instance: InstanceId,
    /// Its latest report, if it was ever checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drift: Option<DriftSummary>,
    /// Why the newest check left it out, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped: Option<DriftSkip>,
    /// The version of this record.
    #[serde(default)]
    pub version: u64,
}

impl Member {
    /// The start of the sort key of every member of an environment.
    pub const PREFIX: &'static str = "MEMBER#";

    /// An instance that was never checked.
    #[must_use]
    pub const fn new(environment: EnvironmentName, tenant: TenantId, instance: InstanceId) -> Self {
        Self {
            environment,
            tenant,
            instance,
            drift: None,
            skipped: None,
            version: 0,
        }
    }

    /// Where the member lies.
    #[must_use]
    pub fn key_of(environment: &EnvironmentName, tenant: &TenantId, instance: &InstanceId) -> Key {
        let sort = format!("{}{instance}", Self::prefix_of(tenant));
        Key::new(Partition::environment(environment), sort)
    }

    /// The start of the sort key of every member of an environment that a team owns.
    #[must_use]
    pub fn prefix_of(tenant: &TenantId) -> String {
        format!("{}{tenant}#", Self::PREFIX)
    }
}

impl Record for Member {
    const KIND: &'static str = "member";

    fn key(&self) -> Key {
        Self::key_of(&self.environment, &self.tenant, &self.instance)
    }

    fn version(&self) -> u64 {
        self.version
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json, to_value};

    use super::*;

    #[test]
    fn severities_are_counted_one_by_one() {
        use DriftSeverity::{Critical, High, Low, Medium};
        let counts = SeverityCounts::of([High, Low, High, Critical, Medium].into_iter());
        let expected = json!({"critical": 1, "high": 2, "medium": 1, "low": 1});
        assert_eq!(to_value(counts).unwrap(), expected);
        assert_eq!(from_value::<SeverityCounts>(expected).unwrap(), counts);
    }
}
