//! Sources of webhooks: what they send, how they prove who they are, and what is remembered of a
//! webhook so that it counts once. No secret is in any of it.

mod claim;
mod words;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{EventSourceName, Key, Partition, Record, TenantId};

pub use claim::WebhookClaim;
pub use words::{SourceAuth, UnknownWord, WebhookFormat};

/// A source of webhooks that a tenant has registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventSource {
    /// Its name, one of its tenant's.
    pub name: EventSourceName,
    /// The tenant that owns it, whose instances its events may reach.
    pub tenant: TenantId,
    /// What it sends.
    pub format: WebhookFormat,
    /// How it proves who it is.
    pub auth: SourceAuth,
    /// The proof that counts; none until its first secret is made.
    pub current: Option<Proof>,
    /// The proof that counted before, and still does for a while.
    pub previous: Option<PreviousProof>,
    /// Since when somebody is making a secret for it.
    pub changing_since: Option<Timestamp>,
    /// When its secret was last made.
    pub rotated_at: Option<Timestamp>,
    /// When it was registered.
    pub created_at: Timestamp,
    /// Who registered it.
    pub created_by: String,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Who changed it last.
    pub updated_by: String,
    /// The version of this record.
    #[serde(default)]
    pub version: u64,
}

/// What the platform keeps of a secret: of one that signs, the version that holds it in Secrets
/// Manager; of a token or password, its digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Proof(pub String);

/// A proof that counts for a while only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviousProof {
    /// The proof.
    pub proof: Proof,
    /// Until when it counts.
    pub until: Timestamp,
}

impl EventSource {
    /// How long the secret before stays valid after a rotation unless it is said.
    pub const OVERLAP: SignedDuration = SignedDuration::from_hours(24);
    /// The longest that it can stay valid.
    pub const LONGEST_OVERLAP: SignedDuration = SignedDuration::from_hours(7 * 24);
    /// How long whoever makes a secret may take. Longer than any invocation of a function that
    /// does so lasts; who is not done by then never will be.
    pub const PATIENCE: SignedDuration = SignedDuration::from_mins(1);

    /// Where the source lies.
    #[must_use]
    pub fn key_of(tenant: &TenantId, name: &EventSourceName) -> Key {
        Key::new(Partition::event_sources(tenant), name.as_str())
    }

    /// What tells it from the sources of all tenants, as in its path: `tenant.name`.
    #[must_use]
    pub fn address(&self) -> String {
        format!("{}.{}", self.tenant, self.name)
    }

    /// The tenant and the name in an address. Neither has a full stop, so there is one way only to
    /// read it.
    #[must_use]
    pub fn parse_address(address: &str) -> Option<(TenantId, EventSourceName)> {
        let (tenant, name) = address.split_once('.')?;
        Some((
            TenantId::parse(tenant).ok()?,
            EventSourceName::parse(name).ok()?,
        ))
    }

    /// The path of the API that takes its webhooks.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/v1/webhooks/{}", self.address())
    }

    /// The name of a source's secret among those of the installation.
    #[must_use]
    pub fn secret_name(tenant: &TenantId, name: &EventSourceName) -> String {
        format!("event-source/{tenant}/{name}")
    }

    /// Whether somebody is making a secret for it at this moment.
    #[must_use]
    pub fn is_changing(&self, now: Timestamp) -> bool {
        let since = self.changing_since;
        since.is_some_and(|since| now.duration_since(since).abs() < Self::PATIENCE)
    }

    /// The proofs that count now, the newest first.
    #[must_use]
    pub fn proofs(&self, now: Timestamp) -> Vec<&Proof> {
        let previous = self.still_valid(now).map(|previous| &previous.proof);
        self.current.iter().chain(previous).collect()
    }

    /// The proof from before, if it still counts.
    #[must_use]
    pub fn still_valid(&self, now: Timestamp) -> Option<&PreviousProof> {
        let previous = self.previous.as_ref();
        previous.filter(|previous| previous.until > now)
    }

    /// What still counts beside a new proof, for `overlap` from now. Of two that count now the
    /// older one stays, for its own time at the most: a rotation whose answer was lost has given a
    /// secret that nobody uses, and is repeated.
    #[must_use]
    pub fn beside(&self, overlap: SignedDuration, now: Timestamp) -> Option<PreviousProof> {
        let until = now.checked_add(overlap).unwrap_or(now);
        let kept = match self.still_valid(now) {
            Some(previous) => PreviousProof {
                until: previous.until.min(until),
                ..previous.clone()
            },
            None => PreviousProof {
                proof: self.current.clone()?,
                until,
            },
        };
        Some(kept).filter(|kept| kept.until > now)
    }
}

impl Record for EventSource {
    const KIND: &'static str = "event-source";

    fn key(&self) -> Key {
        Self::key_of(&self.tenant, &self.name)
    }

    fn version(&self) -> u64 {
        self.version
    }

    /// A source that is registered again under its name starts above every version that it had.
    fn next_version(&self) -> u64 {
        match self.version {
            0 => u64::try_from(self.created_at.as_millisecond()).unwrap_or(1),
            version => version + 1,
        }
    }
}

#[cfg(test)]
mod tests;
