//! What each keyword of a schema demands, in the user's words.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the validator has some forty kinds of errors; our schemas use those that are named"
)]

use jsonschema::error::ValidationErrorKind as Error;
use serde_json::Value;

use crate::{mismatch, wording};

/// Whether a schema's `x-message` speaks of this kind of error. Types, lengths and counts say
/// better themselves what is wrong.
pub(crate) fn can_be_reworded(kind: &Error) -> bool {
    matches!(
        kind,
        Error::Pattern { .. }
            | Error::Not { .. }
            | Error::Enum { .. }
            | Error::Minimum { .. }
            | Error::Maximum { .. }
            | Error::MultipleOf { .. }
    )
}

/// Whether it helps to show the value: it does not where its size is wrong, or part of its text.
pub(crate) fn is_of_value(kind: &Error) -> bool {
    !matches!(
        kind,
        Error::Not { .. }
            | Error::UniqueItems
            | Error::MinLength { .. }
            | Error::MaxLength { .. }
            | Error::MinItems { .. }
            | Error::MaxItems { .. }
            | Error::MinProperties { .. }
            | Error::MaxProperties { .. }
    )
}

/// What a value must be; none for what our schemas do not use.
pub(crate) fn of(kind: &Error) -> Option<String> {
    Some(match kind {
        Error::Type { kind } => format!("must be {}", mismatch::wanted(kind)),
        Error::Constant { expected_value } => format!("must be {}", quoted(expected_value)),
        Error::Enum { options } => {
            format!("must be {}", wording::any_of(&plain_options(options)))
        }
        Error::Minimum { limit } => format!("must be at least {limit}"),
        Error::Maximum { limit } => format!("must be at most {limit}"),
        Error::MultipleOf { multiple_of } => format!("must be a multiple of {multiple_of}"),
        Error::Pattern { pattern } => format!("must match {}", wording::quoted(pattern)),
        Error::MinLength { limit } => at_least(*limit, "character"),
        Error::MaxLength { limit } => at_most(*limit, "character"),
        Error::MinItems { limit } => at_least(*limit, "item"),
        Error::MaxItems { limit } => at_most(*limit, "item"),
        Error::MinProperties { limit } => at_least(*limit, "field"),
        Error::MaxProperties { limit } => at_most(*limit, "field"),
        Error::UniqueItems => "must not have the same item twice".to_owned(),
        Error::OneOfMultipleValid { .. } => "fits more than one of its forms".to_owned(),
        _ => return None,
    })
}

/// The hint for a value that is none of `options`.
pub(crate) fn near_option(value: &Value, options: &Value) -> Option<String> {
    let options = plain_options(options);
    let text = value.as_str()?;
    if options.iter().any(|option| option == text) {
        return Some(format!("write {text} without quotes"));
    }
    wording::did_you_mean(text, options.iter().map(String::as_str))
}

fn at_least(limit: u64, noun: &str) -> String {
    format!("must have at least {limit} {noun}{}", plural(limit))
}

fn at_most(limit: u64, noun: &str) -> String {
    format!("must have at most {limit} {noun}{}", plural(limit))
}

fn plural(count: u64) -> &'static str {
    if count == 1 { "" } else { "s" }
}

fn quoted(value: &Value) -> String {
    wording::shown(value, None)
}

fn plain_options(options: &Value) -> Vec<String> {
    let options = options.as_array().map(Vec::as_slice).unwrap_or_default();
    options
        .iter()
        .map(|option| {
            option
                .as_str()
                .map_or_else(|| option.to_string(), str::to_owned)
        })
        .collect()
}
