//! The list of values of a field: plain values, and objects with one operator.

use serde_json::{Map, Value};

use super::numeric;
use crate::matcher::{Block, IgnoreCase, Matcher, Scalar, TextMatcher, Wildcard};
use crate::mistake::{Mistake, below, nearest};
use crate::number::{LIMIT, Number};

const EQUALS_IGNORE_CASE: &str = "equals-ignore-case";
/// What the documentation lists; `exactly` is accepted too.
const OPERATORS: [&str; 8] = [
    "anything-but",
    "cidr",
    EQUALS_IGNORE_CASE,
    "exists",
    "numeric",
    "prefix",
    "suffix",
    "wildcard",
];
const IN_ANYTHING_BUT: [&str; 4] = ["prefix", "suffix", EQUALS_IGNORE_CASE, "wildcard"];

/// What went wrong, below the value that is read.
type Refusal = (String, String, Option<String>);
type Outcome<T> = Result<T, Refusal>;

fn refusal<T>(message: impl Into<String>) -> Outcome<T> {
    Err((String::new(), message.into(), None))
}

/// Reads the alternatives at `pointer`.
pub(super) fn values(values: &[Value], pointer: &str, mistakes: &mut Vec<Mistake>) -> Vec<Matcher> {
    if values.is_empty() {
        mistakes.push(Mistake::new(pointer, "an empty list matches nothing"));
    }
    let mut matchers = Vec::with_capacity(values.len());
    for (number, value) in values.iter().enumerate() {
        match matcher(value) {
            Ok(matcher) => matchers.push(matcher),
            Err((path, message, hint)) => {
                let pointer = format!("{pointer}/{number}{path}");
                mistakes.push(Mistake::new(pointer, message).with_hint(hint));
            }
        }
    }
    matchers
}

fn matcher(value: &Value) -> Outcome<Matcher> {
    if let Some(scalar) = Scalar::of(value) {
        return Ok(Matcher::Exact(scalar));
    }
    let Value::Object(fields) = value else {
        return refusal("a value must be a text, a number, true, false, null, or an operator");
    };
    let (name, operand) = only(fields)?;
    let matcher = match name {
        "exactly" => text(name, operand).map(|text| Matcher::Exact(Scalar::Text(text.into()))),
        "exists" => match operand.as_bool() {
            Some(wanted) => Ok(Matcher::Exists(wanted)),
            None => refusal("`exists` takes true or false"),
        },
        "numeric" => numeric::range(operand)
            .map(Matcher::Numeric)
            .or_else(refusal),
        "anything-but" => anything_but(operand),
        "cidr" | "prefix" | "suffix" | EQUALS_IGNORE_CASE | "wildcard" => {
            text_matcher(name, operand).map(Matcher::Text)
        }
        unknown => Err((
            String::new(),
            format!("there is no operator `{unknown}`"),
            nearest(unknown, &OPERATORS),
        )),
    };
    matcher.map_err(|refusal| within(name, refusal))
}

/// The only field of an object.
fn only(fields: &Map<String, Value>) -> Outcome<(&str, &Value)> {
    let mut fields = fields.iter();
    match (fields.next(), fields.next()) {
        (Some((name, operand)), None) => Ok((name, operand)),
        (None, _) => refusal("an operator is missing"),
        (Some((one, _)), Some((other, _))) => {
            refusal(format!("`{one}` and `{other}` must be values of their own"))
        }
    }
}

fn within(name: &str, (path, message, hint): Refusal) -> Refusal {
    (below("", name) + &path, message, hint)
}

fn text<'v>(name: &str, operand: &'v Value) -> Outcome<&'v str> {
    let text = operand.as_str();
    text.map_or_else(|| refusal(format!("`{name}` takes a text")), Ok)
}

fn text_matcher(name: &str, operand: &Value) -> Outcome<TextMatcher> {
    let affix = matches!(name, "prefix" | "suffix");
    if let Value::Object(fields) = operand
        && affix
    {
        let (inner, operand) = only(fields)?;
        if inner != EQUALS_IGNORE_CASE {
            let message = format!("`{name}` takes a text or `{EQUALS_IGNORE_CASE}`");
            return Err(within(inner, (String::new(), message, None)));
        }
        let text = text(inner, operand).map_err(|refusal| within(inner, refusal))?;
        let affix = IgnoreCase::new(text);
        return Ok(match name {
            "prefix" => TextMatcher::PrefixIgnoreCase(affix),
            _ => TextMatcher::SuffixIgnoreCase(affix),
        });
    }
    let text = text(name, operand)?;
    match name {
        "prefix" => Ok(TextMatcher::Prefix(text.into())),
        "suffix" => Ok(TextMatcher::Suffix(text.into())),
        "wildcard" => Wildcard::parse(text)
            .map(TextMatcher::Wildcard)
            .or_else(refusal),
        "cidr" => Block::parse(text).map(TextMatcher::Cidr).or_else(refusal),
        _ => Ok(TextMatcher::EqualsIgnoreCase(IgnoreCase::new(text))),
    }
}

fn anything_but(operand: &Value) -> Outcome<Matcher> {
    if let Value::Object(fields) = operand {
        let (inner, operand) = only(fields)?;
        return anything_but_text(inner, operand).map_err(|refusal| within(inner, refusal));
    }
    let unwanted = one_or_several(operand);
    if unwanted.is_empty() {
        return refusal("`anything-but` needs a value");
    }
    let texts = unwanted.iter().all(Value::is_string);
    if !texts && !unwanted.iter().all(Value::is_number) {
        return refusal("`anything-but` takes texts or numbers, and not both");
    }
    let scalars: Vec<_> = unwanted.iter().filter_map(Scalar::of).collect();
    if !texts {
        for number in unwanted {
            comparable(number).or_else(refusal)?;
        }
    }
    Ok(Matcher::AnythingBut(scalars.into()))
}

fn anything_but_text(name: &str, operand: &Value) -> Outcome<Matcher> {
    if !IN_ANYTHING_BUT.contains(&name) {
        let message = format!("`anything-but` does not take `{name}`");
        let hint = nearest(name, &IN_ANYTHING_BUT);
        return Err((String::new(), message, hint));
    }
    let unwanted = one_or_several(operand);
    if unwanted.is_empty() {
        return refusal(format!("`{name}` needs a text"));
    }
    let mut matchers = Vec::with_capacity(unwanted.len());
    for value in unwanted {
        let text = text(name, value)?;
        if text.is_empty() && matches!(name, "prefix" | "suffix") {
            return refusal(format!("every text has an empty {name}"));
        }
        matchers.push(text_matcher(name, value)?);
    }
    Ok(Matcher::AnythingButText(matchers.into()))
}

fn one_or_several(operand: &Value) -> &[Value] {
    operand
        .as_array()
        .map_or_else(|| std::slice::from_ref(operand), Vec::as_slice)
}

/// The number in millionths.
///
/// # Errors
///
/// Why it cannot be compared.
pub(super) fn comparable(value: &Value) -> Result<i64, String> {
    let Value::Number(number) = value else {
        return Err(format!("`{value}` is no number"));
    };
    let units = Number::of(number).millionths();
    units.ok_or_else(|| {
        format!("`{value}` is not between -{LIMIT} and {LIMIT} with at most six decimals")
    })
}
