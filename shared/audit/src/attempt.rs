//! One attempt to do something, and the entries that it leaves.

use std::collections::HashMap;
use std::future::Future;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use groundplane_model::{
    AuditActor, AuditChange, AuditEntry, AuditOutcome, Change, Digest, Idempotency, Key, Outbox,
    Record,
};
use groundplane_ports::WriteTable;
use jiff::Timestamp;
use serde_json::Value;

tokio::task_local! {
    static CURRENT: Arc<Attempt>;
}

/// What partitions of instances have before the instance's id.
const INSTANCE: &str = "#INSTANCE#";

/// What someone is about to do.
#[derive(Debug)]
pub struct Attempt {
    template: AuditEntry,
    parts: AtomicU16,
    /// The digests of what was read, by place: what a change is made over.
    seen: Mutex<HashMap<Key, Digest>>,
}

impl Attempt {
    /// An attempt; `entry` is what it leaves if it changes nothing.
    #[must_use]
    pub fn new(entry: AuditEntry) -> Self {
        Self {
            template: entry,
            parts: AtomicU16::new(0),
            seen: Mutex::default(),
        }
    }

    /// The entry of an attempt that has not changed anything yet.
    #[must_use]
    pub fn entry(
        (at, kept_until): (Timestamp, Timestamp),
        correlation: String,
        actor: AuditActor,
        object: String,
    ) -> AuditEntry {
        AuditEntry {
            at,
            correlation,
            part: 0,
            actor,
            action: None,
            object,
            request: None,
            allowed: false,
            policies: Vec::new(),
            outcome: AuditOutcome::Denied,
            status: None,
            changes: Vec::new(),
            kept_until,
        }
    }

    /// Carries out `work` as this attempt: what it commits leaves entries.
    pub async fn carry_out<F: Future>(self: &Arc<Self>, work: F) -> F::Output {
        CURRENT.scope(Arc::clone(self), work).await
    }

    /// The attempt that is being carried out.
    pub(crate) fn current() -> Option<Arc<Self>> {
        CURRENT.try_with(Arc::clone).ok()
    }

    /// Writes the entry of an attempt that has committed nothing. The answer stands whether or not
    /// that succeeds: an entry that is missing must not make a denial anything else.
    pub async fn conclude(&self, table: &impl WriteTable, outcome: AuditOutcome, status: u16) {
        if self.parts.load(Ordering::Relaxed) > 0 {
            return;
        }
        let entry = AuditEntry {
            outcome,
            status: Some(status),
            ..self.template.clone()
        };
        if let Err(error) = table.commit(vec![Change::save(&entry)]).await {
            let correlation = entry.correlation;
            tracing::error!(%error, correlation, "an entry of the audit log was not written");
        }
    }

    /// Remembers a record that was read.
    pub(crate) fn saw<R: Record>(&self, record: &R) {
        // INVARIANT: records are plain structs with string keys, which always serialise.
        let content = serde_json::to_value(record).unwrap_or_default();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.insert(record.key(), digest_of(content, record.version()));
    }

    /// The entry of a transaction that makes `changes`.
    pub(crate) fn entry_of(&self, changes: &[Change]) -> AuditEntry {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let of_instance = changes.iter().find_map(|change| instance_of(change.key()));
        AuditEntry {
            part: self.parts.load(Ordering::Relaxed),
            outcome: AuditOutcome::Changed,
            object: of_instance.unwrap_or_else(|| self.template.object.clone()),
            changes: changes
                .iter()
                .filter_map(|change| told(change, &seen))
                .collect(),
            ..self.template.clone()
        }
    }

    /// A transaction with an entry was committed.
    pub(crate) fn committed(&self) {
        self.parts.fetch_add(1, Ordering::Relaxed);
    }
}

/// What an entry says of a change; nothing of what only carries other changes on.
pub(crate) fn told(change: &Change, seen: &HashMap<Key, Digest>) -> Option<AuditChange> {
    let (key, record, after, is_new) = match change {
        Change::Save { kind, .. }
            if [Outbox::KIND, Idempotency::KIND, AuditEntry::KIND].contains(kind) =>
        {
            return None;
        }
        Change::Save {
            key,
            kind,
            expected,
            version,
            content,
            ..
        } => {
            let after = digest_of(content.clone(), *version);
            (key, (*kind).to_owned(), Some(after), *expected == 0)
        }
        Change::Remove { key, .. } => (key, "removed".to_owned(), None, false),
        Change::Check { .. } | Change::Count { .. } => return None,
    };
    let before = seen.get(key).filter(|_| !is_new).cloned();
    Some(AuditChange {
        record,
        place: format!("{} {}", key.partition.as_str(), key.sort),
        before,
        after,
    })
}

/// The digest of a record as it is stored: with the version that the table keeps beside it. So the
/// digest after one change is the digest before the next one.
fn digest_of(mut content: Value, version: u64) -> Digest {
    if let Value::Object(fields) = &mut content {
        fields.insert("version".to_owned(), Value::from(version));
    }
    content.sort_all_objects();
    Digest::of(content.to_string().as_bytes())
}

/// The instance in whose partition a record lies.
fn instance_of(key: &Key) -> Option<String> {
    let (_, instance) = key.partition.as_str().split_once(INSTANCE)?;
    let instance = instance.split('#').next()?;
    Some(format!("instances/{instance}"))
}
