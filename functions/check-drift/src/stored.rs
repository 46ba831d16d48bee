//! A report as it is kept and shown: what was found, and what is done about it.

use groundplane_drift::{Action, Fallback, Report};
use groundplane_model::{DeploymentId, Digest, Failure, FailureKind};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::act::Acts;

/// The most bytes of JSON that each list of a report is kept with. A record of the table has at
/// most 400 KB ("Quotas", DynamoDB developer guide).
const MOST: usize = 100 * 1024;

/// A report with what is done about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredReport {
    /// What was found.
    #[serde(flatten)]
    pub report: Report,
    /// What is done besides reporting.
    pub actions: Vec<Note>,
    /// About which differences less is done than the policy says, and why.
    pub fallbacks: Vec<Fallback>,
}

/// One thing that is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// What, in a word.
    pub action: String,
    /// About how many differences.
    pub differences: usize,
    /// The deployment that does it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployment: Option<DeploymentId>,
}

impl StoredReport {
    /// The report as it is kept.
    pub(crate) fn of(report: Report, acts: &Acts) -> Self {
        let report = report.within(MOST);
        let mut fallbacks = acts.fallbacks.clone();
        fallbacks.retain(|fallback| fallback.difference < report.differences.len());
        Self {
            report,
            actions: acts
                .actions
                .iter()
                .filter_map(|action| note(action, acts.remedy()))
                .collect(),
            fallbacks,
        }
    }

    /// The report as JSON.
    pub(crate) fn value(&self) -> Result<Value, Failure> {
        let internal =
            |error: serde_json::Error| Failure::new(FailureKind::Internal, error.to_string());
        serde_json::to_value(self).map_err(internal)
    }

    /// Tells what is found from everything else that could be; what is done about it does not
    /// count, and neither does what was left out.
    pub(crate) fn digest(&self) -> Digest {
        let found = (
            self.report.status(),
            self.report.digest(),
            &self.report.not_checked,
            &self.report.orphans,
        );
        // INVARIANT: all of it is part of the report, which serialises.
        Digest::of(&serde_json::to_vec(&found).unwrap_or_default())
    }
}

fn note(action: &Action, remedy: Option<&DeploymentId>) -> Option<Note> {
    let (action, differences, deployment) = match action {
        Action::Report { .. } => return None,
        Action::Signal { differences, .. } => ("signal", differences, None),
        Action::Remediate { differences, .. } => ("remediate", differences, remedy),
        Action::Accept { differences, .. } => ("accept", differences, remedy),
        Action::Escalate { differences, .. } => ("escalate", differences, None),
    };
    Some(Note {
        action: action.to_owned(),
        differences: differences.len(),
        deployment: deployment.cloned(),
    })
}
