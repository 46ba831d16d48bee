//! The instances of an environment, with the drift of each in a few words.

use groundplane_model::DriftStatus;

use super::{NOTHING, severities};
use crate::client::{DriftMember, SkipReason};
use crate::render::{table, time};

/// The instances of an environment as a table.
pub(crate) fn members(members: &[DriftMember]) -> String {
    if members.is_empty() {
        return "nothing is deployed there\n".to_owned();
    }
    let head = [
        "INSTANCE",
        "DRIFT",
        "SEVERITIES",
        "NOT CHECKED",
        "ORPHANS",
        "CHECKED",
        "SKIPPED",
    ];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(members.iter().map(|member| {
        let checked = member.checked_at.map(time::moment);
        let skipped = member.skipped.as_ref().map(|skipped| {
            let why = reason(skipped.reason);
            format!("{why} ({})", time::moment(skipped.at))
        });
        vec![
            member.instance.to_string(),
            status(member.status).to_owned(),
            severities(&member.severities).unwrap_or_else(|| NOTHING.to_owned()),
            member.counts.not_checked.to_string(),
            member.counts.orphans.to_string(),
            checked.unwrap_or_else(|| NOTHING.to_owned()),
            skipped.unwrap_or_else(|| NOTHING.to_owned()),
        ]
    }));
    table::aligned("", &rows)
}

const fn status(status: Option<DriftStatus>) -> &'static str {
    match status {
        None => "never checked",
        Some(DriftStatus::InSync) => "in sync",
        Some(DriftStatus::Drifted) => "drifted",
        Some(DriftStatus::NotChecked) => "not checked",
    }
}

const fn reason(reason: SkipReason) -> &'static str {
    match reason {
        SkipReason::DeploymentInProgress => "a deployment was in progress",
        SkipReason::NotDeployed => "nothing was deployed",
    }
}
