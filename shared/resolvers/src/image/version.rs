//! Versions as vendors write them: `22.04`, `2023.6.20250203`, `16.4`, `1.27.3-alpine`,
//! `3.13.0rc1-slim`.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Why a text is no version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a version: {reason}")]
pub struct InvalidVersion {
    text: String,
    reason: &'static str,
}

/// What stands before the release: the words that vendors put behind the numbers for it.
const EARLIER: [&str; 9] = [
    "a", "alpha", "b", "beta", "dev", "nightly", "pre", "preview", "rc",
];

/// A piece of what comes before a release.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Identifier {
    Number(u64),
    Word(String),
}

/// A version: numbers, perhaps a pre-release, perhaps a variant.
///
/// The order is total. It compares, one after the other:
/// 1. the numbers, from left to right; a number that is missing is 0;
/// 2. pre-releases (`rc1`, `beta.2`, …) before the release, and among each other by their words
///    and numbers, as in `SemVer`;
/// 3. variants (`alpine`, `slim`, whatever else follows the numbers): none before any, then by
///    their text;
/// 4. how many numbers there are, and at last the text, so that only the same text is equal.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Version {
    text: String,
    numbers: Vec<u64>,
    earlier: Vec<Identifier>,
    variant: Option<String>,
}

impl Version {
    /// Parses a version.
    ///
    /// # Errors
    /// Where the text does not begin with a number (after a `v`), holds characters that no
    /// version does, or is too long.
    pub fn parse(text: &str) -> Result<Self, InvalidVersion> {
        let refused = |reason| InvalidVersion {
            text: text
                .chars()
                .take(80)
                .flat_map(char::escape_default)
                .collect(),
            reason,
        };
        let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '+');
        if text.len() > 128 || !text.chars().all(legal) {
            return Err(refused(
                "it may hold 128 letters, digits and `.`, `-`, `_`, `+`",
            ));
        }
        let (numbers, rest) = numbers(text.strip_prefix('v').unwrap_or(text))
            .ok_or_else(|| refused("a number has more than 18 digits"))?;
        if numbers.is_empty() {
            return Err(refused("it must begin with a number"));
        }
        // Build metadata says nothing of the order (Semantic Versioning 2.0.0, section 10).
        let (rest, _build) = rest.split_once('+').unwrap_or((rest, ""));
        let mut words = rest
            .trim_start_matches(['-', '.', '_'])
            .split(['-', '_'])
            .filter(|word| !word.is_empty())
            .peekable();
        let mut earlier = Vec::new();
        while let Some(identifiers) = words.next_if(|word| is_earlier(word)).map(identifiers) {
            earlier.extend(identifiers);
        }
        // `beta-2` is `beta.2`.
        if !earlier.is_empty() {
            let number = words.next_if(|word| word.chars().all(|c| c.is_ascii_digit()));
            earlier.extend(number.into_iter().flat_map(identifiers));
        }
        let variant = words.collect::<Vec<_>>().join("-");
        Ok(Self {
            text: text.to_owned(),
            numbers,
            earlier,
            variant: (!variant.is_empty()).then_some(variant),
        })
    }

    /// The version as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The numbers it begins with.
    #[must_use]
    pub fn numbers(&self) -> &[u64] {
        &self.numbers
    }

    /// What kind of build it is, for example `alpine`.
    #[must_use]
    pub fn variant(&self) -> Option<&str> {
        self.variant.as_deref()
    }

    /// Whether it comes before a release.
    #[must_use]
    pub fn is_prerelease(&self) -> bool {
        !self.earlier.is_empty()
    }

    /// Which of two comes first, whatever the variant and the way they are written.
    pub(super) fn precedence(&self, other: &Self) -> Ordering {
        significant(&self.numbers)
            .cmp(significant(&other.numbers))
            .then_with(|| other.is_prerelease().cmp(&self.is_prerelease()))
            .then_with(|| self.earlier.cmp(&other.earlier))
    }

    /// Whether both have the same numbers; missing ones are 0.
    pub(super) fn same_numbers(&self, other: &Self) -> bool {
        significant(&self.numbers) == significant(&other.numbers)
    }

    /// The release with these numbers.
    pub(super) fn release(numbers: Vec<u64>) -> Self {
        let shown: Vec<String> = numbers.iter().map(u64::to_string).collect();
        Self {
            text: shown.join("."),
            numbers,
            earlier: Vec::new(),
            variant: None,
        }
    }
}

/// Numbers without the zeros at their end.
fn significant(numbers: &[u64]) -> &[u64] {
    let zeros = numbers
        .iter()
        .rev()
        .take_while(|number| **number == 0)
        .count();
    numbers
        .get(..numbers.len().saturating_sub(zeros))
        .unwrap_or(numbers)
}

/// The dotted numbers that the text begins with and what follows; none where one is too large.
fn numbers(text: &str) -> Option<(Vec<u64>, &str)> {
    let mut numbers = Vec::new();
    let mut rest = text;
    loop {
        let after = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        let digits = rest.strip_suffix(after).unwrap_or_default();
        if digits.len() > 18 {
            return None;
        }
        let Ok(number) = digits.parse() else { break };
        numbers.push(number);
        rest = after;
        match after.strip_prefix('.') {
            Some(more) if more.starts_with(|c: char| c.is_ascii_digit()) => rest = more,
            Some(_) | None => break,
        }
    }
    Some((numbers, rest))
}

/// Whether a word such as `rc1` or `beta.2` says that this comes before a release.
fn is_earlier(word: &str) -> bool {
    let letters = word.split(|c: char| !c.is_ascii_alphabetic()).next();
    letters.is_some_and(|letters| EARLIER.contains(&letters.to_ascii_lowercase().as_str()))
}

/// The words and numbers of a word such as `rc1` or `beta.2`.
fn identifiers(word: &str) -> Vec<Identifier> {
    let mut found = Vec::new();
    for part in word.split('.') {
        let digits = part.trim_start_matches(|c: char| !c.is_ascii_digit());
        let letters = part.strip_suffix(digits).unwrap_or_default();
        if !letters.is_empty() {
            found.push(Identifier::Word(letters.to_ascii_lowercase()));
        }
        match digits.parse() {
            Ok(number) => found.push(Identifier::Number(number)),
            Err(_) if digits.is_empty() => {}
            Err(_) => found.push(Identifier::Word(digits.to_ascii_lowercase())),
        }
    }
    found
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        self.precedence(other)
            .then_with(|| self.variant.cmp(&other.variant))
            .then_with(|| self.numbers.len().cmp(&other.numbers.len()))
            .then_with(|| self.text.cmp(&other.text))
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Version {
    type Err = InvalidVersion;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Version {
    type Error = InvalidVersion;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Version> for String {
    fn from(version: Version) -> Self {
        version.text
    }
}

#[cfg(test)]
#[path = "version_tests.rs"]
mod tests;
