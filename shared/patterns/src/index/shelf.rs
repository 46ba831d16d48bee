//! One shelf: alternatives under the values of a field, and those without such a field.

use std::ops::Range as Span;
use std::sync::Arc;

use serde_json::Value;

use super::HashMap;
use super::filing::{Key, Kind};
use super::shape::Field;
use crate::matcher::{Range, Scalar};
use crate::number::Number;

/// An entry that may match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Candidate {
    pub(super) entry: u32,
    /// The tree of what is left to compare; none if it is the entry's own.
    pub(super) left: Option<u32>,
}

/// Entries, found by values of an event.
#[derive(Debug, Clone, Default)]
pub(super) struct Shelf {
    pub(super) shape: Arc<Field>,
    /// The texts of keys, one after the other, so that they lie together.
    pub(super) texts: Box<str>,
    /// Lists by the hash of a field's number and a key.
    pub(super) lists: HashMap<u64, List>,
    /// What asks for numbers, by the number of the field.
    pub(super) ranges: Box<[(u32, Range, Candidate)]>,
    /// What stands in the lists after the first, one list after the other.
    pub(super) others: Box<[Candidate]>,
    /// Those that ask for nothing that can be looked up.
    pub(super) rest: Box<[Candidate]>,
}

/// The candidates whose field has a key.
#[derive(Debug, Clone)]
pub(super) struct List {
    /// The key; none if it is no text, or if several share the list since their hashes are one.
    pub(super) key: Option<Filed>,
    /// Most lists have no others, so that nothing else need be read for them.
    pub(super) first: Candidate,
    pub(super) others: Span<u32>,
}

/// A key under which candidates are filed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Filed {
    /// The number of the field.
    pub(super) field: u32,
    pub(super) kind: Kind,
    /// Where its text stands.
    pub(super) text: Span<u32>,
}

/// What an event's values led to.
#[derive(Debug)]
struct Hits<'f> {
    found: &'f mut Vec<Candidate>,
    /// Where the others of lists stand, and whether the look-up settles what was asked of the field.
    others: Vec<(u32, u32, bool)>,
    /// Numbers by the number of their field, and whether they settle what was asked of it: either
    /// all of a field do or none.
    numbers: Vec<(u32, bool, i64)>,
}

impl Shelf {
    /// Adds every entry that may match.
    pub(super) fn find(&self, event: &Value, found: &mut Vec<Candidate>) {
        found.extend(&self.rest);
        if self.shape.is_idle() {
            return;
        }
        let mut hits = Hits {
            found,
            others: Vec::new(),
            numbers: Vec::new(),
        };
        self.shape.each(event, true, &mut |field, value, alone| {
            self.look_up(field, value, alone, &mut hits);
        });
        // A value that an event repeats a thousand times is looked at once.
        hits.others.sort_unstable();
        hits.others.dedup();
        for (start, end, settled) in &hits.others {
            let span = *start as usize..*end as usize;
            let others = self.others.get(span).into_iter().flatten();
            hits.found.extend(others.map(|one| one.settled(*settled)));
        }
        if !hits.numbers.is_empty() {
            self.find_by_number(hits);
        }
    }

    fn find_by_number(&self, mut hits: Hits<'_>) {
        hits.numbers.sort_unstable();
        hits.numbers.dedup();
        for same in hits.numbers.chunk_by(|(one, ..), (other, ..)| one == other) {
            let Some((field, settled, _)) = same.first() else {
                continue;
            };
            let from = self.ranges.partition_point(|(of, ..)| of < field);
            let ranges = self.ranges.iter().skip(from);
            let ranges = ranges.take_while(|(of, ..)| of == field);
            let matching =
                ranges.filter(|(_, range, _)| range.contains_one_of(same, |(.., number)| *number));
            let candidates = matching.map(|(.., candidate)| candidate.settled(*settled));
            hits.found.extend(candidates);
        }
    }

    fn look_up(&self, field: &Field, value: &Value, alone: bool, hits: &mut Hits<'_>) {
        let mut look_up = |key: Key<'_>| self.look_up_key(field.number, key, alone, hits);
        if let Some(text) = value.as_str() {
            let whole = Some(text).filter(|_| field.whole);
            let lengths = field.prefixes.iter();
            let lengths = lengths.take_while(|length| **length <= text.len());
            let starts = lengths.filter_map(|length| text.get(..*length));
            let lengths = field.suffixes.iter();
            let lengths = lengths.take_while(|length| **length <= text.len());
            let ends = lengths.filter_map(|length| text.get(text.len() - length..));
            whole
                .into_iter()
                .for_each(|text| look_up(Key::Text(Kind::Whole, text)));
            starts.for_each(|text| look_up(Key::Text(Kind::Start, text)));
            ends.for_each(|text| look_up(Key::Text(Kind::End, text)));
            return;
        }
        if field.whole {
            let scalar = Scalar::of(value);
            scalar.iter().map(Key::Other).for_each(look_up);
        }
        let number = value.as_number().filter(|_| field.ranges);
        if let Some(number) = number.and_then(|number| Number::of(number).millionths()) {
            hits.numbers.push((field.number, alone, number));
        }
    }

    fn look_up_key(&self, field: u32, key: Key<'_>, alone: bool, hits: &mut Hits<'_>) {
        let Some(list) = self.lists.get(&key.number(field)) else {
            return;
        };
        let filed = list.key.as_ref();
        let settled = alone && filed.is_some_and(|filed| filed.is(field, key, &self.texts));
        hits.found.push(list.first.settled(settled));
        let Span { start, end } = list.others;
        if start < end {
            hits.others.push((start, end, settled));
        }
    }
}

impl Filed {
    /// Whether it is this key of this field.
    pub(super) fn is(&self, field: u32, key: Key<'_>, texts: &str) -> bool {
        let text = texts.get(self.text.start as usize..self.text.end as usize);
        self.field == field && text.is_some_and(|text| Key::Text(self.kind, text) == key)
    }
}

impl Candidate {
    /// The candidate, to be compared in full unless the look-up settles it.
    fn settled(self, settled: bool) -> Self {
        Self {
            left: self.left.filter(|_| settled),
            ..self
        }
    }
}
