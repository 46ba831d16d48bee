//! Lists: which item of one side belongs to which of the other.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, Hash, Hasher, RandomState};

use serde_json::Value;

use crate::lcs;
use crate::noise::is_aws_tag;
use crate::pattern::{Path, Step};
use crate::rules::Noise;
use crate::walk::{Items, Walk};

/// How many pairs of items are looked at to find which belong together; longer lists are compared
/// place by place.
const MAX_PAIRS: usize = 65_536;

/// Compares two lists.
pub(crate) fn compare(
    walk: &mut Walk<'_>,
    path: &Path<'_>,
    rules: &[&Noise],
    expected: &[Value],
    actual: &[Value],
) {
    let overlooks_tags = rules.contains(&&Noise::AwsTags);
    let expected: Items<'_> = expected.iter().enumerate().collect();
    let actual: Items<'_> = actual
        .iter()
        .enumerate()
        .filter(|(_, item)| !overlooks_tags || !is_aws_tag(item))
        .collect();
    let key = rules.iter().find_map(|rule| rule.key());
    let keyed = key.and_then(|key| Some((by_key(&expected, key)?, by_key(&actual, key)?)));
    if let Some((wanted, there)) = keyed {
        keyed_lists(walk, path, &wanted, &there);
    } else if key.is_some() || rules.contains(&&Noise::Unordered) {
        unordered(walk, path, expected, actual);
    } else {
        ordered(walk, path, &expected, &actual);
    }
}

/// The items by their key, in their order; none where an item has no key or two have the same.
fn by_key<'v>(items: &Items<'v>, key: &str) -> Option<Keyed<'v>> {
    let mut places = HashMap::new();
    let mut order = Vec::new();
    for (index, item) in items {
        let name = item.get(key)?.as_str()?;
        if places.insert(name, (*index, *item)).is_some() {
            return None;
        }
        order.push(name);
    }
    Some(Keyed { places, order })
}

struct Keyed<'v> {
    places: HashMap<&'v str, (usize, &'v Value)>,
    order: Vec<&'v str>,
}

impl<'v> Keyed<'v> {
    fn items(&self) -> impl Iterator<Item = (&'v str, (usize, &'v Value))> {
        let place = |name: &&'v str| Some((*name, *self.places.get(name)?));
        self.order.iter().filter_map(place)
    }
}

fn keyed_lists(walk: &mut Walk<'_>, path: &Path<'_>, expected: &Keyed<'_>, actual: &Keyed<'_>) {
    for (name, (index, item)) in expected.items() {
        let path = path.then(Step::Item(index));
        match actual.places.get(name) {
            Some((_, other)) if is_entry(item) && is_entry(other) => {
                // Of a key and its value, the value alone would not say whose it is.
                if !walk.is_same(&path, item, other) {
                    walk.report(&path, Some(item), Some(other));
                }
            }
            Some((_, other)) => walk.pair(&path, item, other),
            None => walk.removed(&path, item),
        }
    }
    for (name, (_, item)) in actual.items() {
        if !expected.places.contains_key(name) {
            walk.added(&path.then(Step::Past), item);
        }
    }
}

/// Whether an item is a key with one value.
fn is_entry(item: &Value) -> bool {
    let is_single = |value: &Value| !value.is_array() && !value.is_object();
    item.as_object()
        .is_some_and(|fields| fields.len() <= 2 && fields.values().all(is_single))
}

fn unordered(walk: &mut Walk<'_>, path: &Path<'_>, expected: Items<'_>, actual: Items<'_>) {
    let (mut expected, mut actual) = without_equal(walk.setting.hasher, expected, actual);
    if expected.len() * actual.len() <= MAX_PAIRS {
        expected.retain(|(index, item)| {
            let path = path.then(Step::Item(*index));
            let same = actual
                .iter()
                .position(|(_, other)| walk.is_same(&path, item, other));
            same.map(|place| actual.remove(place)).is_none()
        });
    }
    if let ([(index, item)], [(_, other)]) = (expected.as_slice(), actual.as_slice()) {
        return walk.pair(&path.then(Step::Item(*index)), item, other);
    }
    for (index, item) in expected {
        walk.removed(&path.then(Step::Item(index)), item);
    }
    for (_, item) in actual {
        walk.added(&path.then(Step::Past), item);
    }
}

/// The items that have no equal on the other side.
fn without_equal<'v>(
    hasher: &RandomState,
    expected: Items<'v>,
    actual: Items<'v>,
) -> (Items<'v>, Items<'v>) {
    let mut places: HashMap<u64, VecDeque<(usize, &Value)>> = HashMap::new();
    for (index, item) in actual {
        let same = places.entry(fingerprint(hasher, item)).or_default();
        same.push_back((index, item));
    }
    let mut left = expected;
    left.retain(|(_, item)| {
        let same = places.get_mut(&fingerprint(hasher, item));
        same.and_then(VecDeque::pop_front).is_none()
    });
    let mut rest: Items<'_> = places.into_values().flatten().collect();
    rest.sort_unstable_by_key(|(index, _)| *index);
    (left, rest)
}

fn ordered(walk: &mut Walk<'_>, path: &Path<'_>, expected: &Items<'_>, actual: &Items<'_>) {
    let gaps = if expected.len() == actual.len() && differ_in_one(expected, actual) {
        vec![lcs::Gap::whole(expected.len(), actual.len())]
    } else {
        gaps(walk, path, expected, actual)
    };
    for gap in gaps {
        let left = expected.get(gap.expected).unwrap_or_default();
        let right = actual.get(gap.actual).unwrap_or_default();
        for place in 0..left.len().max(right.len()) {
            match (left.get(place), right.get(place)) {
                (Some((index, item)), Some((_, other))) => {
                    walk.pair(&path.then(Step::Item(*index)), item, other);
                }
                (Some((index, item)), None) => walk.removed(&path.then(Step::Item(*index)), item),
                (None, Some((index, item))) => walk.added(&path.then(Step::Item(*index)), item),
                (None, None) => {}
            }
        }
    }
}

/// Lists of one length that differ at one place at most need no search.
fn differ_in_one(expected: &Items<'_>, actual: &Items<'_>) -> bool {
    let pairs = expected.iter().zip(actual);
    pairs.filter(|((_, one), (_, other))| one != other).count() <= 1
}

/// What lies between the items that belong together.
fn gaps(
    walk: &mut Walk<'_>,
    path: &Path<'_>,
    expected: &Items<'_>,
    actual: &Items<'_>,
) -> Vec<lcs::Gap> {
    let hasher = walk.setting.hasher;
    let prints = |items: &Items<'_>| -> Vec<u64> {
        items
            .iter()
            .map(|(_, item)| fingerprint(hasher, item))
            .collect()
    };
    let (left, right) = (prints(expected), prints(actual));
    lcs::gaps(expected.len(), actual.len(), MAX_PAIRS, |one, other| {
        if left.get(one) == right.get(other) {
            return true;
        }
        let pair = expected.get(one).zip(actual.get(other));
        pair.is_some_and(|((index, item), (_, other))| {
            walk.is_same(&path.then(Step::Item(*index)), item, other)
        })
    })
}

/// The same for equal values. Its keys are drawn at random, so that nobody can make two values
/// that seem equal.
fn fingerprint(hasher: &RandomState, value: &Value) -> u64 {
    let mut state = hasher.build_hasher();
    match value {
        Value::Null => 0_u8.hash(&mut state),
        Value::Bool(value) => (1_u8, value).hash(&mut state),
        Value::Number(number) => (2_u8, number).hash(&mut state),
        Value::String(text) => (3_u8, text).hash(&mut state),
        Value::Array(items) => {
            (4_u8, items.len()).hash(&mut state);
            for item in items {
                fingerprint(hasher, item).hash(&mut state);
            }
        }
        Value::Object(fields) => {
            (5_u8, fields.len()).hash(&mut state);
            let field = |(name, value): (&String, &Value)| {
                hasher.hash_one((name, fingerprint(hasher, value)))
            };
            // Whatever the order of the fields.
            let sum = fields.iter().map(field).fold(0, u64::wrapping_add);
            sum.hash(&mut state);
        }
    }
    state.finish()
}
