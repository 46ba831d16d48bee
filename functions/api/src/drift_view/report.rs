//! A report in full.

use std::collections::BTreeMap;

use groundplane_drift::{Difference, Fallback, Kind, NotChecked, Report, Source, Tagged};
use groundplane_model::{
    DeploymentId, DriftReport, DriftSeverity, DriftState, Failure, FailureKind, PropertyClass,
    UnitName,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::EntryView;

/// A report as it is kept.
#[derive(Debug, Deserialize)]
pub(super) struct Kept {
    #[serde(flatten)]
    pub(super) report: Report,
    #[serde(default)]
    actions: Vec<ActionView>,
    #[serde(default)]
    fallbacks: Vec<Fallback>,
}

impl Kept {
    pub(super) fn read(report: Value) -> Result<Self, Failure> {
        serde_json::from_value(report).map_err(|error| {
            tracing::error!(%error, "a stored report is unreadable");
            Failure::new(FailureKind::Internal, "the platform has a fault")
        })
    }
}

/// A report in full.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DriftReport)]
pub(crate) struct ReportView {
    #[serde(flatten)]
    entry: EntryView,
    /// Since when the reports say this; of the latest one alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<Timestamp>,
    /// How many resources at least one source saw.
    checked: usize,
    differences: Vec<DifferenceView>,
    /// How many differences there are beyond these.
    omitted: usize,
    not_checked: Vec<NotCheckedView>,
    orphans: Vec<OrphanView>,
    /// What is done besides reporting.
    actions: Vec<ActionView>,
    /// The deployment by which something is being done.
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<DeploymentId>,
}

impl ReportView {
    /// The latest report.
    pub(crate) fn latest(state: DriftState) -> Result<Self, Failure> {
        let since = state.since;
        let remedy = state.remedy;
        let report = Self::of(DriftReport {
            tenant: state.tenant,
            instance: state.instance,
            incarnation: state.incarnation,
            revision: state.revision,
            status: state.status,
            checked_at: state.checked_at,
            report: state.report,
            version: state.version,
        })?;
        Ok(Self {
            since: Some(since),
            remedy,
            ..report
        })
    }

    /// A report of the history.
    pub(crate) fn of(stored: DriftReport) -> Result<Self, Failure> {
        let of = (stored.checked_at, stored.revision, stored.status);
        let kept = Kept::read(stored.report)?;
        let entry = EntryView::new(of, &kept.report);
        let Kept {
            report,
            actions,
            fallbacks,
        } = kept;
        let reasons = fallbacks.into_iter();
        let mut reasons: BTreeMap<usize, String> =
            reasons.map(|it| (it.difference, it.reason)).collect();
        let differences = report.differences.into_iter().enumerate();
        Ok(Self {
            entry,
            since: None,
            checked: report.checked,
            differences: differences
                .map(|(place, found)| DifferenceView::of(found, reasons.remove(&place)))
                .collect(),
            omitted: report.omitted,
            not_checked: report.not_checked.into_iter().map(Into::into).collect(),
            orphans: report.orphans.into_iter().map(Into::into).collect(),
            actions,
            remedy: None,
        })
    }
}

/// One thing that differs. A side that is left out is not there.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DriftDifference)]
struct DifferenceView {
    unit: UnitName,
    resource: String,
    resource_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    physical_id: Option<String>,
    property: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    actual: Option<Value>,
    kind: Kind,
    severity: DriftSeverity,
    class: PropertyClass,
    /// Whether the values are not shown as they are: a secret, or too long.
    partial: bool,
    /// Why less is done about it than the policy says.
    #[serde(skip_serializing_if = "Option::is_none")]
    reported_only: Option<String>,
}

impl DifferenceView {
    fn of(found: Difference, reported_only: Option<String>) -> Self {
        Self {
            unit: found.unit,
            resource: found.resource,
            resource_type: found.resource_type,
            physical_id: found.physical_id,
            property: found.property,
            expected: found.expected,
            actual: found.actual,
            kind: found.kind,
            severity: found.severity,
            class: found.class,
            partial: found.partial,
            reported_only,
        }
    }
}

/// A resource that could not be checked.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DriftNotChecked)]
struct NotCheckedView {
    unit: UnitName,
    resource: String,
    resource_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    physical_id: Option<String>,
    /// The source that cannot tell; null where no source spoke of the resource.
    source: Option<Source>,
    reason: String,
}

impl From<NotChecked> for NotCheckedView {
    fn from(it: NotChecked) -> Self {
        Self {
            unit: it.unit,
            resource: it.resource,
            resource_type: it.resource_type,
            physical_id: it.physical_id,
            source: it.source,
            reason: it.reason,
        }
    }
}

/// A resource that nobody asked for.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DriftOrphan)]
struct OrphanView {
    identifier: String,
    resource_type: Option<String>,
    unit: Option<UnitName>,
}

impl From<Tagged> for OrphanView {
    fn from(orphan: Tagged) -> Self {
        Self {
            identifier: orphan.identifier,
            resource_type: orphan.resource_type,
            unit: orphan.unit,
        }
    }
}

/// One thing that is done besides reporting, and about how many differences.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = DriftAction)]
struct ActionView {
    action: String,
    differences: usize,
}
