//! One shelf: alternatives under the values of a field, and those without such a field.

use std::collections::BTreeSet;
use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use serde_json::Value;

use super::HashMap;
use crate::matcher::{Matcher, Scalar};
use crate::tree::{DEPTH, Leaf, Path, Tree, any_object, any_scalar};

/// Numbers of what is kept in a list elsewhere.
pub(super) type List = Vec<usize>;

/// Entries, found by values of an event.
#[derive(Debug, Clone, Default)]
pub(super) struct Shelf {
    fields: Field,
    lists: Vec<List>,
    /// Those that ask for nothing that can be looked up.
    rest: List,
}

/// The entries that ask for a value of one field, and the fields below it.
#[derive(Debug, Clone, Default)]
struct Field {
    below: Vec<(Box<str>, Field)>,
    /// Numbers of lists by the hash of a key. Two keys with one hash share a list: what is found is
    /// compared in full anyway.
    lists: HashMap<u64, usize>,
    /// How long prefixes are, in bytes.
    prefixes: BTreeSet<usize>,
    suffixes: BTreeSet<usize>,
}

/// What a value can be looked up by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Key<'a> {
    Text(&'a str),
    Other(&'a Scalar),
    Prefix(&'a str),
    Suffix(&'a str),
}

impl Key<'_> {
    fn hash(self) -> u64 {
        FixedState::default().hash_one(self)
    }
}

impl Shelf {
    /// Adds every entry that may match.
    pub(super) fn find(&self, event: &Value, found: &mut Vec<usize>) {
        let mut lists: Vec<usize> = Vec::new();
        self.fields.look_up_all(event, &mut lists);
        // A value that an event repeats a thousand times is looked at once.
        lists.sort_unstable();
        lists.dedup();
        for list in lists.into_iter().filter_map(|list| self.lists.get(list)) {
            found.extend(list);
        }
        found.extend(&self.rest);
    }

    fn put(&mut self, (path, keys): &Choice<'_>, entry: usize) {
        let Self { fields, lists, .. } = self;
        let put = |field: &mut Field, key: &Key<'_>| {
            let next = lists.len();
            let list = field.list(*key, next);
            if list == next {
                lists.push(List::new());
            }
            lists
                .get_mut(list)
                .into_iter()
                .for_each(|list| list.push(entry));
        };
        fields.at(path, |field| {
            let mut put = put;
            keys.iter().for_each(|key| put(field, key));
        });
    }
}

impl Field {
    /// Does something to the field at `path`.
    fn at(&mut self, path: &[&str], change: impl FnOnce(&mut Self)) {
        let Some((key, path)) = path.split_first() else {
            return change(self);
        };
        let known = self.below.iter().position(|(known, _)| **known == **key);
        let at = known.unwrap_or_else(|| {
            self.below.push(((*key).into(), Self::default()));
            self.below.len() - 1
        });
        if let Some((_, field)) = self.below.get_mut(at) {
            field.at(path, change);
        }
    }

    /// The list for what has `key`; it is the `next` one if there was none.
    fn list(&mut self, key: Key<'_>, next: usize) -> usize {
        match key {
            Key::Text(_) | Key::Other(_) => {}
            Key::Prefix(prefix) => drop(self.prefixes.insert(prefix.len())),
            Key::Suffix(suffix) => drop(self.suffixes.insert(suffix.len())),
        }
        *self.lists.entry(key.hash()).or_insert(next)
    }

    /// Finds the lists for what the event holds here and below, whatever lists of its own that
    /// lies in.
    fn look_up_all(&self, value: &Value, lists: &mut Vec<usize>) {
        if !self.lists.is_empty() {
            any_scalar(value, DEPTH, &mut |scalar| {
                self.look_up(scalar, lists);
                false
            });
        }
        if self.below.is_empty() {
            return;
        }
        any_object(value, DEPTH, &mut |object| {
            for (key, field) in &self.below {
                let value = object.get(&**key).into_iter();
                value.for_each(|value| field.look_up_all(value, lists));
            }
            false
        });
    }

    fn look_up(&self, value: &Value, lists: &mut Vec<usize>) {
        let mut look_up = |key: Key<'_>| lists.extend(self.lists.get(&key.hash()));
        let Some(text) = value.as_str() else {
            return Scalar::of(value).iter().map(Key::Other).for_each(look_up);
        };
        look_up(Key::Text(text));
        let lengths = self.prefixes.range(..=text.len());
        let prefixes = lengths.filter_map(|length| text.get(..*length));
        prefixes.map(Key::Prefix).for_each(&mut look_up);
        let lengths = self.suffixes.range(..=text.len());
        let suffixes = lengths.filter_map(|length| text.get(text.len() - length..));
        suffixes.map(Key::Suffix).for_each(&mut look_up);
    }
}

/// A field, and the keys of which its value must have one.
type Choice<'a> = (Path<'a>, Vec<Key<'a>>);

/// What goes onto a shelf, before it is known which field tells it apart best.
#[derive(Debug, Default)]
pub(super) struct ShelfBuilder<'a> {
    entries: Vec<(usize, Vec<Choice<'a>>)>,
}

impl<'a> ShelfBuilder<'a> {
    pub(super) fn put(&mut self, tree: &'a Tree, entry: usize) {
        let leaves = tree.leaves().into_iter();
        let choices = leaves.filter_map(|(path, leaf)| Some((path, keys(leaf)?)));
        self.entries.push((entry, choices.collect()));
    }

    pub(super) fn build(self) -> Shelf {
        let mut wanted: HashMap<(&Path<'a>, Key<'a>), usize> = HashMap::default();
        for (path, keys) in self.entries.iter().flat_map(|(_, choices)| choices) {
            for key in keys {
                *wanted.entry((path, *key)).or_default() += 1;
            }
        }
        // The field whose values the fewest others ask for.
        let crowd = |(path, keys): &&Choice<'a>| {
            let others = keys.iter().filter_map(|key| wanted.get(&(path, *key)));
            let is_part = |key| matches!(key, &Key::Prefix(_) | &Key::Suffix(_));
            (others.max().copied(), keys.iter().any(is_part), keys.len())
        };
        let mut shelf = Shelf::default();
        for (entry, choices) in &self.entries {
            match choices.iter().min_by_key(crowd) {
                Some(choice) => shelf.put(choice, *entry),
                None => shelf.rest.push(*entry),
            }
        }
        shelf
    }
}

/// What a value that the field accepts can be looked up by, whichever it is.
fn keys(leaf: &Leaf) -> Option<Vec<Key<'_>>> {
    let key = |matcher| match Matcher::exact(matcher) {
        Some(Scalar::Text(text)) => Some(Key::Text(text)),
        Some(other) => Some(Key::Other(other)),
        None => matcher
            .prefix()
            .map(Key::Prefix)
            .or_else(|| matcher.suffix().map(Key::Suffix)),
    };
    leaf.matchers.iter().map(key).collect()
}
