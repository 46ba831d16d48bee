//! What holds for every JSON: nothing differs from itself, and one change is one difference.

use groundplane_drift::{Kind, Rules, compare};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Map, Value, json};

use crate::resources::{compared, known, observed, there};

/// Values that no rule on noise takes for each other: no numbers in texts, nothing empty.
fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<bool>().prop_map(Value::from),
        (-1000_i64..1000).prop_map(Value::from),
        "[a-z/~ \"]{1,6}x".prop_map(Value::from),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..6).prop_map(Value::from),
            fields(inner),
        ]
    })
}

fn fields(inner: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    prop::collection::vec(("[A-D/~]{1,3}", inner), 1..6)
        .prop_map(|fields| Value::Object(fields.into_iter().collect::<Map<_, _>>()))
}

fn properties() -> impl Strategy<Value = Value> {
    fields(value())
}

/// Every pointer into a value, the value itself first.
fn pointers(value: &Value) -> Vec<String> {
    let escape = |name: &str| name.replace('~', "~0").replace('/', "~1");
    let children: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields.iter().map(|(name, v)| (escape(name), v)).collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(index, v)| (index.to_string(), v))
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    };
    let below = children.into_iter().flat_map(|(name, child)| {
        pointers(child)
            .into_iter()
            .map(move |rest| format!("/{name}{rest}"))
    });
    std::iter::once(String::new()).chain(below).collect()
}

/// One change, where it is, and how it must be reported.
#[derive(Debug)]
struct Change {
    actual: Value,
    property: String,
    kind: Kind,
}

/// Makes one change somewhere: a leaf changed, a field or an item more or less.
fn change(expected: &Value, place: Index, which: u8) -> Change {
    let mut actual = expected.clone();
    let all = pointers(expected);
    let pointer = place.get(&all).clone();
    let new = json!("something new");
    let child = |name: String| format!("{pointer}/{name}");
    let (property, kind) = match actual.pointer_mut(&pointer).unwrap() {
        Value::Object(fields) if which.is_multiple_of(2) || fields.len() < 2 => {
            fields.insert("New".to_owned(), new);
            (child("New".to_owned()), Kind::Added)
        }
        Value::Object(fields) => {
            let name = fields.keys().next().unwrap().clone();
            fields.shift_remove(&name);
            let name = name.replace('~', "~0").replace('/', "~1");
            (child(name), Kind::Removed)
        }
        Value::Array(items) if which.is_multiple_of(2) || items.len() < 2 => {
            let at = usize::from(which) % (items.len() + 1);
            items.insert(at, new);
            (child(at.to_string()), Kind::Added)
        }
        Value::Array(items) => {
            // Of equal neighbours, it does not show which one is gone: the last one is reported.
            let mut at = usize::from(which) % items.len();
            while items.get(at + 1) == items.get(at) {
                at += 1;
            }
            items.remove(at);
            (child(at.to_string()), Kind::Removed)
        }
        leaf @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => {
            *leaf = new;
            (pointer.clone(), Kind::Changed)
        }
    };
    Change {
        actual,
        property,
        kind,
    }
}

fn both() -> [Rules; 2] {
    let built_in = Rules::built_in();
    [built_in.clone(), built_in.without_noise()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn nothing_differs_from_itself(value in value()) {
        for rules in both() {
            prop_assert!(compared(&value, &value, &rules).differences.is_empty());
        }
    }

    #[test]
    fn one_change_is_found_once_where_it_is(
        expected in properties(), place in any::<Index>(), which in any::<u8>()
    ) {
        let change = change(&expected, place, which);
        for rules in both() {
            let report = compared(&expected, &change.actual, &rules);
            prop_assert_eq!(report.differences.len(), 1, "{:?} {:?}", change, report);
            let found = &report.differences[0];
            prop_assert_eq!(&found.property, &change.property, "{:?}", change);
            prop_assert_eq!(found.kind, change.kind);
            // What is reported is what is at the pointer on each side.
            if found.kind != Kind::Added {
                prop_assert_eq!(found.expected.as_ref(), expected.pointer(&found.property));
            }
            if found.kind != Kind::Removed {
                prop_assert_eq!(found.actual.as_ref(), change.actual.pointer(&found.property));
            }
        }
    }

    #[test]
    fn any_two_values_can_be_compared_and_differ_both_ways(one in value(), other in value()) {
        let rules = Rules::built_in().without_noise();
        let there = compared(&one, &other, &rules).differences.len();
        let back = compared(&other, &one, &rules).differences.len();
        prop_assert_eq!(there == 0, one == other);
        prop_assert_eq!(there == 0, back == 0);
        compared(&one, &other, Rules::built_in());
    }
}

proptest! {
    // Of several resources each.
    #![proptest_config(ProptestConfig::with_cases(50))]

    #[test]
    fn a_deleted_resource_is_found_once_among_others(
        values in prop::collection::vec(properties(), 1..8), place in any::<Index>()
    ) {
        let gone = place.index(values.len());
        let name = |index: usize| format!("R{index}");
        let knowns: Vec<_> = (0..values.len()).map(|index| known(&name(index))).collect();
        let seen: Vec<_> = values.iter().enumerate().map(|(index, value)| {
            let seen = if index == gone {
                groundplane_drift::Seen::Gone
            } else {
                there(value.clone(), value.clone())
            };
            observed(&name(index), seen)
        }).collect();
        let report = compare(&knowns, &seen, &[], Rules::built_in());
        prop_assert_eq!(report.differences.len(), 1);
        prop_assert_eq!(report.differences[0].kind, Kind::Deleted);
        prop_assert_eq!(&report.differences[0].resource, &name(gone));
        prop_assert_eq!(report.checked, values.len());
    }

    #[test]
    fn the_digest_depends_on_the_differences_and_not_on_their_order(
        pairs in prop::collection::vec((properties(), properties()), 2..6)
    ) {
        let resources = |pairs: Vec<(usize, &(Value, Value))>| {
            let observations: Vec<_> = pairs.iter().map(|(index, (expected, actual))| {
                observed(&format!("R{index}"), there(expected.clone(), actual.clone()))
            }).collect();
            let knowns: Vec<_> = (0..6).map(|index| known(&format!("R{index}"))).collect();
            compare(&knowns, &observations, &[], Rules::built_in())
        };
        let forward = resources(pairs.iter().enumerate().collect());
        let backward = resources(pairs.iter().enumerate().rev().collect());
        prop_assert_eq!(&forward, &backward);
        let fewer = resources(pairs.iter().enumerate().skip(1).collect());
        let is_same = forward.differences.len() == fewer.differences.len();
        prop_assert_eq!(forward.digest() == fewer.digest(), is_same);
    }
}
