//! A line of a document with carets under the part that a problem is about.

use groundplane_model::Position;

/// How many characters of a line are shown: what fits beside the number on most terminals.
const WIDTH: usize = 100;

/// How many characters stay visible before the part that it is about, in a line that is too long.
const BEFORE: usize = 40;

/// What stands for the rest of a line that is too long.
const CUT: char = '…';

/// The line and the carets, each on a line of its own.
pub(crate) fn text(place: Position, line: &str) -> String {
    let letters: Vec<char> = line.chars().map(visible).collect();
    let start = place.column.saturating_sub(1).min(letters.len());
    let length = length_of_part(letters.get(start..).unwrap_or_default());
    let first = match letters.len() > WIDTH {
        true => start.saturating_sub(BEFORE),
        false => 0,
    };
    let last = (first + WIDTH).min(letters.len());
    let mut shown = String::new();
    shown.extend((first > 0).then_some(CUT));
    shown.extend(letters.get(first..last).unwrap_or_default());
    shown.extend((last < letters.len()).then_some(CUT));

    let gap = start - first + usize::from(first > 0);
    let carets = length.min((last.max(start)) - start).max(1);
    let number = place.line.to_string();
    let margin = " ".repeat(number.len());
    format!(
        "  {number} | {}\n  {margin} | {}{}\n",
        shown.trim_end(),
        " ".repeat(gap),
        "^".repeat(carets)
    )
}

/// A tab is as wide as one letter here, and nothing moves the cursor.
fn visible(letter: char) -> char {
    match letter {
        '\t' => ' ',
        _ if letter.is_control() => char::REPLACEMENT_CHARACTER,
        _ => letter,
    }
}

/// How long the key or value is that begins here: a quoted text to its end, a key to its colon,
/// anything else to where YAML ends it.
fn length_of_part(rest: &[char]) -> usize {
    let quote = rest.first().filter(|letter| matches!(letter, '"' | '\''));
    if let Some(quote) = quote {
        let end = rest.iter().skip(1).position(|letter| letter == quote);
        return end.map_or(rest.len(), |end| end + 2);
    }
    let ends = |index: usize, letter: char| {
        let next = rest.get(index + 1).copied().unwrap_or(' ');
        match letter {
            ':' => next == ' ',
            '#' => index > 0 && rest.get(index - 1) == Some(&' '),
            ',' | ']' | '}' => true,
            _ => false,
        }
    };
    let mut letters = rest.iter().enumerate();
    let end = letters.position(|(index, letter)| ends(index, *letter));
    let part = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
    let trailing = part.iter().rev().take_while(|letter| **letter == ' ');
    part.len() - trailing.count()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is under the carets, and how many there are.
    fn marked(line: &str, column: usize) -> (String, usize) {
        let text = text(Position { line: 7, column }, line);
        let (above, below) = text.trim_end().split_once('\n').unwrap();
        let above: Vec<char> = above.chars().collect();
        let below: Vec<char> = below.chars().collect();
        let carets = (0..below.len()).filter(|index| below[*index] == '^');
        let letters = carets.clone().filter_map(|index| above.get(index));
        (letters.collect(), carets.count())
    }

    #[test]
    fn the_carets_are_under_the_key_or_the_value() {
        for (line, column, part) in [
            ("    imagee: nginx", 5, "imagee"),
            ("    image: nginx:1.27  # the web", 12, "nginx:1.27"),
            ("    cpu: lots", 10, "lots"),
            ("  \"a b\": 1", 3, "\"a b\""),
            ("  host: 'it: is'", 9, "'it: is'"),
            ("  ports: [80, many]", 15, "many"),
            ("  a: { b: c }", 11, "c"),
            ("key:", 1, "key"),
            ("\tkey: 1", 2, "key"),
            ("  größe: ja", 3, "größe"),
        ] {
            assert_eq!(marked(line, column).0, part, "{line}");
        }
    }

    #[test]
    fn there_is_a_caret_even_where_there_is_nothing() {
        for (line, column) in [("", 1), ("key:", 5), ("key: ", 6), ("a", 40), (": x", 1)] {
            assert_eq!(marked(line, column).1, 1, "{line}:{column}");
        }
    }

    #[test]
    fn a_long_line_is_cut_around_the_part() {
        let line = format!("{}key: {}", "a".repeat(500), "b".repeat(5000));
        let text = text(
            Position {
                line: 1,
                column: 506,
            },
            &line,
        );
        assert!(
            text.lines().all(|line| line.chars().count() < 120),
            "{text}"
        );
        let (part, count) = marked(&line, 506);
        assert!(
            count > 10 && part.chars().all(|letter| letter == 'b'),
            "{part}"
        );
    }

    #[test]
    fn nothing_in_a_line_moves_the_cursor() {
        let text = text(Position { line: 1, column: 1 }, "a\u{1b}[2Jb\rc");
        assert!(!text.contains(['\u{1b}', '\r']), "{text:?}");
    }

    #[test]
    fn the_number_has_room() {
        let text = text(
            Position {
                line: 1234,
                column: 1,
            },
            "key: 1",
        );
        assert_eq!(text, "  1234 | key: 1\n       | ^^^\n");
    }
}
