//! Many patterns, found by the event.
//!
//! Each alternative of a pattern lies on one shelf for every source and detail type that it asks
//! for; within the shelf, under the values of the one field that tells it best from the others.
//! An event opens one shelf (and those of patterns that leave source or detail type open), looks
//! up its own values there, and only what it finds is compared in full. What asks for no value
//! exactly is compared with every event of its shelf.

mod shelf;
mod shelves;

use std::collections::HashSet;
use std::hash::Hash;
use std::sync::Arc;

use serde_json::Value;

use crate::event::taken_apart;
use crate::pattern::Pattern;
use crate::tree::{Leaf, Part, Tree};
use shelf::{List, Shelf, ShelfBuilder};
use shelves::{Labels, Shelves};

/// Its keys come from patterns; what comes from events is only looked up. So it need not withstand
/// keys that are chosen to collide, and may be fast.
type HashMap<K, V> = std::collections::HashMap<K, V, foldhash::fast::RandomState>;

/// Many patterns, found by the event rather than tried one by one.
#[derive(Debug, Clone)]
pub struct PatternIndex<T> {
    items: Vec<T>,
    entries: Vec<Entry>,
    shelves: Shelves<Shelf>,
}

/// What must match beyond what the shelf says, and the items that it belongs to.
#[derive(Debug, Clone)]
struct Entry {
    tree: Tree,
    items: List,
}

impl<T> PatternIndex<T> {
    /// The index over patterns and what belongs to each.
    pub fn new(patterns: impl IntoIterator<Item = (Pattern, T)>) -> Self {
        let mut items = Vec::new();
        let mut same: HashMap<(Labels, Tree), List> = HashMap::default();
        for (pattern, item) in patterns {
            for mut tree in pattern.into_alternatives() {
                let labels = Labels::take(&mut tree);
                same.entry((labels, tree)).or_default().push(items.len());
            }
            items.push(item);
        }
        let mut shared = Shared::default();
        let mut entries: Vec<_> = same.into_iter().collect();
        // What lies on one shelf lies together.
        entries.sort_by(|((one, _), first), ((other, _), second)| {
            one.cmp(other).then_with(|| first.cmp(second))
        });
        let mut shelves = Shelves::<ShelfBuilder<'_>>::default();
        for (entry, ((labels, tree), _)) in entries.iter().enumerate() {
            shelves.put(labels, tree, entry);
        }
        let shelves = shelves.build();
        let entries = entries.into_iter().map(|((_, mut tree), items)| {
            tree.parts(&mut |part| shared.part(part));
            Entry { tree, items }
        });
        Self {
            items,
            entries: entries.collect(),
            shelves,
        }
    }

    /// What belongs to the patterns that match, in the order of insertion.
    pub fn matching(&self, event: &Value) -> Vec<&T> {
        let event = taken_apart(event);
        let mut found = Vec::new();
        self.shelves
            .each(&event, |shelf| shelf.find(&event, &mut found));
        self.of(&event, found)
    }

    /// The items of those entries that match.
    fn of(&self, event: &Value, mut found: Vec<usize>) -> Vec<&T> {
        found.sort_unstable();
        found.dedup();
        let entries = found.iter().filter_map(|entry| self.entries.get(*entry));
        let object = Some(event).filter(|event| event.is_object());
        let matching = entries.filter(|entry| entry.tree.matches(object));
        let mut items: Vec<usize> = matching.flat_map(|entry| &entry.items).copied().collect();
        items.sort_unstable();
        items.dedup();
        items
            .into_iter()
            .filter_map(|item| self.items.get(item))
            .collect()
    }
}

/// Keys and leaves that patterns have in common. Kept once, more of what is compared with each event
/// stays near the processor.
#[derive(Debug, Default)]
struct Shared {
    keys: HashSet<Arc<str>>,
    leaves: HashSet<Arc<Leaf>>,
}

impl Shared {
    fn part(&mut self, part: Part<'_>) {
        match part {
            Part::Key(key) => share(&mut self.keys, key),
            Part::Leaf(leaf) => share(&mut self.leaves, leaf),
        }
    }
}

fn share<T: ?Sized + Eq + Hash>(known: &mut HashSet<Arc<T>>, part: &mut Arc<T>) {
    if let Some(same) = known.get(part) {
        *part = Arc::clone(same);
    } else {
        known.insert(Arc::clone(part));
    }
}
