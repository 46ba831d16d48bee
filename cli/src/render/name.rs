//! A name before it is handed out, and the rules that it keeps to.

use super::{line, table};
use crate::client::NamePreview;

/// The name, then what it was made by.
pub(crate) fn preview(preview: &NamePreview) -> String {
    let NamePreview {
        name,
        fqdn,
        pattern,
        limits,
        layer,
    } = preview;
    let length = format!(
        "{} of {} to {} characters",
        name.chars().count(),
        limits.shortest,
        limits.longest
    );
    let mut facts = vec![("pattern", line(pattern)), ("from", layer.to_string())];
    facts.extend(fqdn.iter().map(|fqdn| ("dns", line(fqdn))));
    facts.push(("length", length));
    facts.push(("unique", line(&limits.unique)));
    facts.push(("rules", line(&limits.document)));
    let rows: Vec<Vec<String>> = facts
        .into_iter()
        .map(|(name, value)| vec![name.to_owned(), value])
        .collect();
    let mut text = format!("{}\n{}", line(name), table::aligned("  ", &rows));
    if pattern.contains("{hash:") {
        text.push_str("the digits of the hash are an example until the instance is deployed\n");
    }
    text
}
