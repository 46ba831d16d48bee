//! How names and values are shown in messages, and which name was probably meant.

use serde_json::Value;

/// What is shown of a long text.
const SHOWN: usize = 60;

/// Longer names than this are not compared: nobody mistypes that much, and it would take long.
const COMPARED: usize = 64;

/// `text` in backticks, without anything that would disturb a terminal, and not too long.
pub(crate) fn quoted(text: &str) -> String {
    let mut shown: String = text
        .chars()
        .take(SHOWN)
        .flat_map(|c| match c {
            '`' => vec!['\''],
            _ if c.is_control() => c.escape_default().collect(),
            _ => vec![c],
        })
        .collect();
    if text.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    format!("`{shown}`")
}

/// A value in backticks; how it was written, if that is known.
pub(crate) fn shown(value: &Value, source: Option<&str>) -> String {
    match (value, source) {
        (Value::String(text), _) => quoted(text),
        (_, Some(source)) => quoted(source),
        _ => quoted(&value.to_string()),
    }
}

/// The hint to write a value as a string.
pub(crate) fn in_quotes(source: &str) -> String {
    let shown: String = source.chars().take(SHOWN).collect();
    format!("put it in quotes: \"{shown}\"")
}

/// `a, b or c`, each in backticks.
pub(crate) fn any_of(names: &[String]) -> String {
    let names: Vec<_> = names.iter().map(|name| quoted(name)).collect();
    match names.split_last() {
        None => "nothing".to_owned(),
        Some((only, [])) => only.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
    }
}

/// The candidate that was probably meant by `name`.
pub(crate) fn nearest<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    if name.len() > COMPARED {
        return None;
    }
    let name = name.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| {
            (
                strsim::osa_distance(&name, &candidate.to_lowercase()),
                candidate,
            )
        })
        .filter(|(distance, candidate)| *distance <= (candidate.chars().count() / 3).max(1))
        .min()
        .map(|(_, candidate)| candidate)
}

/// The hint that names the nearest candidate, if there is one.
pub(crate) fn did_you_mean<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    nearest(name, candidates).map(|near| format!("did you mean `{near}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn swapped_letters_and_wrong_case_are_near() {
        let known = ["cache", "compute", "maxCapacity"];
        for (name, near) in [
            ("cahce", Some("cache")),
            ("Compute", Some("compute")),
            ("maxcapacty", Some("maxCapacity")),
            ("tree", None),
            ("", None),
        ] {
            assert_eq!(nearest(name, known), near, "{name}");
        }
        assert_eq!(nearest(&"cache".repeat(1000), known), None);
    }

    #[test]
    fn what_is_shown_is_short_and_harmless() {
        assert_eq!(quoted("a\u{1b}[31m`b`"), "`a\\u{1b}[31m'b'`");
        assert_eq!(quoted(&"é".repeat(61)), format!("`{}…`", "é".repeat(60)));
        assert_eq!(quoted(&"é".repeat(60)), format!("`{}`", "é".repeat(60)));
    }

    #[test]
    fn alternatives_read_as_a_sentence() {
        let names = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
        assert_eq!(any_of(&names(&[])), "nothing");
        assert_eq!(any_of(&names(&["a"])), "`a`");
        assert_eq!(any_of(&names(&["a", "b", "c"])), "`a`, `b` or `c`");
    }
}
