//! Plain scalars by the YAML 1.2 core schema: `yes`, `on` and `1_000` are strings, `0o17` and
//! `0x1F` are numbers. What JSON cannot express (infinity, not-a-number) is refused.

use serde_json::{Number, Value};

/// Whole numbers up to here are exact as floating-point numbers.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A number that JSON cannot express.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Inexpressible;

/// The value that a plain scalar stands for.
pub(crate) fn resolve(text: &str) -> Result<Value, Inexpressible> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Ok(Value::Null),
        "true" | "True" | "TRUE" => return Ok(Value::Bool(true)),
        "false" | "False" | "FALSE" => return Ok(Value::Bool(false)),
        _ => {}
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Err(Inexpressible);
    }
    for (prefix, radix) in [("0o", 8), ("0x", 16)] {
        if let Some(digits) = text.strip_prefix(prefix)
            && !digits.is_empty()
            && digits.chars().all(|digit| digit.is_digit(radix))
        {
            let number = u64::from_str_radix(digits, radix).map_err(|_| Inexpressible)?;
            return Ok(Value::from(number));
        }
    }
    if !unsigned.is_empty() && unsigned.chars().all(|digit| digit.is_ascii_digit()) {
        return integer(text);
    }
    if is_float(unsigned) {
        return float(text);
    }
    Ok(Value::from(text))
}

fn integer(text: &str) -> Result<Value, Inexpressible> {
    if let Ok(number) = text.parse::<u64>() {
        return Ok(Value::from(number));
    }
    text.parse::<i64>()
        .map_or_else(|_| float(text), |number| Ok(Value::from(number)))
}

/// Whether `text` is `[digits][.digits][e[sign]digits]` with a digit before any exponent.
fn is_float(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_digit() || first == '.')
        && text
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-'))
        && text.parse::<f64>().is_ok()
}

fn float(text: &str) -> Result<Value, Inexpressible> {
    let number = text.parse::<f64>().map_err(|_| Inexpressible)?;
    // `80.0` and `8e1` are the whole number 80, as JSON Schema sees them.
    if number.fract() == 0.0 && number.abs() < EXACT {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "whole, and below the bound of exact numbers"
        )]
        return Ok(Value::from(number as i64));
    }
    Number::from_f64(number)
        .map(Value::Number)
        .ok_or(Inexpressible)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_the_words_of_the_core_schema_are_special() {
        for (text, value) in [
            ("", Value::Null),
            ("~", Value::Null),
            ("true", json!(true)),
            ("FALSE", json!(false)),
            ("yes", json!("yes")),
            ("off", json!("off")),
            ("nULL", json!("nULL")),
            ("inf", json!("inf")),
            ("NaN", json!("NaN")),
        ] {
            assert_eq!(resolve(text), Ok(value), "{text}");
        }
    }

    #[test]
    fn numbers_are_read_in_every_notation_of_the_core_schema() {
        for (text, value) in [
            ("80", json!(80)),
            ("-7", json!(-7)),
            ("+7", json!(7)),
            ("007", json!(7)),
            ("0o17", json!(15)),
            ("0xfF", json!(255)),
            ("1.10", json!(1.1)),
            (".5", json!(0.5)),
            ("80.0", json!(80)),
            ("8e1", json!(80)),
            ("18446744073709551615", json!(u64::MAX)),
            ("18446744073709551616", json!(18_446_744_073_709_551_616.0)),
        ] {
            assert_eq!(resolve(text), Ok(value), "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_a_number_is_a_string() {
        for text in [
            "1_000", "1.2.3", "0o8", "0x", "-0x1", "1e", "e1", ".", "-", "+", "12:30", "--1",
            "1-2", "infinity",
        ] {
            assert_eq!(resolve(text), Ok(json!(text)), "{text}");
        }
    }

    #[test]
    fn what_json_cannot_express_is_refused() {
        for text in [".inf", "-.INF", ".nan", "1e999", "0xfffffffffffffffff"] {
            assert_eq!(resolve(text), Err(Inexpressible), "{text}");
        }
    }
}
