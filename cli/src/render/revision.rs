//! Revisions as a table.

use super::{table, time};
use crate::client::Revision;

/// Revisions, the oldest first.
pub(crate) fn list(revisions: &[Revision]) -> String {
    if revisions.is_empty() {
        return "it has no revision: no deployment of it has succeeded yet\n".to_owned();
    }
    let head = ["REVISION", "RECORDED", "DEPLOYMENT"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(revisions.iter().map(|revision| {
        vec![
            revision.number.to_string(),
            time::moment(revision.created_at),
            revision.deployment.to_string(),
        ]
    }));
    table::aligned("", &rows)
}
