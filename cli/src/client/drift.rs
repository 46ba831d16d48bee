//! Drift: what is there against what was asked for.

use groundplane_model::{
    DriftSeverity, DriftStatus, EnvironmentName, InstanceId, PropertyClass, SeverityCounts,
    UnitName,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) use groundplane_model::SkipReason;

use super::transport::{Call, Method};
use super::{Body, CallError, Client, answers};

/// The drift of an instance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct InstanceDrift {
    /// The instance.
    pub(crate) instance: InstanceId,
    /// The revision that is deployed.
    pub(crate) revision: Option<u64>,
    /// The newest check.
    pub(crate) check: Option<DriftCheck>,
    /// The latest report.
    pub(crate) report: Option<DriftReport>,
    /// The reports that said something else than the one before them.
    pub(crate) history: answers::Page<DriftEntry>,
}

/// A check that was asked for.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct AskedCheck {
    /// The check.
    pub(crate) check: DriftCheck,
}

/// How far a check is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DriftCheck {
    /// In a word.
    pub(crate) status: CheckStatus,
    /// When it began.
    pub(crate) begun_at: Timestamp,
    /// When it ended.
    pub(crate) ended_at: Option<Timestamp>,
}

/// How far a check is, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum CheckStatus {
    /// It goes on.
    Running,
    /// It has ended.
    Ended,
    /// A deployment began in the meantime, or it was lost.
    GivenUp,
}

/// A report in a few words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DriftEntry {
    /// When it was made.
    pub(crate) checked_at: Timestamp,
    /// The revision that the instance was compared with.
    pub(crate) revision: u64,
    /// What it says in a word.
    pub(crate) status: DriftStatus,
    /// The gravest severity.
    pub(crate) severity: Option<DriftSeverity>,
    /// How many differences are how grave.
    pub(crate) severities: SeverityCounts,
    /// How much it has.
    pub(crate) counts: DriftCounts,
}

/// How much a report has.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DriftCounts {
    /// What differs.
    pub(crate) differences: u64,
    /// What could not be checked.
    pub(crate) not_checked: u64,
    /// What nobody asked for.
    pub(crate) orphans: u64,
}

/// A report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DriftReport {
    /// The same in a few words.
    #[serde(flatten)]
    pub(crate) entry: DriftEntry,
    /// Since when the reports say this.
    pub(crate) since: Option<Timestamp>,
    /// How many resources were seen.
    pub(crate) checked: u64,
    /// What differs, the gravest first.
    pub(crate) differences: Vec<Difference>,
    /// How many differences there are beyond these.
    pub(crate) omitted: u64,
    /// What could not be checked.
    pub(crate) not_checked: Vec<Unchecked>,
    /// What nobody asked for.
    pub(crate) orphans: Vec<Orphan>,
    /// What is done besides reporting.
    #[serde(default)]
    pub(crate) actions: Vec<Done>,
}

/// One thing that differs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Difference {
    /// The unit.
    pub(crate) unit: UnitName,
    /// The resource's name in the template.
    pub(crate) resource: String,
    /// Its type.
    pub(crate) resource_type: String,
    /// Its name in the cloud.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) physical_id: Option<String>,
    /// The property, a JSON pointer; empty for the resource itself.
    pub(crate) property: String,
    /// What was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) expected: Option<Value>,
    /// What is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) actual: Option<Value>,
    /// How it differs.
    pub(crate) kind: String,
    /// How grave that is.
    pub(crate) severity: DriftSeverity,
    /// What the property is about.
    pub(crate) class: PropertyClass,
    /// Whether the values are not shown as they are.
    #[serde(default)]
    pub(crate) partial: bool,
    /// Why less is done about it than the policy says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reported_only: Option<String>,
}

/// A resource that could not be checked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Unchecked {
    /// The unit.
    pub(crate) unit: UnitName,
    /// The resource's name in the template.
    pub(crate) resource: String,
    /// Its type.
    pub(crate) resource_type: String,
    /// Its name in the cloud.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) physical_id: Option<String>,
    /// The source that cannot tell.
    pub(crate) source: Option<String>,
    /// Why.
    pub(crate) reason: String,
}

/// A resource that nobody asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Orphan {
    /// What tells it from all others.
    pub(crate) identifier: String,
    /// Its type.
    pub(crate) resource_type: Option<String>,
    /// The unit that its tags name.
    pub(crate) unit: Option<UnitName>,
}

/// One thing that is done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Done {
    /// What.
    pub(crate) action: String,
    /// About how many differences.
    pub(crate) differences: u64,
}

/// An instance in the summary of its environment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DriftMember {
    /// The instance.
    pub(crate) instance: InstanceId,
    /// What its latest report says; none where it was never checked.
    pub(crate) status: Option<DriftStatus>,
    /// The gravest severity.
    pub(crate) severity: Option<DriftSeverity>,
    /// How many differences are how grave.
    pub(crate) severities: SeverityCounts,
    /// How much the report has.
    pub(crate) counts: DriftCounts,
    /// When it was made.
    pub(crate) checked_at: Option<Timestamp>,
    /// Why the newest check left it out.
    pub(crate) skipped: Option<DriftSkipped>,
}

/// That a check left an instance out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct DriftSkipped {
    /// When.
    pub(crate) at: Timestamp,
    /// Why.
    pub(crate) reason: SkipReason,
}

impl Client {
    /// The drift of an instance, with the first page of its history.
    pub(crate) fn drift(&self, id: &InstanceId) -> Result<InstanceDrift, CallError> {
        self.send(&Call::new(
            Method::Get,
            &format!("/v1/instances/{id}/drift"),
        ))
    }

    /// Has an instance checked now. Asking again while that goes on asks for the same check.
    pub(crate) fn check_drift(
        &self,
        id: &InstanceId,
        nothing: &Body,
    ) -> Result<AskedCheck, CallError> {
        let path = format!("/v1/instances/{id}/drift");
        self.send(&Call::new(Method::Post(nothing), &path))
    }

    /// The drift of every instance of an environment, in a few words each.
    pub(crate) fn drift_of(
        &self,
        environment: &EnvironmentName,
    ) -> Result<Vec<DriftMember>, CallError> {
        let asked = [("environment", environment.as_str())];
        self.every("/v1/drift", &asked, "instances")
    }
}
