//! Names from patterns. Rendering is total: a pattern that was checked for a type gives a legal
//! name for every owner.

use std::borrow::Cow;

use groundplane_model::{Digest, Owner, ResolutionRequest};

use super::NamingError;
use super::counter::Counter;
use super::limits::Limits;
use super::pattern::{Filter, Part, Pattern, Source};

/// What a name is wanted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NameRequest<'a> {
    /// Who will own the name.
    pub owner: &'a Owner,
    /// The type of the resource that will bear it.
    pub resource_type: &'a str,
    /// The account that the resource is in; needed for `{account}`.
    pub account: Option<&'a str>,
    /// The region that it is in; needed for `{region}`.
    pub region: Option<&'a str>,
}

impl<'a> NameRequest<'a> {
    /// What `request` asks for with its inputs `resourceType`, `account` and `region`.
    ///
    /// # Errors
    /// Where the request names no type.
    pub fn of(request: &'a ResolutionRequest) -> Result<Self, NamingError> {
        let input = |name: &str| request.inputs.get(name).map(String::as_str);
        Ok(Self {
            owner: &request.owner,
            resource_type: input("resourceType").ok_or(NamingError::NoResourceType)?,
            account: input("account"),
            region: input("region"),
        })
    }

    fn value(&self, source: Source, limits: &'a Limits) -> Result<Cow<'a, str>, NamingError> {
        let Self { owner, .. } = *self;
        let here = |place: Option<&'a str>| place.ok_or(NamingError::NoPlace(source.name()));
        Ok(match source {
            Source::Tenant => owner.tenant.as_str().into(),
            Source::Environment => owner.instance.environment().into(),
            Source::Service => owner.instance.service().into(),
            Source::Unit => owner.unit.as_str().into(),
            Source::Input => word(&owner.input, source),
            Source::Type => limits.abbreviation.into(),
            Source::Region => word(here(self.region)?, source),
            Source::Account => {
                let digits: String = here(self.account)?
                    .chars()
                    .filter(char::is_ascii_digit)
                    .collect();
                format!("{digits:0>12}")
                    .chars()
                    .take(12)
                    .collect::<String>()
                    .into()
            }
        })
    }
}

/// How long the values of a placeholder are at least and at most, and whether all of them begin
/// with a letter.
pub(super) fn extent(source: Source, limits: &Limits) -> (usize, usize, bool) {
    match source {
        Source::Tenant => (1, 63, false),
        Source::Environment | Source::Service => (1, 32, true),
        Source::Unit | Source::Input => (1, 41, true),
        Source::Type => (limits.abbreviation.len(), limits.abbreviation.len(), true),
        Source::Region => (1, 16, true),
        Source::Account => (12, 12, false),
    }
}

/// Free text as a lower-case word that begins with a letter.
fn word(text: &str, source: Source) -> Cow<'_, str> {
    let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let longest = if source == Source::Region { 16 } else { 41 };
    if text.len() <= longest
        && text.chars().all(legal)
        && text.starts_with(|c: char| c.is_ascii_lowercase())
    {
        return text.into();
    }
    let letters = text.chars().map(|c| match c.to_ascii_lowercase() {
        c if legal(c) => c,
        _ => '-',
    });
    let word: String = letters
        .skip_while(|c| !c.is_ascii_lowercase())
        .take(longest)
        .collect();
    if word.is_empty() {
        source.name().into()
    } else {
        word.into()
    }
}

fn cut(text: &str, length: usize) -> &str {
    text.get(..length).unwrap_or(text).trim_end_matches('-')
}

fn filtered(value: Cow<'_, str>, filters: &[Filter]) -> String {
    filters
        .iter()
        .fold(value.into_owned(), |value, filter| match filter {
            Filter::Lower => value.to_ascii_lowercase(),
            Filter::Upper => value.to_ascii_uppercase(),
            Filter::Short(length) => cut(&value, *length).to_owned(),
            Filter::Hash(digits) => Digest::of(value.as_bytes()).short(*digits).to_owned(),
        })
}

/// The parts of a name that tell owners apart.
#[derive(Debug, Clone, Copy)]
pub(super) struct Marks<'a> {
    /// The hash of the owner.
    pub(super) hash: &'a str,
    /// The number from the counter.
    pub(super) number: &'a str,
}

impl Pattern {
    /// The name that is wanted, legal within `limits` if the pattern was checked for them.
    pub(super) fn render(
        &self,
        wanted: &NameRequest<'_>,
        limits: &'static Limits,
        marks: Marks<'_>,
    ) -> Result<String, NamingError> {
        let mut pieces = Vec::with_capacity(self.0.len());
        for part in &self.0 {
            let piece = match part {
                Part::Text(text) => text.clone(),
                Part::Hash(digits) => marks.hash.get(..*digits).unwrap_or(marks.hash).to_owned(),
                Part::Sequence(width) => format!("{:0>width$}", marks.number),
                Part::Value(source, filters) => {
                    let value = filtered(wanted.value(*source, limits)?, filters);
                    cut(&value, value.len()).to_owned()
                }
            };
            pieces.push((part, piece));
        }
        let room = limits.longest.saturating_sub(self.room_to_escape(limits));
        let share = self.share(&pieces, room);
        let name: String = pieces
            .iter()
            .map(|(part, piece)| match share {
                Some(share) if part.gives_way() => cut(piece, share),
                Some(_) | None => piece,
            })
            .collect();
        Ok(escaped(name, limits))
    }

    /// How much of each part that gives way may stay, where the name would not fit otherwise. A
    /// number counts with all its digits, so that names with the same counter are cut alike.
    fn share(&self, pieces: &[(&Part, String)], room: usize) -> Option<usize> {
        let length = |(part, piece): &(&Part, String)| match part {
            Part::Sequence(_) => Counter::DIGITS,
            Part::Text(_) | Part::Value(..) | Part::Hash(_) => piece.len(),
        };
        if !self.is_hashed() || pieces.iter().map(length).sum::<usize>() <= room {
            return None;
        }
        let (yielding, fixed): (Vec<_>, Vec<_>) =
            pieces.iter().partition(|(part, _)| part.gives_way());
        let fixed: usize = fixed.into_iter().map(length).sum();
        let share = room.saturating_sub(fixed).checked_div(yielding.len())?;
        Some(share.max(1))
    }

    /// How many characters must stay free because a value could turn the name into one that AWS
    /// keeps for itself.
    pub(super) fn room_to_escape(&self, limits: &Limits) -> usize {
        let start = match self.0.first() {
            Some(Part::Text(text)) => {
                let text = text.to_ascii_lowercase();
                let mut starts = limits.reserved_starts.iter();
                starts.any(|start| start.starts_with(&text) || text.starts_with(start))
            }
            Some(Part::Value(..)) => !limits.reserved_starts.is_empty(),
            Some(Part::Hash(_) | Part::Sequence(_)) | None => false,
        };
        let end = match self.0.last() {
            // None of the reserved ends is in hexadecimal digits.
            Some(Part::Hash(_)) | None => false,
            Some(Part::Text(_) | Part::Value(..) | Part::Sequence(_)) => {
                !limits.reserved_ends.is_empty()
            }
        };
        usize::from(start) + usize::from(end)
    }
}

/// The name without what the type refuses and no pattern can rule out.
fn escaped(mut name: String, limits: &Limits) -> String {
    if limits.single_hyphens {
        name = name
            .split('-')
            .enumerate()
            .filter(|(index, word)| *index == 0 || !word.is_empty())
            .map(|(_, word)| word)
            .collect::<Vec<_>>()
            .join("-");
    }
    if limits.reserved_start(&name).is_some() {
        name.insert(0, 'x');
    }
    if limits.reserved_end(&name).is_some() {
        name.push('x');
    }
    name
}
