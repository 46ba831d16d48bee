//! All shelves, by the source and the detail type of the events that they are for.

use std::collections::BTreeSet;

use serde_json::Value;

use super::HashMap;
use super::filing::{Parts, ShelfBuilder};
use super::shelf::Shelf;
use crate::matcher::Scalar;
use crate::tree::{DEPTH, Leaf, Path, Tree, any_scalar};

const SOURCE: &str = "source";
const DETAIL_TYPE: &str = "detail-type";
/// An alternative with more sources (or detail types) than this is not sorted by them, since it
/// would lie on too many shelves.
const MOST_KEYS: usize = 32;

/// Shelves by the source, and those of what is open to every source.
#[derive(Debug, Clone)]
pub(super) struct Shelves<S> {
    by_source: HashMap<Box<str>, OfSource<S>>,
    open: OfSource<S>,
}

/// Shelves by the detail type, and the one of what is open to every type.
#[derive(Debug, Clone)]
struct OfSource<S> {
    by_type: HashMap<Box<str>, S>,
    open: S,
}

impl Shelves<Shelf> {
    /// Every shelf that may hold what matches the event.
    pub(super) fn each(&self, event: &Value, mut found: impl FnMut(&Shelf)) {
        self.open.each(event, &mut found);
        each_text(event, SOURCE, |source| {
            if let Some(of_source) = self.by_source.get(source) {
                of_source.each(event, &mut found);
            }
        });
    }
}

impl OfSource<Shelf> {
    fn each(&self, event: &Value, found: &mut impl FnMut(&Shelf)) {
        found(&self.open);
        if self.by_type.is_empty() {
            return;
        }
        each_text(event, DETAIL_TYPE, |detail_type| {
            self.by_type
                .get(detail_type)
                .into_iter()
                .for_each(&mut *found);
        });
    }
}

/// Every text of a field, once.
fn each_text<'v>(event: &'v Value, key: &str, mut found: impl FnMut(&'v str)) {
    match event.get(key) {
        Some(Value::String(text)) => found(text),
        Some(other) => {
            let mut texts = BTreeSet::new();
            any_scalar(other, DEPTH, &mut |value| {
                texts.extend(value.as_str());
                false
            });
            texts.into_iter().for_each(found);
        }
        None => {}
    }
}

impl<S: Default> Default for Shelves<S> {
    fn default() -> Self {
        let (by_source, open) = Default::default();
        Self { by_source, open }
    }
}

impl<S: Default> Default for OfSource<S> {
    fn default() -> Self {
        let (by_type, open) = Default::default();
        Self { by_type, open }
    }
}

impl<'a> Shelves<ShelfBuilder<'a>> {
    /// Puts an entry onto every shelf where it belongs.
    pub(super) fn put(&mut self, labels: &Labels, tree: &'a Tree, entry: u32) {
        let Some(sources) = &labels.sources else {
            return self.open.put(labels, tree, entry);
        };
        for source in sources {
            let of_source = self.by_source.entry(source.clone()).or_default();
            of_source.put(labels, tree, entry);
        }
    }

    /// The shelves, filled.
    pub(super) fn build(self, parts: &mut Parts) -> Shelves<Shelf> {
        let by_source = self.by_source.into_iter();
        Shelves {
            by_source: by_source.map(|(key, of)| (key, of.build(parts))).collect(),
            open: self.open.build(parts),
        }
    }
}

impl<'a> OfSource<ShelfBuilder<'a>> {
    fn put(&mut self, labels: &Labels, tree: &'a Tree, entry: u32) {
        let Some(types) = &labels.types else {
            return self.open.put(tree, entry);
        };
        for detail_type in types {
            let shelf = self.by_type.entry(detail_type.clone()).or_default();
            shelf.put(tree, entry);
        }
    }

    fn build(self, parts: &mut Parts) -> OfSource<Shelf> {
        let by_type = self.by_type.into_iter();
        OfSource {
            by_type: by_type
                .map(|(key, shelf)| (key, shelf.build(parts)))
                .collect(),
            open: self.open.build(parts),
        }
    }
}

/// The sources and detail types of which an event must have one; none, if it is not said so.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Labels {
    sources: Option<Vec<Box<str>>>,
    types: Option<Vec<Box<str>>>,
}

impl Labels {
    /// Takes them out of the tree: an event that opens the shelf has them.
    pub(super) fn take(tree: &mut Tree) -> Self {
        let mut take = |key| {
            let texts = texts(&tree.leaves(), key)?;
            tree.forget(&[key]);
            Some(texts)
        };
        Self {
            sources: take(SOURCE),
            types: take(DETAIL_TYPE),
        }
    }
}

fn texts(leaves: &[(Path<'_>, &Leaf)], key: &str) -> Option<Vec<Box<str>>> {
    let (_, leaf) = leaves.iter().find(|(path, _)| *path == [key])?;
    let exact = leaf.exact().filter(|exact| exact.len() <= MOST_KEYS)?;
    let text = |scalar: &Scalar| match scalar {
        Scalar::Text(text) => Some(text.clone()),
        Scalar::Null | Scalar::Bool(_) | Scalar::Number(_) => None,
    };
    exact.into_iter().map(text).collect()
}
