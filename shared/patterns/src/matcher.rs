//! What a field's value is compared with.

mod block;
mod ignore_case;
mod range;
mod wildcard;

use serde_json::Value;

pub(crate) use block::Block;
pub(crate) use ignore_case::IgnoreCase;
pub(crate) use range::{Comparison, Range};
pub(crate) use wildcard::Wildcard;

use crate::number::Number;

/// A value that is compared as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Scalar {
    Null,
    Bool(bool),
    Number(Number),
    Text(Box<str>),
}

impl Scalar {
    /// The scalar that JSON shows; none for a list or an object.
    pub(crate) fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Null => Some(Self::Null),
            Value::Bool(truth) => Some(Self::Bool(*truth)),
            Value::Number(number) => Some(Self::Number(Number::of(number))),
            Value::String(text) => Some(Self::Text(text.as_str().into())),
            Value::Array(_) | Value::Object(_) => None,
        }
    }

    fn equals(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Text(wanted), Value::String(text)) => **wanted == **text,
            (Self::Number(wanted), Value::Number(number)) => *wanted == Number::of(number),
            (Self::Bool(wanted), Value::Bool(truth)) => wanted == truth,
            (Self::Null, Value::Null) => true,
            (Self::Text(_) | Self::Number(_) | Self::Bool(_) | Self::Null, _) => false,
        }
    }
}

/// A comparison of text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum TextMatcher {
    Prefix(Box<str>),
    PrefixIgnoreCase(IgnoreCase),
    Suffix(Box<str>),
    SuffixIgnoreCase(IgnoreCase),
    EqualsIgnoreCase(IgnoreCase),
    Wildcard(Wildcard),
    Cidr(Block),
}

impl TextMatcher {
    /// Whether the value is a text that fits.
    fn matches(&self, value: &Value) -> bool {
        let Value::String(text) = value else {
            return false;
        };
        match self {
            Self::Prefix(prefix) => text.starts_with(&**prefix),
            Self::PrefixIgnoreCase(prefix) => prefix.starts(text),
            Self::Suffix(suffix) => text.ends_with(&**suffix),
            Self::SuffixIgnoreCase(suffix) => suffix.ends(text),
            Self::EqualsIgnoreCase(wanted) => wanted.equals(text),
            Self::Wildcard(wildcard) => wildcard.matches(text),
            Self::Cidr(block) => block.contains(text),
        }
    }
}

/// One alternative for the value of a field.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Matcher {
    /// The value itself.
    Exact(Scalar),
    /// A text.
    Text(TextMatcher),
    /// Any value but these.
    AnythingBut(Box<[Scalar]>),
    /// Any value but texts that fit one of these.
    AnythingButText(Box<[TextMatcher]>),
    /// A number.
    Numeric(Range),
    /// Whether there is a value at all.
    Exists(bool),
}

impl Matcher {
    /// The only value that it accepts, if there is only one.
    pub(crate) fn exact(&self) -> Option<&Scalar> {
        match self {
            Self::Exact(scalar) => Some(scalar),
            Self::Text(_)
            | Self::AnythingBut(_)
            | Self::AnythingButText(_)
            | Self::Numeric(_)
            | Self::Exists(_) => None,
        }
    }

    /// What every text that it accepts starts with, if it accepts such texts only.
    pub(crate) fn prefix(&self) -> Option<&str> {
        let prefix = match self {
            Self::Text(TextMatcher::Prefix(prefix)) => &**prefix,
            Self::Text(TextMatcher::Wildcard(wildcard)) => wildcard.prefix(),
            Self::Text(_)
            | Self::Exact(_)
            | Self::AnythingBut(_)
            | Self::AnythingButText(_)
            | Self::Numeric(_)
            | Self::Exists(_) => "",
        };
        Some(prefix).filter(|prefix| !prefix.is_empty())
    }

    /// What every text that it accepts ends with, if it accepts such texts only.
    pub(crate) fn suffix(&self) -> Option<&str> {
        let suffix = match self {
            Self::Text(TextMatcher::Suffix(suffix)) => &**suffix,
            Self::Text(TextMatcher::Wildcard(wildcard)) => wildcard.suffix(),
            Self::Text(_)
            | Self::Exact(_)
            | Self::AnythingBut(_)
            | Self::AnythingButText(_)
            | Self::Numeric(_)
            | Self::Exists(_) => "",
        };
        Some(suffix).filter(|suffix| !suffix.is_empty())
    }

    /// The numbers that it accepts, if it accepts numbers of a range only.
    pub(crate) fn range(&self) -> Option<Range> {
        match self {
            Self::Numeric(range) => Some(*range),
            Self::Text(_)
            | Self::Exact(_)
            | Self::AnythingBut(_)
            | Self::AnythingButText(_)
            | Self::Exists(_) => None,
        }
    }

    /// Whether it is a wildcard: what starts and ends as it does need not match it.
    pub(crate) fn is_wildcard(&self) -> bool {
        matches!(self, Self::Text(TextMatcher::Wildcard(_)))
    }

    /// Whether it accepts `value`, a scalar that is there.
    pub(crate) fn matches(&self, value: &Value) -> bool {
        match self {
            Self::Exact(wanted) => wanted.equals(value),
            Self::Text(text) => text.matches(value),
            Self::AnythingBut(unwanted) => !unwanted.iter().any(|one| one.equals(value)),
            Self::AnythingButText(unwanted) => !unwanted.iter().any(|one| one.matches(value)),
            Self::Numeric(range) => {
                let number = value.as_number().map(Number::of);
                number.is_some_and(|number| range.contains(number))
            }
            Self::Exists(wanted) => *wanted,
        }
    }
}
