//! The longest common subsequence of two lists, with a bound on its cost.

use std::ops::Range;

/// What lies between items that belong together: one of the ranges is not empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Gap {
    pub(crate) expected: Range<usize>,
    pub(crate) actual: Range<usize>,
}

impl Gap {
    /// Everything.
    pub(crate) fn whole(expected: usize, actual: usize) -> Self {
        Self {
            expected: 0..expected,
            actual: 0..actual,
        }
    }
}

/// The gaps between the common items of lists of these lengths. Where more than `most` pairs would
/// have to be looked at, everything between the common beginning and end is one gap.
pub(crate) fn gaps(
    expected: usize,
    actual: usize,
    most: usize,
    mut same: impl FnMut(usize, usize) -> bool,
) -> Vec<Gap> {
    let shorter = expected.min(actual);
    let start = (0..shorter).take_while(|&place| same(place, place)).count();
    let end = (0..shorter - start)
        .take_while(|place| same(expected - 1 - place, actual - 1 - place))
        .count();
    let middle = Gap {
        expected: start..expected - end,
        actual: start..actual - end,
    };
    if middle.expected.len().saturating_mul(middle.actual.len()) > most {
        return vec![middle];
    }
    between(&middle, &common(&middle, same))
}

/// What lies between the pairs.
fn between(middle: &Gap, pairs: &[(usize, usize)]) -> Vec<Gap> {
    let mut gaps = Vec::new();
    let (mut expected, mut actual) = (middle.expected.start, middle.actual.start);
    let last = (middle.expected.end, middle.actual.end);
    for &(one, other) in pairs.iter().chain([&last]) {
        if one > expected || other > actual {
            gaps.push(Gap {
                expected: expected..one,
                actual: actual..other,
            });
        }
        (expected, actual) = (one + 1, other + 1);
    }
    gaps
}

/// The pairs of a longest common subsequence, in their order.
fn common(middle: &Gap, mut same: impl FnMut(usize, usize) -> bool) -> Vec<(usize, usize)> {
    let width = middle.actual.len() + 1;
    // The length of the longest one of what is left from here on, for each pair of places.
    let mut lengths = vec![0_u32; (middle.expected.len() + 1) * width];
    let mut pairs = vec![false; lengths.len()];
    let length = |lengths: &[u32], at: usize| lengths.get(at).copied().unwrap_or(0);
    for (row, one) in middle.expected.clone().enumerate().rev() {
        for (column, other) in middle.actual.clone().enumerate().rev() {
            let at = row * width + column;
            let is_pair = same(one, other);
            let best = if is_pair {
                length(&lengths, at + width + 1) + 1
            } else {
                length(&lengths, at + width).max(length(&lengths, at + 1))
            };
            if let (Some(slot), Some(pair)) = (lengths.get_mut(at), pairs.get_mut(at)) {
                (*slot, *pair) = (best, is_pair);
            }
        }
    }
    let mut found = Vec::new();
    let (mut row, mut column) = (0, 0);
    while row < middle.expected.len() && column < middle.actual.len() {
        let at = row * width + column;
        if pairs.get(at) == Some(&true) {
            found.push((middle.expected.start + row, middle.actual.start + column));
            (row, column) = (row + 1, column + 1);
        } else if length(&lengths, at + width) >= length(&lengths, at + 1) {
            row += 1;
        } else {
            column += 1;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(expected: &str, actual: &str, most: usize) -> Vec<(Range<usize>, Range<usize>)> {
        let (left, right) = (expected.as_bytes(), actual.as_bytes());
        gaps(left.len(), right.len(), most, |one, other| {
            left[one] == right[other]
        })
        .into_iter()
        .map(|gap| (gap.expected, gap.actual))
        .collect()
    }

    #[test]
    fn an_item_more_or_less_is_one_gap() {
        assert_eq!(of("abcd", "abXcd", 100), [(2..2, 2..3)]);
        assert_eq!(of("abcd", "acd", 100), [(1..2, 1..1)]);
        assert_eq!(of("abcd", "abcd", 100), []);
        assert_eq!(of("", "ab", 100), [(0..0, 0..2)]);
        assert_eq!(of("aaa", "aa", 100), [(2..3, 2..2)]);
    }

    #[test]
    fn several_changes_are_gaps_of_their_own() {
        assert_eq!(of("abcdef", "XbcYYef", 100), [(0..1, 0..1), (3..4, 3..5)]);
    }

    #[test]
    fn what_is_too_long_is_one_gap_in_the_middle() {
        assert_eq!(of("abcdefz", "aXcYeZz", 4), [(1..6, 1..6)]);
    }
}
