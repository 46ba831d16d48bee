//! `equals-ignore-case`: each character of the operand stands for its lower and its upper case.
//!
//! That is not the same as comparing two texts in lower case: the operand `ß` also stands for
//! `SS`, its upper case, but the operand `ss` does not stand for `ß`.

/// A text whose case does not matter.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum IgnoreCase {
    /// One of ASCII only.
    Ascii(Box<str>),
    /// The lower and the upper case of each character. Neither begins or ends with the other
    /// unless they are equal, so the first that fits is the only one.
    Any(Box<[(Box<str>, Box<str>)]>),
}

impl IgnoreCase {
    pub(crate) fn new(operand: &str) -> Self {
        if operand.is_ascii() {
            return Self::Ascii(operand.into());
        }
        Self::Any(operand.chars().map(cases).collect())
    }

    /// Whether the value is the operand.
    pub(crate) fn equals(&self, value: &str) -> bool {
        match self {
            Self::Ascii(operand) => operand.eq_ignore_ascii_case(value),
            Self::Any(_) => self.without_start(value) == Some(""),
        }
    }

    /// Whether the value starts with the operand.
    pub(crate) fn starts(&self, value: &str) -> bool {
        self.without_start(value).is_some()
    }

    /// Whether the value ends with the operand.
    pub(crate) fn ends(&self, value: &str) -> bool {
        match self {
            Self::Ascii(operand) => {
                let from = value.len().checked_sub(operand.len());
                let end = from.and_then(|from| value.as_bytes().get(from..));
                end.is_some_and(|end| end.eq_ignore_ascii_case(operand.as_bytes()))
            }
            Self::Any(characters) => {
                let strip = |left, (lower, upper): &(Box<str>, Box<str>)| {
                    str::strip_suffix(left, &**lower).or_else(|| left.strip_suffix(&**upper))
                };
                characters.iter().rev().try_fold(value, strip).is_some()
            }
        }
    }

    fn without_start<'v>(&self, value: &'v str) -> Option<&'v str> {
        match self {
            Self::Ascii(operand) => {
                let (start, left) = value.split_at_checked(operand.len())?;
                start.eq_ignore_ascii_case(operand).then_some(left)
            }
            Self::Any(characters) => {
                let strip = |left: &'v str, (lower, upper): &(Box<str>, Box<str>)| {
                    left.strip_prefix(&**lower)
                        .or_else(|| left.strip_prefix(&**upper))
                };
                characters.iter().try_fold(value, strip)
            }
        }
    }
}

/// The lower and the upper case of a character.
fn cases(character: char) -> (Box<str>, Box<str>) {
    let lower: String = character.to_lowercase().collect();
    let upper: String = character.to_uppercase().collect();
    (lower.into(), upper.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ascii_compares_in_any_case() {
        let operand = IgnoreCase::new("EventB");
        assert!(operand.equals("eventb") && operand.equals("EVENTB"));
        assert!(operand.starts("eventbridge") && !operand.equals("eventbridge"));
        assert!(operand.ends("an EVENTb") && !operand.ends("ventb"));
        assert!(!operand.starts("évent"));
        assert!(!operand.starts("even") && !operand.equals("EVENTK"));
    }

    #[test]
    fn a_character_whose_cases_differ_in_length_stands_for_both() {
        let operand = IgnoreCase::new("Straße");
        assert!(operand.equals("STRASSE") && operand.equals("straße"));
        assert!(!operand.equals("strasse"));
        assert!(operand.starts("StraSSenbahn") && !operand.starts("strassenbahn"));
        assert!(operand.ends("Hauptstraße") && operand.ends("HAUPTSTRASSE"));
        assert!(!IgnoreCase::new("strasse").equals("Straße"));
    }

    #[test]
    fn an_empty_operand_starts_and_ends_everything() {
        let operand = IgnoreCase::new("");
        assert!(operand.starts("x") && operand.ends("x") && operand.equals(""));
        assert!(!operand.equals("x"));
    }

    #[test]
    fn no_character_has_a_case_that_begins_or_ends_with_the_other() {
        for character in '\0'..=char::MAX {
            let (lower, upper) = cases(character);
            let apart = |one: &str, other: &str| !one.starts_with(other) && !one.ends_with(other);
            assert!(
                lower == upper || (apart(&lower, &upper) && apart(&upper, &lower)),
                "{character}"
            );
        }
    }
}
