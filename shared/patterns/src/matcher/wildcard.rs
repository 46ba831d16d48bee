//! `wildcard`: `*` stands for any run of characters, `\*` and `\\` for the characters themselves.

/// A text with wildcards, taken apart at them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Wildcard {
    /// What the value starts with; all of it, if there is no wildcard.
    first: Box<str>,
    /// What comes after each wildcard.
    rest: Box<[Box<str>]>,
}

impl Wildcard {
    /// Reads `text`.
    ///
    /// # Errors
    ///
    /// What is wrong with it: two wildcards in a row, or a backslash before another character.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut ended: Vec<Box<str>> = Vec::new();
        let mut part = String::new();
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            match character {
                '*' if characters.peek() == Some(&'*') => {
                    return Err(format!("`{text}` has two wildcards in a row"));
                }
                '*' => ended.push(std::mem::take(&mut part).into()),
                '\\' => part.push(escaped(characters.next()).ok_or_else(|| {
                    format!("`{text}` has a backslash that is not before `*` or another backslash")
                })?),
                literal => part.push(literal),
            }
        }
        let mut parts = ended.into_iter().chain([part.into()]);
        Ok(Self {
            first: parts.next().unwrap_or_default(),
            rest: parts.collect(),
        })
    }

    /// What every such text starts with.
    pub(crate) fn prefix(&self) -> &str {
        &self.first
    }

    /// What every such text ends with.
    pub(crate) fn suffix(&self) -> &str {
        self.rest.last().unwrap_or(&self.first)
    }

    /// Whether `value` is such a text. Each part is looked for once, from left to right: taking
    /// the first place where it fits leaves the most for those after it.
    pub(crate) fn matches(&self, value: &str) -> bool {
        let Some((last, between)) = self.rest.split_last() else {
            return *self.first == *value;
        };
        let Some(mut left) = value.strip_prefix(&*self.first) else {
            return false;
        };
        for part in between {
            match left.split_once(&**part) {
                Some((_, after)) => left = after,
                None => return false,
            }
        }
        left.ends_with(&**last)
    }
}

/// The character that a backslash before `next` stands for.
fn escaped(next: Option<char>) -> Option<char> {
    next.filter(|character| matches!(character, '*' | '\\'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn matches(pattern: &str, value: &str) -> bool {
        Wildcard::parse(pattern).unwrap().matches(value)
    }

    #[test]
    fn a_wildcard_stands_for_any_run_of_characters_none_included() {
        assert!(matches("arn:*:service/web*", "arn:aws:ecs:service/web-1"));
        assert!(matches("*", ""));
        assert!(matches("a*c", "ac"));
        assert!(matches("*.png", ".png"));
        assert!(!matches("a*c", "acb"));
        assert!(!matches("*.png", "a.PNG"));
        assert!(!matches("ab*ba", "aba"), "the two ends share no character");
        assert!(matches("*\n*", "a\nb"));
    }

    #[test]
    fn without_a_wildcard_the_whole_value_is_meant() {
        assert!(matches("web", "web"));
        assert!(!matches("web", "web-1"));
        assert!(matches("", ""));
        assert!(!matches("", "x"));
    }

    #[test]
    fn a_backslash_takes_the_meaning_from_an_asterisk_and_from_itself() {
        assert!(matches(r"a\*b", "a*b"));
        assert!(!matches(r"a\*b", "axb"));
        assert!(matches(r"a\\*b", r"a\xyb"));
        assert!(matches(r"\**\*", "*x*"));
    }

    #[test]
    fn wildcards_in_a_row_and_idle_backslashes_are_refused() {
        let refusal = |text| Wildcard::parse(text).unwrap_err();
        assert_eq!(refusal("a**"), "`a**` has two wildcards in a row");
        let idle = r"`a\n` has a backslash that is not before `*` or another backslash";
        assert_eq!(refusal(r"a\n"), idle);
        assert!(Wildcard::parse("\\").is_err());
        assert!(Wildcard::parse(r"*\**").is_ok());
    }

    #[test]
    fn a_value_that_nearly_matches_in_many_ways_is_decided_at_once() {
        let pattern = "*a".repeat(1_000) + "*b";
        assert!(!matches(&pattern, &"a".repeat(100_000)));
    }

    /// The meaning, letter by letter.
    fn naive(pattern: &[char], value: &[char]) -> bool {
        match (pattern.split_first(), value.split_first()) {
            (None, None) => true,
            (Some(('*', others)), _) if naive(others, value) => true,
            (Some(('*', _)), Some((_, left))) => naive(pattern, left),
            (Some((wanted, others)), Some((found, left))) => wanted == found && naive(others, left),
            (Some(_), None) | (None, Some(_)) => false,
        }
    }

    proptest! {
        #[test]
        fn it_means_what_a_naive_matcher_says(pattern in "[ab*]{0,8}", value in "[ab]{0,10}") {
            let characters = |text: &str| text.chars().collect::<Vec<_>>();
            match Wildcard::parse(&pattern) {
                Ok(wildcard) => prop_assert_eq!(
                    wildcard.matches(&value),
                    naive(&characters(&pattern), &characters(&value))
                ),
                Err(_) => prop_assert!(pattern.contains("**")),
            }
        }
    }
}
