//! Sources of webhooks: one in full, with its secret if it was just made, and many as a table.

use super::{line, table, time};
use crate::client::EventSource;

/// Sources as a table.
pub(crate) fn list(sources: &[EventSource]) -> String {
    if sources.is_empty() {
        let hint = "`groundplane event-source create` registers one";
        return format!("there are no event sources; {hint}\n");
    }
    let head = ["SOURCE", "FORMAT", "AUTH", "SECRET MADE", "PATH"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(sources.iter().map(|source| {
        vec![
            source.name.to_string(),
            source.format.to_string(),
            source.auth.to_string(),
            made(source),
            line(&source.path),
        ]
    }));
    table::aligned("", &rows)
}

/// One source; `url` is where its webhooks go.
pub(crate) fn full(source: &EventSource, url: &str) -> String {
    let mut facts = vec![
        ("url", line(url)),
        ("format", source.format.to_string()),
        ("auth", source.auth.to_string()),
    ];
    if let Some(name) = &source.user_name {
        facts.push(("user name", line(name)));
    }
    if let Some(secret) = &source.secret {
        facts.push(("secret", line(secret.reveal())));
    }
    facts.push(("made", made(source)));
    if let Some(until) = source.previous_valid_until {
        facts.push(("previous", format!("valid until {}", time::moment(until))));
    }
    let changed = time::moment(source.updated_at);
    let by = line(&source.updated_by);
    facts.push(("changed", format!("{changed} by {by}")));
    let rows: Vec<Vec<String>> = facts
        .into_iter()
        .map(|(name, value)| vec![name.to_owned(), value])
        .collect();
    let mut text = format!(
        "event source {}\n{}",
        source.name,
        table::aligned("  ", &rows)
    );
    if source.secret.is_some() {
        text.push_str("The secret is shown this once; keep it where the sender reads it.\n");
    }
    text
}

fn made(source: &EventSource) -> String {
    source
        .rotated_at
        .map_or_else(|| "not yet".to_owned(), time::moment)
}
