//! The audit log: one record of each thing that someone did, or tried to do. An entry is written
//! once and never again.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Digest, Index, Key, Partition, Record, TenantId};

/// What someone did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// What ties together everything that one request or one step did.
    pub correlation: String,
    /// Which of the transactions under this correlation this is about, counted from 0.
    pub part: u16,
    /// Who.
    pub actor: AuditActor,
    /// The action, for example `instance:deploy`; none where nobody got as far as to name one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// What it was done to, for example `instances/web-service.dev`.
    pub object: String,
    /// What was asked for: method and path of a request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// Whether it was allowed.
    pub allowed: bool,
    /// The policies that said so; none where no policy allowed it.
    #[serde(default)]
    pub policies: Vec<String>,
    /// What came of it.
    pub outcome: AuditOutcome,
    /// The status of the answer, where it was known when this was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The records that the transaction changed.
    #[serde(default)]
    pub changes: Vec<AuditChange>,
    /// Until when it is kept.
    pub kept_until: Timestamp,
}

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditActor {
    /// The token's subject, the role that signed, or `system:` and the function.
    pub subject: String,
    /// The session of a role, by the name that whoever assumed it gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// The tenant, as far as it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<TenantId>,
    /// The roles.
    #[serde(default)]
    pub roles: Vec<String>,
    /// The address that the request came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum AuditOutcome {
    /// Something was changed, in the transaction that wrote the entry.
    Changed,
    /// It was answered, and nothing had to be changed.
    Unchanged,
    /// It was not allowed.
    Denied,
    /// It was allowed, and refused for what was asked.
    Refused,
    /// The platform failed.
    Failed,
}

/// One record that was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditChange {
    /// The kind of the record.
    pub record: String,
    /// Where it lies: partition and sort key.
    pub place: String,
    /// The digest of what it was, as far as it was read; none for a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Digest>,
    /// The digest of what it is; none where it was removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Digest>,
}

impl AuditEntry {
    /// The day (UTC) in whose partition an entry of that time lies.
    #[must_use]
    pub fn day_of(at: Timestamp) -> Date {
        at.to_zoned(TimeZone::UTC).date()
    }

    /// Its place in the order of all: nine digits of a second, so that texts sort as times do.
    #[must_use]
    pub fn sort_key(&self) -> String {
        format!("{:.9}#{}#{}", self.at, self.correlation, self.part)
    }
}

impl Record for AuditEntry {
    const KIND: &'static str = "audit-entry";

    fn key(&self) -> Key {
        let tenant = self.actor.tenant.as_ref();
        let partition = Partition::audit(tenant, Self::day_of(self.at));
        Key::new(partition, self.sort_key())
    }

    /// It must not be there yet, however often it was read: nothing writes over an entry.
    fn version(&self) -> u64 {
        0
    }

    fn index(&self) -> Option<Index> {
        let tenant = self.actor.tenant.as_ref();
        Some(Index::audit_of_object(
            tenant,
            &self.object,
            &self.sort_key(),
        ))
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.kept_until)
    }
}
