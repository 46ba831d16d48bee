//! Patterns for names: text with placeholders, taken apart once and refused where no type of
//! resource could make use of them.

use super::counter::Counter;

/// What is wrong with a pattern, whatever it is used for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// A brace without its partner.
    #[error("the pattern `{0}` has a brace without its partner")]
    Unbalanced(String),
    /// A placeholder that does not exist.
    #[error(
        "the pattern has no placeholder `{{{0}}}`; there are {{tenant}}, {{env}}, {{service}}, {{unit}}, {{input}}, {{type}}, {{region}}, {{account}}, {{hash:N}} with N from 6 to 32, {{seq}} and {{seq:0Nd}} with N from 1 to 6"
    )]
    UnknownPlaceholder(String),
    /// A filter that does not exist.
    #[error(
        "`{{{placeholder}}}` has no filter `{filter}`; there are `lower`, `upper`, `short:N` with N from 1 to 63 and `hash:N` with N from 4 to 32"
    )]
    UnknownFilter {
        /// The placeholder with its filters.
        placeholder: String,
        /// The filter.
        filter: String,
    },
    /// A filter where none can be.
    #[error("`{{{0}}}` takes no filter")]
    NoFilter(String),
    /// A character that no type allows.
    #[error("the pattern's text `{0}` may hold letters, digits and `-`, `_`, `.`, `/` only")]
    IllegalText(String),
    /// More than one number.
    #[error("the pattern holds {{seq}} more than once")]
    SeveralSequences,
    /// The number could not be told from what stands beside it.
    #[error(
        "nothing but text may stand before {{seq}} or nothing but text after it, and no digit right beside it, or two owners could get the same name"
    )]
    UnclearSequence,
    /// Two owners could get the same name.
    #[error("the pattern must hold {{hash:N}} or {{seq}}, or two owners could get the same name")]
    NotUnique,
}

/// What a placeholder stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Tenant,
    Environment,
    Service,
    Unit,
    Input,
    Type,
    Region,
    Account,
}

impl Source {
    const ALL: [(&'static str, Self); 8] = [
        ("tenant", Self::Tenant),
        ("env", Self::Environment),
        ("service", Self::Service),
        ("unit", Self::Unit),
        ("input", Self::Input),
        ("type", Self::Type),
        ("region", Self::Region),
        ("account", Self::Account),
    ];

    fn parse(text: &str) -> Option<Self> {
        let found = Self::ALL.iter().find(|(name, _)| *name == text);
        found.map(|(_, source)| *source)
    }

    /// The name of the placeholder.
    pub(super) fn name(self) -> &'static str {
        let found = Self::ALL.iter().find(|(_, source)| *source == self);
        found.map_or("", |(name, _)| name)
    }
}

/// What is done to a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Filter {
    Lower,
    Upper,
    Short(usize),
    Hash(usize),
}

impl Filter {
    fn parse(text: &str) -> Option<Self> {
        let number = |prefix: &str| text.strip_prefix(prefix)?.parse().ok();
        match text {
            "lower" => Some(Self::Lower),
            "upper" => Some(Self::Upper),
            _ => match (number("short:"), number("hash:")) {
                (Some(length @ 1..=63), _) => Some(Self::Short(length)),
                (_, Some(digits @ 4..=32)) => Some(Self::Hash(digits)),
                _ => None,
            },
        }
    }
}

/// One piece of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    Text(String),
    Value(Source, Vec<Filter>),
    Hash(usize),
    /// The number, filled up with zeros to this width.
    Sequence(usize),
}

impl Part {
    /// Whether the part may be cut so that the name fits.
    pub(super) fn gives_way(&self) -> bool {
        match self {
            Self::Value(Source::Type | Source::Region | Source::Account, _) => false,
            Self::Value(_, filters) => !filters
                .iter()
                .any(|filter| matches!(filter, Filter::Short(_) | Filter::Hash(_))),
            Self::Text(_) | Self::Hash(_) | Self::Sequence(_) => false,
        }
    }
}

/// A pattern for names, for example `gp-{tenant}-{env}-{service}-{unit}-{hash:8}`. The
/// documentation of [`super::NamingConfig`] describes the language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(pub(super) Vec<Part>);

impl Pattern {
    /// The pattern that applies where none is configured.
    pub const DEFAULT: &'static str = "gp-{tenant}-{env}-{service}-{unit}-{hash:8}";

    /// Parses a pattern. Whether its names are legal depends on the type of resource:
    /// [`super::NamingConfig::check`] says so.
    ///
    /// # Errors
    /// As [`PatternError`] says.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let mut parts = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (literal, tail) = rest.split_once('{').unwrap_or((rest, ""));
            if !literal.is_empty() {
                parts.push(self::literal(literal)?);
            }
            if literal.len() == rest.len() {
                break;
            }
            let (placeholder, tail) = tail
                .split_once('}')
                .ok_or_else(|| PatternError::Unbalanced(text.to_owned()))?;
            parts.push(self::placeholder(placeholder)?);
            rest = tail;
        }
        let pattern = Self(parts);
        pattern.check()?;
        Ok(pattern)
    }

    /// Whether names need a number from a counter.
    #[must_use]
    pub fn is_numbered(&self) -> bool {
        self.0.iter().any(|part| matches!(part, Part::Sequence(_)))
    }

    /// Whether names hold a hash of their owner.
    #[must_use]
    pub fn is_hashed(&self) -> bool {
        self.0.iter().any(|part| matches!(part, Part::Hash(_)))
    }

    fn check(&self) -> Result<(), PatternError> {
        let is_sequence = |part: &Part| matches!(part, Part::Sequence(_));
        match self.0.iter().filter(|part| is_sequence(part)).count() {
            0 if !self.is_hashed() => Err(PatternError::NotUnique),
            0 => Ok(()),
            1 => {
                let mut sides = self.0.splitn(2, is_sequence);
                let before = sides.next().unwrap_or_default();
                let after = sides.next().unwrap_or_default();
                let clear = |text: Option<&Part>, beside: fn(&str) -> Option<char>| match text {
                    None => true,
                    Some(Part::Text(text)) => beside(text).is_some_and(|c| !c.is_ascii_digit()),
                    Some(Part::Value(..) | Part::Hash(_) | Part::Sequence(_)) => false,
                };
                let is_text = |parts: &[Part]| parts.iter().all(|p| matches!(p, Part::Text(_)));
                if (is_text(before) || is_text(after))
                    && clear(before.last(), |text| text.chars().last())
                    && clear(after.first(), |text| text.chars().next())
                {
                    Ok(())
                } else {
                    Err(PatternError::UnclearSequence)
                }
            }
            _ => Err(PatternError::SeveralSequences),
        }
    }
}

fn literal(text: &str) -> Result<Part, PatternError> {
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    if text.contains('}') {
        Err(PatternError::Unbalanced(text.to_owned()))
    } else if text.chars().all(legal) {
        Ok(Part::Text(text.to_owned()))
    } else {
        Err(PatternError::IllegalText(text.to_owned()))
    }
}

fn placeholder(text: &str) -> Result<Part, PatternError> {
    let mut pieces = text.split('|').map(str::trim);
    let name = pieces.next().unwrap_or_default();
    let filters = pieces.map(|filter| {
        Filter::parse(filter).ok_or_else(|| PatternError::UnknownFilter {
            placeholder: text.to_owned(),
            filter: filter.to_owned(),
        })
    });
    let filters = filters.collect::<Result<Vec<_>, _>>()?;
    if let Some(source) = Source::parse(name) {
        return Ok(Part::Value(source, filters));
    }
    let part = digest(name).or_else(|| sequence(name));
    match part {
        Some(_) if !filters.is_empty() => Err(PatternError::NoFilter(name.to_owned())),
        Some(part) => Ok(part),
        None => Err(PatternError::UnknownPlaceholder(name.to_owned())),
    }
}

fn digest(name: &str) -> Option<Part> {
    match name.strip_prefix("hash:")?.parse() {
        Ok(digits @ 6..=32) => Some(Part::Hash(digits)),
        _ => None,
    }
}

fn sequence(name: &str) -> Option<Part> {
    let width = name.strip_prefix("seq")?;
    if width.is_empty() {
        return Some(Part::Sequence(1));
    }
    match width.strip_prefix(":0")?.strip_suffix('d')?.parse() {
        Ok(width @ 1..=Counter::DIGITS) => Some(Part::Sequence(width)),
        _ => None,
    }
}

#[cfg(test)]
#[path = "pattern_tests.rs"]
mod tests;
