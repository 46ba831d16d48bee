//! Where the drift check of an instance stands: how one begins, how long it goes on, and why an
//! instance was left out.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{DriftCheck, DriftSeverity, Instance, UnitCheck, UnitState};

/// How many differences there are of each severity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SkipReason {
    /// A deployment is under way, which a check must not disturb.
    DeploymentInProgress,
    /// No deployment has succeeded yet, so there is nothing to compare with.
    NotDeployed,
}

impl DriftCheck {
    /// The longest that CloudFormation is waited for. What it has not looked at by then is reported
    /// as not checked.
    pub const PATIENCE: SignedDuration = SignedDuration::from_mins(30);
    /// A check that nobody has moved on for so long after its time is over is lost.
    const LOST: SignedDuration = SignedDuration::from_mins(15);

    /// A check of `instance` that begins now, over the version of the one that is stored; 0
    /// without one.
    #[must_use]
    pub fn begun(instance: &Instance, units: &[UnitState], now: Timestamp, over: u64) -> Self {
        let there = units.iter().filter(|unit| unit.applied.is_some());
        Self {
            tenant: instance.tenant.clone(),
            instance: instance.id.clone(),
            incarnation: instance.incarnation.clone(),
            deployment: instance.last_deployment.clone(),
            begun_at: now,
            ended_at: None,
            units: there
                .map(|unit| (unit.unit.clone(), UnitCheck::Waiting))
                .collect(),
            version: over,
        }
    }

    /// Whether it is about what is deployed now.
    #[must_use]
    pub fn is_of(&self, instance: &Instance) -> bool {
        self.incarnation == instance.incarnation && self.deployment == instance.last_deployment
    }

    /// Whether it goes on: it has not ended, and is not lost.
    #[must_use]
    pub fn is_open(&self, now: Timestamp) -> bool {
        let taken = now.duration_since(self.begun_at);
        self.ended_at.is_none() && taken < Self::PATIENCE + Self::LOST
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
