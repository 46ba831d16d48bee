//! Lengths of time as documents write them: `90s`, `10m`, `1h30m`, `2d`.

use jiff::SignedDuration;

/// The units, the largest first, in seconds.
const UNITS: [(char, i64); 4] = [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];
/// The longest length, 365 days, in seconds.
const LONGEST: i64 = 365 * 86_400;

/// Reads a length of 1 second to 365 days.
///
/// # Errors
/// What is wrong with it, in words for its author.
pub fn parse_duration(text: &str) -> Result<SignedDuration, String> {
    let seconds = seconds(text)
        .ok_or_else(|| format!("`{}` is not a length of time", text.escape_debug()))?;
    if (1..=LONGEST).contains(&seconds) {
        return Ok(SignedDuration::from_secs(seconds));
    }
    Err(format!("`{text}` is not between `1s` and `365d`"))
}

/// Each unit at most once, the larger before the smaller.
fn seconds(text: &str) -> Option<i64> {
    let mut rest = text;
    let mut total: i64 = 0;
    for (unit, seconds) in UNITS {
        if let Some((number, behind)) = rest.split_once(unit) {
            let plain =
                (1..=9).contains(&number.len()) && number.chars().all(|c| c.is_ascii_digit());
            let number: i64 = number.parse().ok().filter(|_| plain)?;
            total = total.checked_add(number.checked_mul(seconds)?)?;
            rest = behind;
        }
    }
    (rest.is_empty() && !text.is_empty()).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_add_up() {
        for (text, seconds) in [
            ("1s", 1),
            ("90s", 90),
            ("10m", 600),
            ("1h30m", 5_400),
            ("2d", 172_800),
            ("1d1h1m1s", 90_061),
            ("365d", LONGEST),
        ] {
            assert_eq!(
                parse_duration(text),
                Ok(SignedDuration::from_secs(seconds)),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_not_a_length_is_refused() {
        for text in [
            "",
            "10",
            "m",
            "1m1h",
            "1m1m",
            "-1s",
            "+1s",
            "1.5h",
            "1 h",
            "1h ",
            "9999999999s",
        ] {
            assert!(
                parse_duration(text)
                    .unwrap_err()
                    .contains("is not a length"),
                "{text}"
            );
        }
        for text in ["0s", "366d", "365d1s"] {
            assert!(
                parse_duration(text)
                    .unwrap_err()
                    .contains("between `1s` and `365d`"),
                "{text}"
            );
        }
    }
}
