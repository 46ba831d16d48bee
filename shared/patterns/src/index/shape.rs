//! What a shelf looks at in an event: fields along their paths, and how their values are looked up.
//!
//! Shelves with the same shape share one, so that it stays near the processor.

use serde_json::Value;

use super::filing::{Key, Kind};
use crate::tree::{DEPTH, any_object, any_scalar};

/// A field of an event, and the fields below it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Field {
    /// Which field of the shape it is.
    pub(super) number: u32,
    /// Whether whole values are looked up.
    pub(super) whole: bool,
    /// Whether numbers are compared with ranges.
    pub(super) ranges: bool,
    /// How long prefixes are, in bytes; each length once, the shortest first.
    pub(super) prefixes: Vec<usize>,
    pub(super) suffixes: Vec<usize>,
    /// By key, in order.
    below: Vec<(Box<str>, Field)>,
}

impl Field {
    /// The field at `path`, which is put there if there is none.
    pub(super) fn at(&mut self, path: &[&str]) -> &mut Self {
        let Some((key, path)) = path.split_first() else {
            return self;
        };
        let known = self.below.binary_search_by(|(known, _)| (**known).cmp(key));
        let at = known.unwrap_or_else(|at| {
            self.below.insert(at, ((*key).into(), Self::default()));
            at
        });
        #[expect(clippy::indexing_slicing, reason = "it was found or put there")]
        self.below[at].1.at(path)
    }

    /// Has `key` looked up.
    pub(super) fn look_up(&mut self, key: Key<'_>) {
        match key {
            Key::Text(Kind::Whole, _) | Key::Other(_) => self.whole = true,
            Key::Text(Kind::Start, start) => put(&mut self.prefixes, start.len()),
            Key::Text(Kind::End, end) => put(&mut self.suffixes, end.len()),
        }
    }

    /// Numbers the field and those below it, from `next` on.
    pub(super) fn enumerate(&mut self, next: &mut u32) {
        self.number = *next;
        *next += 1;
        for (_, field) in &mut self.below {
            field.enumerate(next);
        }
    }

    /// Whether no event has anything to look up.
    pub(super) fn is_idle(&self) -> bool {
        !self.is_asked() && self.below.is_empty()
    }

    fn is_asked(&self) -> bool {
        self.whole || self.ranges || !self.prefixes.is_empty() || !self.suffixes.is_empty()
    }

    /// Goes through the scalars of the event here and below, whatever lists they lie in. With each
    /// goes whether its object is the only one where it could lie (`alone`).
    pub(super) fn each<'v>(
        &self,
        value: &'v Value,
        alone: bool,
        found: &mut impl FnMut(&Self, &'v Value, bool),
    ) {
        if self.is_asked() {
            any_scalar(value, DEPTH, &mut |scalar| {
                found(self, scalar, alone);
                false
            });
        }
        if self.below.is_empty() {
            return;
        }
        let alone = alone && value.is_object();
        any_object(value, DEPTH, &mut |object| {
            for (key, field) in &self.below {
                let value = object.get(&**key).into_iter();
                value.for_each(|value| field.each(value, alone, found));
            }
            false
        });
    }
}

fn put(lengths: &mut Vec<usize>, length: usize) {
    if let Err(at) = lengths.binary_search(&length) {
        lengths.insert(at, length);
    }
}
