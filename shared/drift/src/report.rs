//! What a comparison found.

use groundplane_model::{Digest, PropertyClass, UnitName};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{Severity, Source, Status, Tagged};

/// How many differences a report has at most; the gravest stay.
pub const MAX_DIFFERENCES: usize = 1_000;
/// How long a value, a name or a reason in a report is at most; a longer one is told by its length
/// and digest.
pub const MAX_VALUE_BYTES: usize = 1_024;

/// What a comparison found. The same resources give the same report in whatever order they come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// What differs, the gravest first.
    pub differences: Vec<Difference>,
    /// How many differences there are beyond these.
    #[serde(default)]
    pub omitted: usize,
    /// What could not be checked, wholly or by one of the sources.
    pub not_checked: Vec<NotChecked>,
    /// The resources that carry the instance's tags and that the revision does not know.
    pub orphans: Vec<Tagged>,
    /// How many resources at least one source saw.
    pub checked: usize,
    /// Tells these differences from all others, those left out included.
    pub digest: Digest,
}

impl Report {
    /// What the report says in a word.
    #[must_use]
    pub fn status(&self) -> Status {
        if !self.differences.is_empty() || !self.orphans.is_empty() {
            Status::Drifted
        } else if self.checked == 0 && !self.not_checked.is_empty() {
            Status::NotChecked
        } else {
            Status::InSync
        }
    }

    /// The report with the gravest of its differences only, so that no list in it has more than
    /// `most` bytes of JSON. Its digest stays, and what is left out is counted; of what could not
    /// be checked and of orphans only the first are left.
    #[must_use]
    pub fn within(mut self, most: usize) -> Self {
        let all = self.differences.len();
        keep(&mut self.differences, most);
        self.omitted += all - self.differences.len();
        keep(&mut self.not_checked, most);
        keep(&mut self.orphans, most);
        self
    }

    /// Tells these differences from all others: the same drift has the same digest.
    #[must_use]
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// The gravest severity, if anything differs.
    #[must_use]
    pub fn severity(&self) -> Option<Severity> {
        self.differences.iter().map(|found| found.severity).max()
    }
}

/// Keeps the first items, as many as fit.
fn keep<T: Serialize>(items: &mut Vec<T>, most: usize) {
    let mut left = most;
    let fitting = items.iter().take_while(|item| {
        let size = serde_json::to_vec(item).map_or(usize::MAX, |text| text.len() + 1);
        let fits = size <= left;
        left = left.saturating_sub(size);
        fits
    });
    let fitting = fitting.count();
    items.truncate(fitting);
}

/// How something differs.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "kebab-case")]
#[schema(as = DriftKind)]
pub enum Kind {
    /// It is there and was not asked for.
    Added,
    /// It was asked for and is not there.
    Removed,
    /// It is there with another value.
    Changed,
    /// The whole resource is gone.
    Deleted,
    /// Another resource is in its place.
    Replaced,
}

/// One thing that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// The unit.
    pub unit: UnitName,
    /// The resource's name in the template.
    pub resource: String,
    /// Its type.
    pub resource_type: String,
    /// Its name in the cloud: what is there, else what the revision knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub physical_id: Option<String>,
    /// The property: a JSON pointer (RFC 6901), empty for the whole resource. A number in it counts
    /// the items that were asked for; for what was added, those that are there.
    pub property: String,
    /// What was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<Value>,
    /// What is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actual: Option<Value>,
    /// How it differs.
    pub kind: Kind,
    /// How grave that is.
    pub severity: Severity,
    /// What the property is about.
    pub class: PropertyClass,
    /// Whether `expected` and `actual` are not shown as they are: a secret, or too long.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub partial: bool,
}

/// A resource that could not be checked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct NotChecked {
    /// The unit.
    pub unit: UnitName,
    /// The resource's name in the template.
    pub resource: String,
    /// Its type.
    pub resource_type: String,
    /// Its name in the cloud, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub physical_id: Option<String>,
    /// The source that cannot tell; none where no source spoke of the resource.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// Why.
    pub reason: String,
}
