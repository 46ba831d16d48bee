//! Typed answers to text: pure functions, one module per thing that is shown.

pub(crate) mod audit;
pub(crate) mod config;
pub(crate) mod deployment;
pub(crate) mod drift;
pub(crate) mod error;
pub(crate) mod event_source;
pub(crate) mod excerpt;
pub(crate) mod explanation;
pub(crate) mod field;
pub(crate) mod graph;
pub(crate) mod identity;
pub(crate) mod image;
pub(crate) mod instance;
pub(crate) mod life;
pub(crate) mod log;
pub(crate) mod name;
pub(crate) mod pool;
pub(crate) mod preview;
pub(crate) mod problems;
pub(crate) mod revision;
pub(crate) mod table;
pub(crate) mod time;

/// A text of the platform or the user as it may be shown on a terminal: control characters could
/// move the cursor or hide what follows.
pub(crate) fn shown(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() && c != '\n' {
            safe.extend(c.escape_default());
        } else {
            safe.push(c);
        }
    }
    safe
}

/// The same on a single line.
pub(crate) fn line(text: &str) -> String {
    let parts: Vec<&str> = text.split_whitespace().collect();
    shown(&parts.join(" "))
}
