//! What the API shows of drift. Reports are kept as they are found; here they get the API's names.

mod report;

use groundplane_drift::Report;
use groundplane_model::{
    DriftCheck, DriftReport, DriftSeverity, DriftStatus, Failure, Instance, InstanceId, Member,
    SeverityCounts, SkipReason,
};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema as _, ToSchema};

use crate::view::Listing;

use report::Kept;
pub(crate) use report::ReportView;

/// The drift of an instance.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Drift)]
pub(crate) struct DriftView {
    pub(crate) instance: InstanceId,
    /// The revision that is deployed.
    pub(crate) revision: Option<u64>,
    pub(crate) check: Option<CheckView>,
    pub(crate) report: Option<ReportView>,
    #[schema(schema_with = history)]
    pub(crate) history: Listing<EntryView>,
}

fn history() -> RefOr<Schema> {
    Listing::<EntryView>::schema()
}

/// The answer to who asks for a check.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DriftCheckAsked)]
pub(crate) struct AskedView {
    pub(crate) instance: InstanceId,
    pub(crate) check: CheckView,
}

/// The newest check.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DriftCheck)]
pub(crate) struct CheckView {
    status: CheckStatus,
    begun_at: Timestamp,
    ended_at: Option<Timestamp>,
}

/// How far a check is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum CheckStatus {
    Running,
    Ended,
    /// A deployment began in the meantime, or the check was lost.
    GivenUp,
}

impl CheckView {
    pub(crate) fn of(check: &DriftCheck, instance: &Instance, now: Timestamp) -> Self {
        let status = match check.ended_at {
            Some(_) => CheckStatus::Ended,
            None if check.is_of(instance) && check.is_open(now) => CheckStatus::Running,
            None => CheckStatus::GivenUp,
        };
        Self {
            status,
            begun_at: check.begun_at,
            ended_at: check.ended_at,
        }
    }
}

/// A report in a few words.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DriftSummary)]
pub(crate) struct EntryView {
    checked_at: Timestamp,
    /// The revision that the instance was compared with.
    revision: u64,
    status: DriftStatus,
    severity: Option<DriftSeverity>,
    severities: SeverityCounts,
    counts: CountsView,
}

/// How much a report has.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DriftCounts)]
struct CountsView {
    differences: u64,
    not_checked: u64,
    orphans: u64,
}

impl EntryView {
    /// An entry of the history.
    pub(crate) fn of(stored: DriftReport) -> Result<Self, Failure> {
        let of = (stored.checked_at, stored.revision, stored.status);
        Ok(Self::new(of, &Kept::read(stored.report)?.report))
    }

    fn new((checked_at, revision, status): (Timestamp, u64, DriftStatus), report: &Report) -> Self {
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        Self {
            checked_at,
            revision,
            status,
            severity: report.severity(),
            severities: SeverityCounts::of(report.differences.iter().map(|it| it.severity)),
            counts: CountsView {
                differences: count(report.differences.len().saturating_add(report.omitted)),
                not_checked: count(report.not_checked.len()),
                orphans: count(report.orphans.len()),
            },
        }
    }
}

/// An instance in the summary of its environment.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DriftMember)]
pub(crate) struct MemberView {
    instance: InstanceId,
    /// Null where it was never checked.
    status: Option<DriftStatus>,
    severity: Option<DriftSeverity>,
    severities: SeverityCounts,
    counts: CountsView,
    checked_at: Option<Timestamp>,
    /// Why the newest check left it out, if it did.
    skipped: Option<SkippedView>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DriftSkipped)]
struct SkippedView {
    at: Timestamp,
    reason: SkipReason,
}

impl From<Member> for MemberView {
    fn from(member: Member) -> Self {
        let drift = member.drift.as_ref();
        Self {
            status: drift.map(|it| it.status),
            severity: drift.and_then(|it| it.severity),
            severities: drift.map(|it| it.severities).unwrap_or_default(),
            counts: CountsView {
                differences: drift.map_or(0, |it| it.differences),
                not_checked: drift.map_or(0, |it| it.not_checked),
                orphans: drift.map_or(0, |it| it.orphans),
            },
            checked_at: drift.map(|it| it.checked_at),
            skipped: member.skipped.map(|it| SkippedView {
                at: it.at,
                reason: it.reason,
            }),
            instance: member.instance,
        }
    }
}
