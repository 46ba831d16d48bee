//! The life of an instance in its state machine: where it is, what is running, what waits.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::{
    Digest, Index, InstanceId, Key, LifecycleRef, OperationName, Partition, Record, RunId,
    SignalName, StateName, TenantId, WorkflowName,
};

/// Where an instance is in its state machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Life {
    /// The tenant.
    pub tenant: TenantId,
    /// The instance.
    pub instance: InstanceId,
    /// Which life of the instance's name.
    pub incarnation: String,
    /// The lifecycle that it follows, pinned to a version.
    pub lifecycle: LifecycleRef,
    /// The labels of its spec, for guards and filters.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// The values of its spec that guards and filters may read.
    #[serde(with = "crate::json_text")]
    pub parameters: Value,
    /// The state that it is in; while a transition's run is in progress, the one it comes from.
    pub state: StateName,
    /// When it entered the state.
    pub entered_at: Timestamp,
    /// Counts the stays: one more each time that a state is entered or a deadline is set anew.
    pub stay: u64,
    /// When this stay becomes too long, and what happens then; none while that waits for a run to
    /// end.
    pub deadline: Option<Deadline>,
    /// What is running.
    pub run: Option<Run>,
    /// The signals that wait for the run to end, in the order in which they are decided.
    #[serde(default)]
    pub waiting: Vec<Waiting>,
    /// The newest event of each subject, by [`Life::subject`].
    #[serde(default)]
    pub seen: BTreeMap<String, Timestamp>,
    /// How many runs there were.
    pub runs: u64,
    /// How many passages there were.
    pub passages: u64,
    /// Whether the instance is destroyed.
    #[serde(default)]
    pub ended: bool,
    /// The version of this record.
    #[serde(default)]
    pub version: u64,
}

/// The end of a stay in a state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Deadline {
    /// When.
    pub at: Timestamp,
    /// The signal that the instance gets then.
    pub signal: SignalName,
}

/// A workflow that runs for an instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// Which run; also the name of the execution.
    pub id: RunId,
    /// Counted from 1 over all lives of the name.
    pub number: u64,
    /// What runs.
    pub workflow: WorkflowName,
    /// What it is told.
    #[serde(with = "crate::json_text")]
    pub input: Map<String, Value>,
    /// Why it runs.
    pub cause: RunCause,
    /// The state that it began in.
    pub from: StateName,
    /// The state that it ends in if it succeeds; none for an operation.
    pub to: Option<StateName>,
    /// The state that it ends in if it fails, if that is not the one that it began in.
    pub on_failure: Option<StateName>,
    /// The signal that the instance gets if it succeeds.
    pub signal_on_success: Option<SignalName>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it has taken too long.
    pub deadline: Timestamp,
    /// When it is looked whether its execution is still there, since the word that starts one can
    /// be lost, and an execution can be stopped by hand.
    pub watch_at: Timestamp,
}

impl Run {
    /// How long nobody looks after its execution, at the least.
    const WATCHED_EVERY: SignedDuration = SignedDuration::from_mins(5);

    /// When to look again: after a twentieth of the time that the run has taken, so that a run of
    /// a year is looked at some hundred times.
    #[must_use]
    pub fn watch_after(started_at: Timestamp, now: Timestamp) -> Timestamp {
        let pause = now.duration_since(started_at) / 20;
        let pause = pause.max(Self::WATCHED_EVERY);
        now.saturating_add(pause).unwrap_or(now)
    }
}

/// Why something runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunCause {
    /// The id of the event or request.
    pub event: String,
    /// The signal that it became.
    pub signal: Option<SignalName>,
    /// The operation that was asked for.
    pub operation: Option<OperationName>,
    /// Who asked for it, or gave the signal; none where nobody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

/// A signal that waits for a run to end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// The id of the event that it comes from.
    pub event: String,
    /// What tells that event from every other.
    pub identity: Digest,
    /// The signal.
    pub signal: SignalName,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// When it came in.
    pub received_at: Timestamp,
    /// The stay that it ends, if it is the end of one.
    pub stay: Option<u64>,
    /// Who gave it; none where nobody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

impl Life {
    /// The most signals that wait. They are decided in one transaction when the run ends, and a
    /// transaction of `DynamoDB` has at most 100 items, so this is what keeps every run possible to
    /// end:
    ///
    /// - the life, 1;
    /// - the state that the run leads to, at most 5: the passage, stopping the run, the timer of the
    ///   new stay, and two events on the bus (the run ended, the state changed);
    /// - the signal of an operation that succeeded, at most 4: its entry in the log, and either a
    ///   passage, a timer and an event on the bus, or a passage, a timer and the start of a run;
    /// - each signal that waited, at most 4 for the same reason.
    ///
    /// That is 10 + 4 × 20 = 90 at the most.
    pub const MOST_WAITING: usize = 20;
    /// The most subjects whose newest event is remembered.
    pub const MOST_SEEN: usize = 64;

    /// Where the life of an instance lies.
    #[must_use]
    pub fn key_of(tenant: &TenantId, instance: &InstanceId) -> Key {
        Key::new(Partition::instance(tenant, instance), "LIFE")
    }

    /// What events of one source about one resource have in common; a digest, so that its length
    /// is bounded.
    #[must_use]
    pub fn subject(source: &str, resource: &str) -> String {
        let digest = Digest::of(format!("{source}\n{resource}").as_bytes());
        digest.short(24).to_owned()
    }

    /// When something is due: the end of the stay, the end of the run or a look after it,
    /// whichever is first.
    #[must_use]
    pub fn due(&self) -> Option<Timestamp> {
        let run = self.run.as_ref().map(|run| run.deadline.min(run.watch_at));
        let stay = self.deadline.as_ref().map(|deadline| deadline.at);
        run.into_iter().chain(stay).min()
    }

    fn shard(&self) -> u8 {
        let bytes = self
            .tenant
            .as_str()
            .bytes()
            .chain(self.instance.as_str().bytes());
        bytes.fold(0_u8, u8::wrapping_add) % Index::ACTIVE_SHARDS
    }
}

impl Record for Life {
    const KIND: &'static str = "life";

    fn key(&self) -> Key {
        Self::key_of(&self.tenant, &self.instance)
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn index(&self) -> Option<Index> {
        let Self {
            tenant, instance, ..
        } = self;
        let due = self.due()?;
        Some(Index::due_lives(
            self.shard(),
            &format!("{due:.3}#{tenant}#{instance}"),
        ))
    }
}
