//! What counters promise.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

fn counter(next: u32, free: &[(u32, u32)]) -> Counter {
    let gaps = free.iter().map(|&(first, last)| Gap { first, last });
    Counter {
        next,
        free: gaps.collect(),
        ..Counter::new("scope")
    }
}

#[test]
fn a_plain_counter_never_uses_a_number_again() {
    let (first, counter) = Counter::new("scope").take(Sequence::Plain, 0).unwrap();
    let counter = counter.give_back(Sequence::Plain, first).unwrap();
    let (second, _) = counter.take(Sequence::Plain, 0).unwrap();
    assert_eq!((first, second), (1, 2));
}

#[test]
fn a_gap_free_counter_fills_the_lowest_gap_first() {
    let start = counter(9, &[(2, 2), (4, 6)]);
    let (number, after) = start.take(Sequence::GapFree, 0).unwrap();
    assert_eq!((number, &after), (2, &counter(9, &[(4, 6)])));
    let (number, after) = after.take(Sequence::GapFree, 0).unwrap();
    assert_eq!((number, after), (4, counter(9, &[(5, 6)])));
}

#[test]
fn numbers_whose_names_are_taken_are_passed_over_and_stay_free() {
    let start = counter(9, &[(2, 2), (4, 6)]);
    let cases = [
        (0, 2, counter(9, &[(4, 6)])),
        (1, 4, counter(9, &[(2, 2), (5, 6)])),
        (2, 5, counter(9, &[(2, 2), (4, 4), (6, 6)])),
        (3, 6, counter(9, &[(2, 2), (4, 5)])),
        (4, 9, counter(10, &[(2, 2), (4, 6)])),
        (6, 11, counter(12, &[(2, 2), (4, 6), (9, 10)])),
    ];
    for (passed_over, number, after) in cases {
        assert_eq!(
            start.take(Sequence::GapFree, passed_over),
            Ok((number, after)),
            "{passed_over}"
        );
    }
    assert_eq!(
        counter(9, &[]).take(Sequence::Plain, 3),
        Ok((12, counter(13, &[])))
    );
}

#[test]
fn neighbouring_gaps_are_one_and_the_last_one_is_forgotten() {
    let cases = [
        (counter(9, &[(2, 2), (4, 4)]), 3, counter(9, &[(2, 4)])),
        (
            counter(9, &[(2, 2), (5, 5)]),
            3,
            counter(9, &[(2, 3), (5, 5)]),
        ),
        (
            counter(9, &[(2, 2), (5, 5)]),
            4,
            counter(9, &[(2, 2), (4, 5)]),
        ),
        (counter(9, &[(2, 2), (7, 7)]), 8, counter(7, &[(2, 2)])),
        (counter(9, &[]), 5, counter(9, &[(5, 5)])),
        (counter(2, &[]), 1, counter(1, &[])),
    ];
    for (before, number, after) in cases {
        assert_eq!(before.give_back(Sequence::GapFree, number), Ok(after));
    }
}

#[test]
fn what_nobody_has_cannot_be_given_back() {
    let start = counter(9, &[(2, 4)]);
    for number in [0, 2, 3, 4, 9, 10, u32::MAX] {
        let error = start.give_back(Sequence::GapFree, number).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("the number {number} of `scope` is not taken")
        );
    }
}

#[test]
fn numbers_end() {
    let last = counter(Counter::LAST, &[]);
    let (number, after) = last.take(Sequence::GapFree, 0).unwrap();
    assert_eq!(number, Counter::LAST);
    for (sequence, passed_over) in [(Sequence::Plain, 0), (Sequence::GapFree, u32::MAX)] {
        let error = after.take(sequence, passed_over).unwrap_err();
        assert_eq!(error.to_string(), "all 999999 numbers of `scope` are taken");
    }
    let after = after.give_back(Sequence::GapFree, 7).unwrap();
    assert_eq!(after.take(Sequence::GapFree, 0).unwrap().0, 7);
    assert_eq!(Counter::LAST.to_string().len(), Counter::DIGITS);
}

#[test]
fn a_gap_too_many_is_refused_and_a_filled_one_makes_room() {
    let most = u32::try_from(Counter::MOST_GAPS).unwrap();
    let gaps: Vec<_> = (0..most).map(|gap| (2 * gap + 1, 2 * gap + 1)).collect();
    let full = counter(2 * most + 3, &gaps);
    let error = full.give_back(Sequence::GapFree, 2 * most + 1).unwrap_err();
    assert_eq!(error, CounterError::TooManyGaps("scope".to_owned()));
    assert!(error.to_string().contains("more than 512 gaps"), "{error}");
    assert!(full.take(Sequence::GapFree, most + 1).is_err());
    // Two gaps become one.
    assert!(full.give_back(Sequence::GapFree, 2).is_ok());
    let (_, after) = full.take(Sequence::GapFree, 0).unwrap();
    assert!(after.give_back(Sequence::GapFree, 2 * most + 1).is_ok());
    let size = serde_json::to_string(&full).unwrap().len();
    assert!(size < 20_000, "{size}");
}

#[test]
fn a_counter_is_kept_with_its_scope() {
    let kept = counter(9, &[(2, 4)]);
    let json = serde_json::to_value(&kept).unwrap();
    assert_eq!(serde_json::from_value::<Counter>(json).unwrap(), kept);
    assert_eq!(kept.key().partition.as_str(), "COUNTER#scope");
}

#[derive(Debug, Clone)]
enum Operation {
    Take { owner: u8, passed_over: u32 },
    Release { owner: u8 },
}

fn operation() -> impl Strategy<Value = Operation> {
    prop_oneof![
        (0..24_u8, prop_oneof![9 => Just(0), 1 => 0..5_u32])
            .prop_map(|(owner, passed_over)| Operation::Take { owner, passed_over }),
        (0..24_u8).prop_map(|owner| Operation::Release { owner }),
    ]
}

/// The number that a naive look at all that is taken gives.
fn expected(sequence: Sequence, held: &BTreeMap<u8, u32>, highest: u32, passed_over: u32) -> u32 {
    let taken: BTreeSet<u32> = held.values().copied().collect();
    let first = match sequence {
        Sequence::Plain => highest + 1,
        Sequence::GapFree => 1,
    };
    let mut free = (first..).filter(|number| !taken.contains(number));
    free.nth(passed_over as usize).unwrap()
}

proptest! {
    #[test]
    fn a_counter_agrees_with_a_naive_model(
        gap_free in any::<bool>(),
        operations in prop::collection::vec(operation(), 0..120),
    ) {
        let sequence = if gap_free { Sequence::GapFree } else { Sequence::Plain };
        let mut counter = Counter::new("scope");
        let mut held: BTreeMap<u8, u32> = BTreeMap::new();
        let mut highest = 0;
        for operation in operations {
            match operation {
                Operation::Take { owner, passed_over } if !held.contains_key(&owner) => {
                    let (number, after) = counter.take(sequence, passed_over).unwrap();
                    prop_assert_eq!(number, expected(sequence, &held, highest, passed_over));
                    prop_assert!(!held.values().any(|other| *other == number));
                    highest = highest.max(number);
                    held.insert(owner, number);
                    counter = after;
                }
                Operation::Take { .. } => {}
                Operation::Release { owner } => {
                    if let Some(number) = held.remove(&owner) {
                        counter = counter.give_back(sequence, number).unwrap();
                    }
                }
            }
            // Gaps are ascending, apart from each other and below the next number.
            let mut before = 0;
            for gap in &counter.free {
                prop_assert!(gap.first <= gap.last && gap.first > before, "{:?}", counter);
                prop_assert!(gap.last + 1 < counter.next, "{:?}", counter);
                before = gap.last + 1;
            }
            if gap_free {
                for number in 1..40 {
                    let taken = held.values().any(|held| *held == number);
                    prop_assert_eq!(counter.is_taken(number), taken);
                }
            }
        }
    }
}
