//! The audit log.

use groundplane_model::AuditEntry;

use super::{CallError, Client};

/// What is asked of the audit log.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AuditQuestion<'a> {
    /// What it was done to.
    pub(crate) object: Option<&'a str>,
    /// Who did it.
    pub(crate) actor: Option<&'a str>,
    /// How far back, for example `86400s`.
    pub(crate) since: &'a str,
    /// The tenant; the caller's own if none.
    pub(crate) tenant: Option<&'a str>,
}

impl Client {
    /// Who did what, the oldest first.
    pub(crate) fn audit(&self, question: AuditQuestion<'_>) -> Result<Vec<AuditEntry>, CallError> {
        let mut asked = vec![("since", question.since)];
        for (name, value) in [
            ("object", question.object),
            ("actor", question.actor),
            ("tenant", question.tenant),
        ] {
            asked.extend(value.map(|value| (name, value)));
        }
        self.every("/v1/audit", &asked, "entries of the audit log")
    }
}
