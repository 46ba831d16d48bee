//! Which versions are wanted: `latest`, `22.04`, `~> 22`, `>= 1.2, < 2`, `^1`, `1.x`.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::version::{InvalidVersion, Version};

/// Why a text is no constraint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConstraintError {
    /// Nothing between two commas, or nothing at all.
    #[error("`{0}` has nothing where a version should be")]
    Empty(String),
    /// An operator that does not exist.
    #[error(
        "`{0}` begins with no operator that is known; there are `=`, `>`, `>=`, `<`, `<=`, `~>`, `^`, and `latest` or a version alone"
    )]
    UnknownOperator(String),
    /// The version behind the operator.
    #[error(transparent)]
    Version(#[from] InvalidVersion),
    /// Two variants at once.
    #[error("`{0}` asks for two variants at once")]
    SeveralVariants(String),
    /// `latest` together with something else, or a wildcard behind an operator.
    #[error("`{0}` must stand alone")]
    NotAlone(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equal,
    Greater,
    AtLeast,
    Less,
    AtMost,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Bound {
    operator: Operator,
    version: Version,
}

/// Which versions are wanted.
///
/// | written | means |
/// |---|---|
/// | `latest` | any release, the highest of which is taken |
/// | `1.2`, `= 1.2` | that version; missing numbers are 0 |
/// | `> 1.2`, `>= 1.2`, `< 2`, `<= 2` | what they say; several with commas between them, all of which must hold |
/// | `~> 22` | 22 and all below 23 |
/// | `~> 22.04` | 22.04 and all below 23: the last number may grow |
/// | `^1.2` | 1.2 and all below 2; `^0.2` ends below 0.3 |
/// | `1.x`, `1.2.*` | all that begin with these numbers |
///
/// A variant must be asked for by name: `~> 1.27-alpine` takes only versions that end with
/// `-alpine`, `~> 1.27` only versions that end with no word; `latest-alpine` works as well. A
/// pre-release is taken only where the constraint names one with the same numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Constraint {
    text: String,
    bounds: Vec<Bound>,
    variant: Option<String>,
}

impl Constraint {
    /// Parses a constraint.
    ///
    /// # Errors
    /// As [`ConstraintError`] says.
    pub fn parse(text: &str) -> Result<Self, ConstraintError> {
        let mut bounds = Vec::new();
        let mut variant: Option<String> = None;
        let pieces: Vec<&str> = text.split(',').map(str::trim).collect();
        for piece in &pieces {
            if piece.is_empty() {
                return Err(ConstraintError::Empty(text.trim().to_owned()));
            }
            let asked = match latest(piece) {
                Some(_) if pieces.len() > 1 => {
                    return Err(ConstraintError::NotAlone((*piece).to_owned()));
                }
                Some(variant) => variant.map(Into::into),
                None => {
                    let (found, variant) = comparison(piece)?;
                    bounds.extend(found);
                    variant
                }
            };
            match (&variant, asked) {
                (Some(one), Some(other)) if *one != other => {
                    return Err(ConstraintError::SeveralVariants(text.trim().to_owned()));
                }
                (None, asked) => variant = asked,
                (Some(_), _) => {}
            }
        }
        Ok(Self {
            text: text.trim().to_owned(),
            bounds,
            variant,
        })
    }

    /// The constraint as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the version is wanted.
    #[must_use]
    pub fn allows(&self, version: &Version) -> bool {
        let named =
            |bound: &Bound| bound.version.is_prerelease() && bound.version.same_numbers(version);
        let stage = !version.is_prerelease() || self.bounds.iter().any(named);
        stage
            && version.variant() == self.variant.as_deref()
            && self.bounds.iter().all(|bound| bound.allows(version))
    }

    /// The one version that is wanted, where there is only one.
    #[must_use]
    pub fn exact(&self) -> Option<&Version> {
        match self.bounds.as_slice() {
            [bound] if bound.operator == Operator::Equal => Some(&bound.version),
            _ => None,
        }
    }

    /// The version that tells what lies near where nothing is allowed; none for `latest`.
    pub(super) fn anchor(&self) -> Option<&Version> {
        self.bounds.first().map(|bound| &bound.version)
    }

    /// The variant that is wanted.
    pub(super) fn variant(&self) -> Option<&str> {
        self.variant.as_deref()
    }
}

impl Bound {
    fn allows(&self, version: &Version) -> bool {
        let order = version.precedence(&self.version);
        match self.operator {
            Operator::Equal => order == Ordering::Equal,
            Operator::Greater => order == Ordering::Greater,
            Operator::AtLeast => order != Ordering::Less,
            Operator::Less => order == Ordering::Less,
            Operator::AtMost => order != Ordering::Greater,
        }
    }
}

/// The variant behind `latest`, if the piece is that.
fn latest(piece: &str) -> Option<Option<&str>> {
    let rest = piece.strip_prefix("latest")?;
    if rest.is_empty() {
        return Some(None);
    }
    rest.strip_prefix('-')
        .filter(|variant| !variant.is_empty())
        .map(Some)
}

/// The bounds of one piece between commas, and the variant that it names.
type Comparison = (Vec<Bound>, Option<String>);

/// What one piece between commas says.
fn comparison(piece: &str) -> Result<Comparison, ConstraintError> {
    let text = piece.trim_start_matches(['<', '>', '=', '~', '^', '!']);
    let operator = piece.strip_suffix(text).unwrap_or_default();
    let text = text.trim();
    if text.is_empty() {
        return Err(ConstraintError::Empty(piece.to_owned()));
    }
    if let Some(bounds) = wildcard(text)? {
        return if operator.is_empty() {
            Ok(bounds)
        } else {
            Err(ConstraintError::NotAlone(text.to_owned()))
        };
    }
    let version = Version::parse(text)?;
    let variant = version.variant().map(Into::into);
    let one = |operator, version| vec![Bound { operator, version }];
    let up_to = |kept: usize| between(version.clone(), kept);
    let bounds = match operator {
        "" | "=" => one(Operator::Equal, version),
        ">" => one(Operator::Greater, version),
        ">=" => one(Operator::AtLeast, version),
        "<" => one(Operator::Less, version),
        "<=" => one(Operator::AtMost, version),
        "~>" => up_to(version.numbers().len().saturating_sub(1).max(1)),
        "^" => {
            let zeros = version
                .numbers()
                .iter()
                .take_while(|number| **number == 0)
                .count();
            up_to((zeros + 1).min(version.numbers().len()))
        }
        _ => return Err(ConstraintError::UnknownOperator(piece.to_owned())),
    };
    Ok((bounds, variant))
}

/// What begins with the numbers before a wildcard, if there is one.
fn wildcard(text: &str) -> Result<Option<Comparison>, ConstraintError> {
    let (numbers, variant) = text.split_once('-').unwrap_or((text, ""));
    let Some(numbers) = numbers
        .strip_suffix(".x")
        .or_else(|| numbers.strip_suffix(".*"))
    else {
        return Ok(None);
    };
    let version = Version::parse(numbers)?;
    let kept = version.numbers().len();
    let variant = (!variant.is_empty()).then(|| variant.to_owned());
    Ok(Some((between(version, kept), variant)))
}

/// From `version` to where the number at `kept` would be one more.
fn between(version: Version, kept: usize) -> Vec<Bound> {
    let mut numbers: Vec<u64> = version.numbers().iter().copied().take(kept).collect();
    if let Some(last) = numbers.last_mut() {
        *last += 1;
    }
    vec![
        Bound {
            operator: Operator::AtLeast,
            version,
        },
        Bound {
            operator: Operator::Less,
            version: Version::release(numbers),
        },
    ]
}

impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Constraint {
    type Err = ConstraintError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Constraint {
    type Error = ConstraintError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Constraint> for String {
    fn from(constraint: Constraint) -> Self {
        constraint.text
    }
}

#[cfg(test)]
#[path = "constraint_tests.rs"]
mod tests;
