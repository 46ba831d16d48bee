//! Many patterns, found by the event.
//!
//! Each alternative of a pattern lies on one shelf for every source and detail type that it asks
//! for; within the shelf, under the values (or beside the range) of the one field that tells it best
//! from the others. An event opens one shelf (and those of patterns that leave source or detail type
//! open) and looks up its own values there. Of what it finds, only the other fields are left to
//! compare; what is left is often the same for many patterns, and then kept once. What asks for
//! nothing that can be looked up is compared with every event of its shelf.

mod filing;
mod shape;
mod shelf;
mod shelves;

use serde_json::Value;

use crate::event::taken_apart;
use crate::pattern::Pattern;
use crate::tree::Tree;
use filing::{Parts, ShelfBuilder};
use shelf::{Candidate, Shelf};
use shelves::{Labels, Shelves};

/// Its keys come from patterns; what comes from events is only looked up. So it need not withstand
/// keys that are chosen to collide, and may be fast.
type HashMap<K, V> = std::collections::HashMap<K, V, foldhash::fast::RandomState>;

/// Many patterns, found by the event rather than tried one by one.
#[derive(Debug, Clone)]
pub struct PatternIndex<T> {
    items: Vec<T>,
    entries: Vec<Entry>,
    /// What is compared, by its number.
    trees: Vec<Tree>,
    shelves: Shelves<Shelf>,
}

/// What must match beyond what the shelf says, and the items that it belongs to.
#[derive(Debug, Clone)]
struct Entry {
    tree: u32,
    first: u32,
    others: Box<[u32]>,
}

impl<T> PatternIndex<T> {
    /// The index over patterns and what belongs to each.
    pub fn new(patterns: impl IntoIterator<Item = (Pattern, T)>) -> Self {
        let mut items = Vec::new();
        let mut same: HashMap<(Labels, Tree), Vec<u32>> = HashMap::default();
        for (pattern, item) in patterns {
            for mut tree in pattern.into_alternatives() {
                let labels = Labels::take(&mut tree);
                same.entry((labels, tree))
                    .or_default()
                    .push(items.len() as u32);
            }
            items.push(item);
        }
        let mut sorted: Vec<_> = same.into_iter().collect();
        // What lies on one shelf lies together.
        sorted.sort_by(|((one, _), first), ((other, _), second)| {
            one.cmp(other).then_with(|| first.cmp(second))
        });
        let mut shelves = Shelves::<ShelfBuilder<'_>>::default();
        for (entry, ((labels, tree), _)) in sorted.iter().enumerate() {
            shelves.put(labels, tree, entry as u32);
        }
        let mut parts = Parts::default();
        let shelves = shelves.build(&mut parts);
        let entries = sorted.into_iter().filter_map(|((_, tree), items)| {
            let (first, others) = items.split_first()?;
            Some(Entry {
                tree: parts.tree(tree),
                first: *first,
                others: others.into(),
            })
        });
        Self {
            items,
            entries: entries.collect(),
            trees: parts.into_trees(),
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

    /// The items of those candidates that match.
    fn of(&self, event: &Value, mut found: Vec<Candidate>) -> Vec<&T> {
        found.sort_unstable();
        found.dedup();
        let object = Some(event).filter(|event| event.is_object());
        let mut items: Vec<u32> = Vec::new();
        for candidate in found {
            let Some(entry) = self.entries.get(candidate.entry as usize) else {
                continue;
            };
            let tree = candidate.left.unwrap_or(entry.tree);
            let tree = self.trees.get(tree as usize);
            if tree.is_some_and(|tree| tree.matches(object)) {
                items.push(entry.first);
                items.extend(&entry.others);
            }
        }
        items.sort_unstable();
        items.dedup();
        let items = items.into_iter();
        items
            .filter_map(|item| self.items.get(item as usize))
            .collect()
    }
}
