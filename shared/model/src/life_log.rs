//! What is kept of the life of an instance: passages (states over time) and entries (what each
//! event did).

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Digest, Index, InstanceId, Key, OperationName, Partition, Record, RunId, SignalName, StateName,
    TenantId,
};

/// How a passage went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PassageOutcome {
    /// The state was entered.
    Entered,
    /// A run began.
    Started,
    /// A run succeeded.
    Succeeded,
    /// A run failed.
    Failed,
    /// A run took too long.
    TimedOut,
    /// The instance was moved to another version of its lifecycle.
    Adopted,
    /// The instance was destroyed.
    Ended,
}

/// One step in the history of an instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passage {
    /// The tenant.
    pub tenant: TenantId,
    /// The instance.
    pub instance: InstanceId,
    /// Which life of the instance's name.
    pub incarnation: String,
    /// Counted from 1 over all lives of the name.
    pub number: u64,
    /// The state before; none at the beginning.
    pub from: Option<StateName>,
    /// The state after; of a run that began, the one that it aims at.
    pub to: StateName,
    /// The signal that led to it.
    pub signal: Option<SignalName>,
    /// The operation that led to it.
    pub operation: Option<OperationName>,
    /// The id of the event or request that led to it.
    pub event: Option<String>,
    /// The run that it is about.
    pub run: Option<RunId>,
    /// How it went.
    pub outcome: PassageOutcome,
    /// Why, in one sentence, where that is not plain.
    pub cause: Option<String>,
    /// When.
    pub at: Timestamp,
    /// The version of this record.
    #[serde(default)]
    pub version: u64,
}

impl Passage {
    /// The start of the sort key of every passage of an instance.
    pub const PREFIX: &'static str = "HISTORY#";

    /// Where the passage lies.
    #[must_use]
    pub fn key_of(tenant: &TenantId, instance: &InstanceId, number: u64) -> Key {
        Key::new(
            Partition::instance(tenant, instance),
            format!("{}{number:08}", Self::PREFIX),
        )
    }
}

impl Record for Passage {
    const KIND: &'static str = "passage";

    fn key(&self) -> Key {
        Self::key_of(&self.tenant, &self.instance, self.number)
    }

    fn version(&self) -> u64 {
        self.version
    }
}

/// What was decided about an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It changes nothing.
    Ignored,
    /// It could not be dealt with.
    Rejected,
    /// It waits for a run to end.
    Waiting,
    /// A transition fired.
    Transition,
    /// An operation began.
    Operation,
}

/// What one event did to an instance. Its detail is not kept, since it may hold anything: only
/// how large it was and the digest by which it can be found again where it came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventEntry {
    /// The tenant.
    pub tenant: TenantId,
    /// The instance.
    pub instance: InstanceId,
    /// Which life of the instance's name.
    pub incarnation: String,
    /// The id of the event, request or deadline, as whoever made it calls it.
    pub event: String,
    /// What tells it from every other; at most one entry decides it. See
    /// [`EventEntry::identity_of`] and [`EventEntry::own_identity`].
    pub identity: Digest,
    /// Whether it is decided again after it has waited.
    pub again: bool,
    /// Who says it.
    pub source: String,
    /// What kind of event it is.
    pub detail_type: String,
    /// When it happened, as it says itself.
    pub occurred_at: Timestamp,
    /// When it was decided.
    pub received_at: Timestamp,
    /// The digest of its detail, or of an operation's input, if it has one.
    pub detail_digest: Option<Digest>,
    /// How many bytes of JSON that has.
    pub detail_bytes: u64,
    /// The route that it matched, counted from 0.
    pub route: Option<u64>,
    /// The signal that it became.
    pub signal: Option<SignalName>,
    /// The operation that it asks for.
    pub operation: Option<OperationName>,
    /// Who sent it, where it was a person.
    pub by: Option<String>,
    /// What was decided.
    pub verdict: Verdict,
    /// Why, in one sentence, where that is not plain.
    pub why: Option<String>,
    /// The state before.
    pub from: StateName,
    /// The state after, or the one that the run aims at.
    pub to: Option<StateName>,
    /// The run that it started.
    pub run: Option<RunId>,
    /// The version of this record.
    #[serde(default)]
    pub version: u64,
}

impl EventEntry {
    /// The start of the sort key of every entry of an instance.
    pub const PREFIX: &'static str = "EVENT#";
    /// How long entries are kept, and with them the memory of which events were decided.
    pub const KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);

    /// What tells an event that comes in from every other: each source numbers its own events, and
    /// two may give the same number.
    #[must_use]
    pub fn identity_of(source: &str, id: &str) -> Digest {
        // With its length, so that no two pairs read alike.
        Digest::of(format!("event:{}:{source}:{id}", source.len()).as_bytes())
    }

    /// What tells something of the platform's own, such as a request or a deadline, from every
    /// other. No event from outside has such an identity, whatever it says.
    #[must_use]
    pub fn own_identity(id: &str) -> Digest {
        Digest::of(format!("own:{id}").as_bytes())
    }

    /// Where the entry lies that decides for the first time what has that identity, or `again`.
    #[must_use]
    pub fn key_of(tenant: &TenantId, instance: &InstanceId, identity: &Digest, again: bool) -> Key {
        let suffix = if again { "#AGAIN" } else { "" };
        Key::new(
            Partition::instance(tenant, instance),
            format!("{}{identity}{suffix}", Self::PREFIX),
        )
    }
}

impl Record for EventEntry {
    const KIND: &'static str = "event";

    fn key(&self) -> Key {
        Self::key_of(&self.tenant, &self.instance, &self.identity, self.again)
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn index(&self) -> Option<Index> {
        let again = u8::from(self.again);
        let identity = self.identity.short(16);
        let entry = format!("{:.6}#{identity}#{again}", self.received_at);
        Some(Index::events(&self.tenant, &self.instance, &entry))
    }

    fn expires_at(&self) -> Option<Timestamp> {
        self.received_at.checked_add(Self::KEPT).ok()
    }
}
