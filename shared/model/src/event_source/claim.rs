//! What is remembered of a signed webhook.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Digest, EventSource, EventSourceName, Key, Partition, Record, TenantId};

/// A signed webhook that was taken: by its id it is known when it comes again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookClaim {
    /// The tenant of the source.
    pub tenant: TenantId,
    /// The source.
    pub source: EventSourceName,
    /// The digest of the webhook's id, which comes from outside and may hold anything.
    pub id_digest: Digest,
    /// When it first came in; events that do not say when they happened, happened then.
    pub received_at: Timestamp,
    /// Whether its events were handed over.
    pub delivered: bool,
    /// The version of this record.
    #[serde(default)]
    pub version: u64,
}

impl WebhookClaim {
    /// How long it is remembered. Senders try for days; a signature is good for minutes.
    pub const KEPT: SignedDuration = SignedDuration::from_hours(8 * 24);

    /// A webhook of `source` with this id that came in now.
    #[must_use]
    pub fn new(source: &EventSource, id: &str, now: Timestamp) -> Self {
        Self {
            tenant: source.tenant.clone(),
            source: source.name.clone(),
            id_digest: Digest::of(id.as_bytes()),
            received_at: now,
            delivered: false,
            version: 0,
        }
    }
}

impl Record for WebhookClaim {
    const KIND: &'static str = "webhook";

    fn key(&self) -> Key {
        let Self {
            tenant,
            source,
            id_digest,
            ..
        } = self;
        Key::meta(Partition::webhook(tenant, source, id_digest))
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn expires_at(&self) -> Option<Timestamp> {
        self.received_at.checked_add(Self::KEPT).ok()
    }
}
