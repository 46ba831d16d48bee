//! Whether the names of a pattern are legal and unique for a type of resource, whoever owns them.

use super::limits::{First, Limits, Uniqueness};
use super::pattern::{Filter, Part, Pattern};
use super::render::extent;
use super::{Counter, LISTENER_RULE};

/// Parts that give way keep at least this many characters.
const LEAST_READABLE: usize = 3;

/// Why the names of a pattern are not fit for a type. `message` names the type as `{}`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Flaw {
    pub(super) message: String,
    pub(super) hint: Option<String>,
}

impl Flaw {
    fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: None,
        }
    }

    fn hint(self, hint: impl Into<String>) -> Self {
        Self {
            hint: Some(hint.into()),
            ..self
        }
    }
}

/// How many characters a part can have.
struct Extent {
    least: usize,
    most: usize,
    starts_with_letter: bool,
}

impl Part {
    fn extent(&self, limits: &Limits) -> Extent {
        let (least, most, starts_with_letter) = match self {
            Self::Text(text) => {
                let letter = text.starts_with(|c: char| c.is_ascii_alphabetic());
                (text.len(), text.len(), letter)
            }
            Self::Hash(digits) => (*digits, *digits, false),
            Self::Sequence(width) => (*width, Counter::DIGITS, false),
            Self::Value(source, filters) => {
                let start = extent(*source, limits);
                filters.iter().fold(start, |extent, filter| match *filter {
                    Filter::Lower | Filter::Upper => extent,
                    Filter::Short(length) => (1, extent.1.min(length), extent.2),
                    Filter::Hash(digits) => (digits, digits, false),
                })
            }
        };
        Extent {
            least,
            most,
            starts_with_letter,
        }
    }

    /// The part as the pattern writes it, without its filters.
    fn shown(&self) -> String {
        match self {
            Self::Text(text) => format!("`{text}`"),
            Self::Value(source, _) => format!("`{{{}}}`", source.name()),
            Self::Hash(digits) => format!("`{{hash:{digits}}}`"),
            Self::Sequence(_) => "`{seq}`".to_owned(),
        }
    }
}

impl Pattern {
    /// What is wrong with the pattern for names of a type; all of it.
    pub(super) fn flaws(&self, limits: &Limits) -> Vec<Flaw> {
        // The name of a rule is a number, whatever the pattern.
        if limits.resource_type == LISTENER_RULE {
            return Vec::new();
        }
        let mut flaws: Vec<Flaw> = self.length(limits).into_iter().collect();
        flaws.extend(self.start(limits));
        flaws.extend(self.end(limits));
        flaws.extend(self.characters(limits));
        if limits.unique == Uniqueness::Global && !self.is_hashed() {
            flaws.push(Flaw::new(
                "names for {} are shared with every account of AWS, so the pattern must hold \
                 {hash:N}",
            ));
        }
        flaws
    }

    fn length(&self, limits: &Limits) -> Option<Flaw> {
        let Limits {
            shortest, longest, ..
        } = *limits;
        let extents = || self.0.iter().map(|part| (part, part.extent(limits)));
        let least: usize = extents().map(|(_, extent)| extent.least).sum();
        if least < shortest {
            let message = format!(
                "names for {{}} could be as short as {least}; {shortest} characters are needed"
            );
            return Some(Flaw::new(message));
        }
        let escape = self.room_to_escape(limits);
        let most: usize = extents().map(|(_, extent)| extent.most).sum::<usize>() + escape;
        if most <= longest {
            return None;
        }
        let uncut = || extents().filter(|(part, _)| part.gives_way());
        if !self.is_hashed() {
            let lengths: Vec<String> = uncut()
                .map(|(part, extent)| format!("{} may be {}", part.shown(), extent.most))
                .collect();
            let reason = if lengths.is_empty() {
                String::new()
            } else {
                let lengths = lengths.join(", ");
                format!("{lengths} long and the pattern has no `short` for it, so ")
            };
            let message =
                format!("{reason}names for {{}} could be {most} characters; {longest} are allowed");
            return Some(Flaw::new(message).hint(
                "cut values, for example `{service|short:8}`, or add `{hash:8}`: then values \
                 without `short` give way",
            ));
        }
        let fixed: usize = extents()
            .filter(|(part, _)| !part.gives_way())
            .map(|(_, extent)| extent.most)
            .sum();
        let (fixed, count) = (fixed + escape, uncut().count());
        let needed = fixed + count * LEAST_READABLE;
        if needed <= longest && count > 0 {
            return None;
        }
        let message = format!(
            "what does not give way in names for {{}} comes to {fixed} characters, and \
             {LEAST_READABLE} for each of the {count} values that do make {needed}; {longest} are \
             allowed"
        );
        Some(Flaw::new(message).hint("use a shorter text, fewer values or more `short`"))
    }

    fn start(&self, limits: &Limits) -> Option<Flaw> {
        let first = self.0.first()?;
        let begins = |rule: &str| {
            let message = match first {
                Part::Text(text) => format!("names for {{}} begin with {rule}, not with `{text}`"),
                Part::Value(..) | Part::Hash(_) | Part::Sequence(_) => format!(
                    "names for {{}} begin with {rule}, and {} can begin with a digit",
                    first.shown()
                ),
            };
            Some(
                Flaw::new(message)
                    .hint("begin the pattern with text of its own, for example `gp-`"),
            )
        };
        if let Part::Text(text) = first
            && let Some(start) = limits.reserved_start(text)
        {
            let message = format!("names for {{}} must not begin with `{start}`");
            return Some(Flaw::new(message));
        }
        match (limits.first, first) {
            (First::Letter, _) if !first.extent(limits).starts_with_letter => begins("a letter"),
            (First::Alphanumeric, Part::Text(text))
                if !text.starts_with(|c: char| c.is_ascii_alphanumeric()) =>
            {
                begins("a letter or digit")
            }
            (First::Letter | First::Alphanumeric | First::Any, _) => None,
        }
    }

    fn end(&self, limits: &Limits) -> Option<Flaw> {
        match self.0.last()? {
            Part::Text(text)
                if limits.alphanumeric_end
                    && !text.ends_with(|c: char| c.is_ascii_alphanumeric()) =>
            {
                let message =
                    format!("names for {{}} end with a letter or digit, not with `{text}`");
                Some(Flaw::new(message))
            }
            Part::Text(_) | Part::Value(..) | Part::Hash(_) | Part::Sequence(_) => None,
        }
    }

    fn characters(&self, limits: &Limits) -> Vec<Flaw> {
        let mut flaws = Vec::new();
        for part in &self.0 {
            let (text, upper) = match part {
                Part::Text(text) => (text.as_str(), text.chars().any(|c| c.is_ascii_uppercase())),
                Part::Value(_, filters) => ("", filters.contains(&Filter::Upper)),
                Part::Hash(_) | Part::Sequence(_) => ("", false),
            };
            if upper && !limits.upper {
                flaws.push(Flaw::new("names for {} are kept in lower case"));
            }
            let refused = |c: &char| !c.is_ascii_uppercase() && !limits.allows(*c);
            let refused = text.chars().filter(refused);
            flaws.extend(refused.map(|c| Flaw::new(format!("names for {{}} must not hold `{c}`"))));
            if limits.single_hyphens && text.contains("--") {
                flaws.push(Flaw::new("names for {} must not hold two hyphens in a row"));
            }
            let dotted = ["..", ".-", "-."].iter().any(|pair| text.contains(pair));
            if limits.alphanumeric_end && dotted {
                flaws.push(Flaw::new(
                    "a dot in names for {} must stand between letters or digits",
                ));
            }
        }
        flaws.sort();
        flaws.dedup();
        flaws
    }
}
