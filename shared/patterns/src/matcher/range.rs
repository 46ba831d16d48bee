//! `numeric`: a number, a bound, or a range between two.

use crate::number::{LIMIT, Number, UNITS};

/// The numbers from one to another, both included, in millionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Range {
    lowest: i64,
    highest: i64,
}

/// How a number is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    Above,
    AtLeast,
    Below,
    AtMost,
}

impl Comparison {
    /// The comparison that is written so.
    pub(crate) fn of(symbol: &str) -> Option<Self> {
        match symbol {
            "=" => Some(Self::Equal),
            ">" => Some(Self::Above),
            ">=" => Some(Self::AtLeast),
            "<" => Some(Self::Below),
            "<=" => Some(Self::AtMost),
            _ => None,
        }
    }

    /// Whether a second comparison may follow.
    pub(crate) fn opens(self) -> bool {
        matches!(self, Self::Above | Self::AtLeast)
    }

    /// Whether it may be the second one.
    pub(crate) fn closes(self) -> bool {
        matches!(self, Self::Below | Self::AtMost)
    }
}

impl Range {
    /// Every number that can be compared.
    pub(crate) const ALL: Self = Self {
        lowest: -LIMIT * UNITS,
        highest: LIMIT * UNITS,
    };

    /// Those of the range that compare so with `bound`, in millionths.
    pub(crate) fn and(self, comparison: Comparison, bound: i64) -> Self {
        let Self { lowest, highest } = self;
        let (from, to) = match comparison {
            Comparison::Equal => (bound, bound),
            Comparison::Above => (bound + 1, highest),
            Comparison::AtLeast => (bound, highest),
            Comparison::Below => (lowest, bound - 1),
            Comparison::AtMost => (lowest, bound),
        };
        Self {
            lowest: lowest.max(from),
            highest: highest.min(to),
        }
    }

    /// Whether there is no such number.
    pub(crate) fn is_empty(self) -> bool {
        self.lowest > self.highest
    }

    /// Whether the number of one of `sorted`, in millionths, is in the range.
    pub(crate) fn contains_one_of<T>(self, sorted: &[T], number: impl Fn(&T) -> i64) -> bool {
        let from = sorted.partition_point(|one| number(one) < self.lowest);
        let first = sorted.get(from).map(number);
        first.is_some_and(|first| first <= self.highest)
    }

    /// Whether the number is one of them.
    pub(crate) fn contains(self, number: Number) -> bool {
        let units = number.millionths();
        units.is_some_and(|units| (self.lowest..=self.highest).contains(&units))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contains(comparison: Comparison, bound: i64, number: i64) -> bool {
        let range = Range::ALL.and(comparison, bound * UNITS);
        range.contains(Number::Millionths(number * UNITS))
    }

    #[test]
    fn each_comparison_has_its_edge() {
        use Comparison::{Above, AtLeast, AtMost, Below, Equal};
        let at_below_at_and_above = |comparison| [4, 5, 6].map(|n| contains(comparison, 5, n));
        assert_eq!(at_below_at_and_above(Equal), [false, true, false]);
        assert_eq!(at_below_at_and_above(Above), [false, false, true]);
        assert_eq!(at_below_at_and_above(AtLeast), [false, true, true]);
        assert_eq!(at_below_at_and_above(Below), [true, false, false]);
        assert_eq!(at_below_at_and_above(AtMost), [true, true, false]);
    }

    #[test]
    fn two_bounds_without_a_number_between_them_are_empty() {
        let open = Range::ALL.and(Comparison::Above, 0);
        assert!(open.and(Comparison::Below, 1).is_empty());
        assert!(!open.and(Comparison::AtMost, 1).is_empty());
        assert!(Range::ALL.and(Comparison::Above, LIMIT * UNITS).is_empty());
    }

    #[test]
    fn a_range_with_one_of_some_numbers_is_told_from_one_between_them() {
        let from_5_to_7 = Range::ALL
            .and(Comparison::AtLeast, 5)
            .and(Comparison::AtMost, 7);
        for numbers in [&[5][..], &[7], &[1, 6], &[6, 9], &[1, 7, 9], &[5, 6, 7]] {
            assert!(
                from_5_to_7.contains_one_of(numbers, |number| *number),
                "{numbers:?}"
            );
        }
        for numbers in [&[][..], &[4], &[8], &[1, 8], &[1, 4, 8, 9]] {
            assert!(
                !from_5_to_7.contains_one_of(numbers, |number| *number),
                "{numbers:?}"
            );
        }
    }

    #[test]
    fn a_number_that_cannot_be_compared_is_in_no_range() {
        assert!(!Range::ALL.contains(Number::Whole(6_000_000_000)));
        assert!(!Range::ALL.contains(Number::Other(0.000_000_1_f64.to_bits())));
        assert!(Range::ALL.contains(Number::Millionths(LIMIT * UNITS)));
    }
}
