//! A table with the conditions of the real one.

use std::collections::{BTreeMap, BTreeSet};

use groundplane_model::{Change, Key, Partition, Record};
use serde_json::Value;

/// How many changes the real table takes at once.
const MOST_CHANGES: usize = 100;

/// A record as it lies in the table.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Item {
    pub(crate) kind: &'static str,
    version: u64,
    content: Value,
    is_listed: bool,
}

impl Item {
    pub(crate) fn read<R: Record>(&self) -> R {
        assert_eq!(self.kind, R::KIND);
        let mut content = self.content.clone();
        content["version"] = self.version.into();
        serde_json::from_value(content).unwrap()
    }

    /// Whether an index lists it.
    pub(crate) const fn is_listed(&self) -> bool {
        self.is_listed
    }
}

/// The table.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Table(BTreeMap<Key, Item>);

impl Table {
    pub(crate) fn get<R: Record>(&self, key: &Key) -> Option<R> {
        self.0.get(key).map(Item::read)
    }

    pub(crate) fn item(&self, key: &Key) -> Option<&Item> {
        self.0.get(key)
    }

    pub(crate) fn items(&self) -> impl Iterator<Item = (&Key, &Item)> {
        self.0.iter()
    }

    /// Every record of a kind.
    pub(crate) fn all<R: Record>(&self) -> Vec<R> {
        let items = self.0.values().filter(|item| item.kind == R::KIND);
        items.map(Item::read).collect()
    }

    /// Every record of a kind in a partition, in the order of the sort keys.
    pub(crate) fn query<R: Record>(&self, partition: &Partition) -> Vec<R> {
        let items = self.0.iter().filter(|(key, _)| key.partition == *partition);
        items
            .filter(|(_, item)| item.kind == R::KIND)
            .map(|(_, item)| item.read())
            .collect()
    }

    /// Commits all changes or none, and says which.
    pub(crate) fn commit(&mut self, changes: &[Change]) -> bool {
        assert!(changes.len() <= MOST_CHANGES, "{} changes", changes.len());
        let keys: BTreeSet<&Key> = changes.iter().map(Change::key).collect();
        assert_eq!(keys.len(), changes.len(), "two changes of one record");
        if !changes.iter().all(|change| self.is_as_expected(change)) {
            return false;
        }
        for change in changes {
            self.apply(change.clone());
        }
        true
    }

    fn is_as_expected(&self, change: &Change) -> bool {
        let (Change::Save { expected, .. }
        | Change::Remove { expected, .. }
        | Change::Check { expected, .. }) = change
        else {
            // A counter without a bound takes whatever comes.
            return true;
        };
        let stored = self.0.get(change.key()).map_or(0, |item| item.version);
        stored == *expected
    }

    fn apply(&mut self, change: Change) {
        match change {
            Change::Save {
                key,
                kind,
                version,
                content,
                index,
                ..
            } => {
                let item = Item {
                    kind,
                    version,
                    content,
                    is_listed: index.is_some(),
                };
                self.0.insert(key, item);
            }
            Change::Remove { key, .. } => {
                self.0.remove(&key);
            }
            Change::Check { .. } | Change::Count { .. } => {}
        }
    }
}
