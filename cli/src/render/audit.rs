//! The audit log for people: a line for each entry.

use groundplane_model::{AuditEntry, AuditOutcome};

use super::{line, table, time};

/// What stands where there is nothing.
const NOTHING: &str = "-";

/// The entries as a table.
pub(crate) fn entries(entries: &[AuditEntry]) -> String {
    if entries.is_empty() {
        return "nobody did anything\n".to_owned();
    }
    let head = ["TIME", "WHO", "ACTION", "OBJECT", "OUTCOME", "BY"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(entries.iter().map(row));
    table::aligned("", &rows)
}

fn row(entry: &AuditEntry) -> Vec<String> {
    let policies = match entry.policies.is_empty() {
        true => NOTHING.to_owned(),
        false => line(&entry.policies.join(", ")),
    };
    vec![
        time::moment(entry.at),
        line(&entry.actor.subject),
        line(entry.action.as_deref().unwrap_or(NOTHING)),
        line(&entry.object),
        outcome(entry.outcome).to_owned(),
        policies,
    ]
}

const fn outcome(outcome: AuditOutcome) -> &'static str {
    match outcome {
        AuditOutcome::Changed => "changed",
        AuditOutcome::Unchanged => "unchanged",
        AuditOutcome::Denied => "denied",
        AuditOutcome::Refused => "refused",
        AuditOutcome::Failed => "failed",
    }
}
