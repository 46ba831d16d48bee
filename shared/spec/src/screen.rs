//! What is refused before anything is parsed: too much text, text that is not UTF-8, control
//! characters.

use groundplane_model::{Position, Problem};

/// The most bytes that a text may have.
pub const MAX_BYTES: usize = 1024 * 1024;

/// The text in `bytes`.
pub(crate) fn text_of(bytes: &[u8]) -> Result<&str, Problem> {
    size(bytes.len())?;
    std::str::from_utf8(bytes).map_err(|error| {
        let good = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let before = String::from_utf8_lossy(good);
        let problem = Problem::error("", "the text is not UTF-8").at(Some(end_of(&before)));
        match bytes {
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => {
                problem.with_hint("save it as UTF-8, not UTF-16")
            }
            _ => problem,
        }
    })
}

/// `text` without a byte order mark, if nothing in it is refused.
pub(crate) fn screened(text: &str) -> Result<&str, Problem> {
    size(text.len())?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // The parser takes NUL for the end, and would silently drop what follows.
    let Some(place) = text.find(is_refused) else {
        return Ok(text);
    };
    let (before, after) = text.split_at_checked(place).unwrap_or((text, ""));
    Err(control_character(after, "").at(Some(end_of(before))))
}

fn size(bytes: usize) -> Result<(), Problem> {
    if bytes <= MAX_BYTES {
        return Ok(());
    }
    Err(Problem::error(
        "",
        format!("the text has {bytes} bytes, and at most {MAX_BYTES} are accepted"),
    ))
}

/// Whether a character has no place in a document, raw or escaped.
pub(crate) fn is_refused(character: char) -> bool {
    character.is_control() && !matches!(character, '\t' | '\n' | '\r')
}

/// The problem of the first control character in `text`.
pub(crate) fn control_character(text: &str, pointer: &str) -> Problem {
    let code = text.chars().find(|c| is_refused(*c)).map_or(0, u32::from);
    Problem::error(
        pointer,
        format!("the control character U+{code:04X} is not allowed"),
    )
}

/// Where the character after `before` stands.
fn end_of(before: &str) -> Position {
    let line = before.rsplit('\n').next().unwrap_or_default();
    Position {
        line: before.matches('\n').count() + 1,
        column: line.chars().count() + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_is_not_utf8_is_refused_where_it_stops_being_so() {
        let problem = text_of(b"a: b\nc: \xffd").unwrap_err();
        assert_eq!(problem.to_string(), "2:4: the text is not UTF-8");
    }

    #[test]
    fn utf16_is_named() {
        let problem = text_of(b"\xff\xfea\0").unwrap_err();
        assert_eq!(
            problem.hint.as_deref(),
            Some("save it as UTF-8, not UTF-16")
        );
    }

    #[test]
    fn a_raw_control_character_is_refused_at_its_place() {
        let problem = screened("a: é\nb: x\0y").unwrap_err();
        assert_eq!(
            problem.to_string(),
            "2:5: the control character U+0000 is not allowed"
        );
    }

    #[test]
    fn line_breaks_tabs_and_a_byte_order_mark_pass() {
        assert_eq!(screened("\u{feff}a:\tb\r\n"), Ok("a:\tb\r\n"));
    }

    #[test]
    fn exactly_the_limit_passes() {
        assert!(screened(&" ".repeat(MAX_BYTES)).is_ok());
        assert!(screened(&" ".repeat(MAX_BYTES + 1)).is_err());
        assert!(text_of(&vec![b' '; MAX_BYTES + 1]).is_err());
    }
}
