//! A table in memory with the semantics of the real one: versions, conditions, all or nothing.
//! The contract tests hold it to the same promises as the adapter on DynamoDB.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use groundplane_model::{Change, Index, Key, Partition, Record};
use groundplane_ports::{Page, PortError, ReadTable, Result, WriteTable};
use serde_json::Value;

/// How many changes one commit takes, as on DynamoDB.
const MOST_CHANGES: usize = 100;

/// One stored record.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stored {
    /// Its kind.
    pub(crate) kind: &'static str,
    /// Its version.
    pub(crate) version: u64,
    /// Its fields, the version included.
    pub(crate) content: Value,
    index: Option<Index>,
}

/// A table in memory.
#[derive(Debug, Default)]
pub(crate) struct MemoryTable(Mutex<BTreeMap<Key, Stored>>);

impl MemoryTable {
    /// Everything that is stored.
    #[must_use]
    pub(crate) fn dump(&self) -> BTreeMap<Key, Stored> {
        self.lock().clone()
    }

    /// How many records of that kind are stored.
    #[must_use]
    pub(crate) fn count(&self, kind: &str) -> usize {
        self.lock()
            .values()
            .filter(|stored| stored.kind == kind)
            .count()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Key, Stored>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read<R: Record>(stored: &Stored) -> Result<R> {
    serde_json::from_value(stored.content.clone()).map_err(|error| {
        PortError::Internal(format!("a stored {} is unreadable: {error}", R::KIND))
    })
}

impl ReadTable for MemoryTable {
    async fn get<R: Record>(&self, key: &Key) -> Result<Option<R>> {
        self.lock().get(key).map(read).transpose()
    }

    async fn query<R: Record>(&self, partition: &Partition, prefix: &str) -> Result<Vec<R>> {
        self.lock()
            .iter()
            .filter(|(key, _)| key.partition == *partition && key.sort.starts_with(prefix))
            .map(|(_, stored)| read(stored))
            .collect()
    }

    async fn list<R: Record>(
        &self,
        index: &Index,
        limit: u16,
        cursor: Option<&str>,
    ) -> Result<Page<R>> {
        let table = self.lock();
        let mut listed: Vec<(&str, &Stored)> = table
            .values()
            .filter_map(|stored| Some((stored.index.as_ref()?, stored)))
            .filter(|(at, _)| at.partition == index.partition && at.sort.starts_with(&index.sort))
            .map(|(at, stored)| (at.sort.as_str(), stored))
            .filter(|(sort, _)| cursor.is_none_or(|cursor| *sort > cursor))
            .collect();
        listed.sort_by_key(|(sort, _)| *sort);
        let limit = usize::from(limit);
        let next = match listed.get(limit.saturating_sub(1)) {
            Some((sort, _)) if listed.len() > limit => Some((*sort).to_owned()),
            _ => None,
        };
        let records = listed
            .into_iter()
            .take(limit)
            .map(|(_, stored)| read(stored));
        Ok(Page {
            records: records.collect::<Result<_>>()?,
            next,
        })
    }
}

impl WriteTable for MemoryTable {
    async fn commit(&self, changes: Vec<Change>) -> Result<()> {
        if changes.len() > MOST_CHANGES {
            return Err(PortError::Internal(
                "too many changes for one commit".to_owned(),
            ));
        }
        let mut table = self.lock();
        for change in &changes {
            let key = change.key();
            if !holds(table.get(key), change) {
                let name = format!("`{} {}`", key.partition.as_str(), key.sort);
                return Err(PortError::Conflict(name));
            }
        }
        for change in changes {
            apply(&mut table, change);
        }
        Ok(())
    }
}

/// Whether the condition of a change holds.
fn holds(stored: Option<&Stored>, change: &Change) -> bool {
    match change {
        Change::Save { expected, .. }
        | Change::Remove { expected, .. }
        | Change::Check { expected, .. } => stored.map_or(0, |stored| stored.version) == *expected,
        Change::Count { by, at_most, .. } => {
            at_most.is_none_or(|most| i128::from(used(stored) + by) <= i128::from(most))
        }
    }
}

/// What a counter has come to.
fn used(stored: Option<&Stored>) -> i64 {
    let used = stored.and_then(|stored| stored.content.get("used")?.as_i64());
    used.unwrap_or_default()
}

fn apply(table: &mut BTreeMap<Key, Stored>, change: Change) {
    match change {
        Change::Save {
            key,
            kind,
            version,
            mut content,
            index,
            ..
        } => {
            if let Value::Object(fields) = &mut content {
                fields.insert("version".to_owned(), Value::from(version));
            }
            let stored = Stored {
                kind,
                version,
                content,
                index,
            };
            table.insert(key, stored);
        }
        Change::Remove { key, .. } => {
            table.remove(&key);
        }
        Change::Check { .. } => {}
        Change::Count {
            key,
            kind,
            mut content,
            by,
            ..
        } => {
            let before = table.get(&key);
            let version = before.map_or(0, |stored| stored.version) + 1;
            if let Value::Object(fields) = &mut content {
                fields.insert("used".to_owned(), Value::from(used(before) + by));
                fields.insert("version".to_owned(), Value::from(version));
            }
            let stored = Stored {
                kind,
                version,
                content,
                index: None,
            };
            table.insert(key, stored);
        }
    }
}
