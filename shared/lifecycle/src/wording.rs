//! How problems are put into words.

/// The longest name that is compared with others.
const COMPARED: usize = 80;
/// How much of a user's text is shown.
const SHOWN: usize = 60;

/// A user's text in backticks, short and harmless.
pub(crate) fn quoted(text: &str) -> String {
    let shown: String = text
        .chars()
        .take(SHOWN)
        .flat_map(|c| match c {
            '`' => vec!['\''],
            _ if c.is_control() => c.escape_default().collect(),
            _ => vec![c],
        })
        .collect();
    let more = if text.chars().nth(SHOWN).is_some() {
        "…"
    } else {
        ""
    };
    format!("`{shown}{more}`")
}

/// `a, b or c`, each in backticks.
pub(crate) fn one_of<T: AsRef<str>>(names: &[T]) -> String {
    let names: Vec<_> = names.iter().map(|name| quoted(name.as_ref())).collect();
    match names.split_last() {
        None => "nothing".to_owned(),
        Some((only, [])) => only.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
    }
}

/// The hint that names the nearest of `known`, if one is near.
pub(crate) fn did_you_mean<'a>(
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    if name.len() > COMPARED {
        return None;
    }
    let distance = |known: &str| strsim::osa_distance(&name.to_lowercase(), &known.to_lowercase());
    known
        .into_iter()
        .map(|known| (distance(known), known))
        .filter(|(distance, known)| *distance <= (known.chars().count() / 3).max(1))
        .min()
        .map(|(_, near)| format!("did you mean `{near}`?"))
}

/// The hint that names the nearest of `known`, or all of them.
pub(crate) fn among<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<_> = known.into_iter().collect();
    did_you_mean(name, known.iter().copied())
        .unwrap_or_else(|| format!("there is {}", one_of(&known)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_offered_and_otherwise_all() {
        let known = ["failure", "recovered"];
        assert_eq!(among("failrue", known), "did you mean `failure`?");
        assert_eq!(among("x", known), "there is `failure` or `recovered`");
        assert_eq!(among("x", []), "there is nothing");
        assert_eq!(did_you_mean(&"failure".repeat(50), known), None);
    }

    #[test]
    fn what_is_shown_is_short_and_harmless() {
        assert_eq!(quoted("a\u{1b}`b`"), "`a\\u{1b}'b'`");
        assert_eq!(quoted(&"é".repeat(61)), format!("`{}…`", "é".repeat(60)));
    }
}
