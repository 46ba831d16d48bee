//! Numbers as `EventBridge` compares them: 300, 300.0 and 3.0e2 are the same.
//!
//! Between -5,000,000,000 and 5,000,000,000 and with up to six decimals, a number is a count of
//! millionths, and can be compared. Every other number only equals itself. Source: the notes on
//! numeric matching in the user guide, and what Event Ruler makes of them.

use serde_json::Number as JsonNumber;

/// The largest number that can be compared.
pub(crate) const LIMIT: i64 = 5_000_000_000;

/// How many units there are in one.
pub(crate) const UNITS: i64 = 1_000_000;

/// A number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Number {
    /// One that can be compared, in millionths.
    Millionths(i64),
    /// A whole number that is too large to be compared, for example an account's.
    Whole(i128),
    /// One that is too large or too fine to be compared: the bits of a double.
    Other(u64),
}

impl Number {
    /// The number that JSON shows.
    pub(crate) fn of(number: &JsonNumber) -> Self {
        let whole = number
            .as_i64()
            .map(i128::from)
            .or_else(|| number.as_u64().map(i128::from));
        match whole {
            Some(whole) => Self::of_whole(whole),
            None => Self::of_double(number.as_f64().unwrap_or(f64::NAN)),
        }
    }

    fn of_whole(whole: i128) -> Self {
        match i64::try_from(whole) {
            Ok(small) if (-LIMIT..=LIMIT).contains(&small) => Self::Millionths(small * UNITS),
            _ => Self::Whole(whole),
        }
    }

    fn of_double(double: f64) -> Self {
        if double.abs() <= LIMIT as f64 {
            let units = (double * UNITS as f64).round();
            // A double that was written with six decimals differs from this by its rounding only.
            let same = (units / UNITS as f64 - double).abs() <= double.abs() * f64::EPSILON;
            return match same {
                true => Self::Millionths(units as i64),
                false => Self::Other(double.to_bits()),
            };
        }
        // Above this, a double may stand for several whole numbers.
        if double.fract() == 0.0 && double.abs() <= 9_007_199_254_740_992.0 {
            return Self::Whole(double as i128);
        }
        Self::Other(double.to_bits())
    }

    /// The number in millionths, if it can be compared.
    pub(crate) fn millionths(self) -> Option<i64> {
        match self {
            Self::Millionths(units) => Some(units),
            Self::Whole(_) | Self::Other(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn number(text: &str) -> Number {
        let Value::Number(number) = serde_json::from_str(text).unwrap() else {
            panic!("{text} is no number")
        };
        Number::of(&number)
    }

    #[test]
    fn however_a_number_is_written_it_is_the_same() {
        for text in ["300", "300.0", "3.0e2", "3E+2", "30000e-2"] {
            assert_eq!(number(text), Number::Millionths(300_000_000), "{text}");
        }
        assert_eq!(number("-0.0"), number("0"));
        assert_eq!(number("0.1"), Number::Millionths(100_000));
        assert_eq!(
            number("4999999999.999999"),
            Number::Millionths(4_999_999_999_999_999)
        );
    }

    #[test]
    fn six_decimals_can_be_compared_and_a_seventh_cannot() {
        assert_eq!(number("0.000001"), Number::Millionths(1));
        assert_eq!(number("-301.123456"), Number::Millionths(-301_123_456));
        assert_eq!(number("0.0000001").millionths(), None);
        assert_eq!(number("301.1234567").millionths(), None);
        assert_ne!(number("0.0000001"), number("0.0000002"));
    }

    #[test]
    fn what_is_too_large_to_compare_still_equals_itself() {
        assert_eq!(number("5e9").millionths(), Some(5_000_000_000_000_000));
        assert_eq!(number("5000000000.5").millionths(), None);
        assert_eq!(number("123456789012"), Number::Whole(123_456_789_012));
        assert_eq!(number("123456789012.0"), number("123456789012"));
        assert_ne!(
            number("18446744073709551615"),
            number("18446744073709551614")
        );
        assert_eq!(number("1e300"), number("1.0e300"));
    }
}
