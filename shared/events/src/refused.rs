//! Why something from outside is not taken, and how what is wrong with it is shown.

use groundplane_model::Problem;

/// How many characters of a value are shown.
const SHOWN: usize = 60;
/// How many problems are told. A body of noise has one in every field.
const TOLD: usize = 50;

/// Something from outside that is refused, with everything that is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.why())]
pub struct Refused {
    problems: Vec<Problem>,
}

impl Refused {
    pub(crate) fn of(mut problems: Vec<Problem>) -> Self {
        let more = problems.len().saturating_sub(TOLD);
        if more > 0 {
            problems.truncate(TOLD);
            problems.push(Problem::error("", format!("has {more} more problems")));
        }
        Self { problems }
    }

    pub(crate) fn whole(message: impl Into<String>) -> Self {
        Self::of(vec![Problem::error("", message)])
    }

    /// What is wrong, each with a JSON pointer into what came in. Never empty.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// All of it in one line, fit for a log: short, without control characters.
    #[must_use]
    pub fn why(&self) -> String {
        let lines: Vec<String> = self.problems.iter().map(Problem::to_string).collect();
        lines.join("; ")
    }
}

/// A value in backticks: short, in one line, without control characters.
pub(crate) fn quoted(text: &str) -> String {
    let mut characters = text.chars();
    let mut shown = String::from("`");
    for character in characters.by_ref().take(SHOWN) {
        match character {
            '`' => shown.push('\''),
            _ if character.is_control() => shown.extend(character.escape_default()),
            _ => shown.push(character),
        }
    }
    if characters.next().is_some() {
        shown.push('…');
    }
    shown.push('`');
    shown
}

/// Why a text cannot go into keys and logs: it is longer than `most` bytes, or not of one line.
pub(crate) fn unfit(text: &str, most: usize) -> Option<String> {
    if text.len() > most {
        let bytes = text.len();
        return Some(format!("is {bytes} bytes long; at most {most} are taken"));
    }
    let has_control = text.chars().any(char::is_control);
    has_control.then(|| format!("has a control character: {}", quoted(text)))
}

/// One step of a JSON pointer (RFC 6901); what is shown of it is as short as any value.
pub(crate) fn step(name: &str) -> String {
    let name: String = name.chars().take(SHOWN).collect();
    let name: String = name.chars().flat_map(escaped).collect();
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}

fn escaped(character: char) -> Vec<char> {
    if character.is_control() {
        character.escape_default().collect()
    } else {
        vec![character]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_short_and_harmless() {
        assert_eq!(quoted("a\u{1b}[31m`b`"), "`a\\u{1b}[31m'b'`");
        assert_eq!(quoted(&"é".repeat(61)), format!("`{}…`", "é".repeat(60)));
        assert_eq!(step("a/b~c\n"), "/a~1b~0c\\n");
        assert_eq!(step(&"é".repeat(61)), format!("/{}", "é".repeat(60)));
    }

    #[test]
    fn a_body_of_noise_is_not_answered_with_as_much_noise() {
        let problems = |count| vec![Problem::error("/a", "is wrong"); count];
        assert_eq!(Refused::of(problems(50)).problems().len(), 50);
        let refused = Refused::of(problems(1000));
        assert_eq!(refused.problems().len(), 51);
        assert!(refused.why().ends_with("; has 950 more problems"));
    }
}
