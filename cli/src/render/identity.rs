//! Who is logged in, and as whom.

use super::{line, table};
use crate::commands::Identity;
use crate::identity::Login;

/// A login that has just been made.
pub(crate) fn logged_in(login: &Login) -> String {
    let rows = [
        ("as", line(&login.subject)),
        ("by", line(&login.issuer)),
        ("until", login.expires_at.to_string()),
    ];
    format!(
        "logged in at {}\n{}",
        login.endpoint,
        aligned(rows.into_iter())
    )
}

/// Whom the platform takes the caller for.
pub(crate) fn whoami(identity: &Identity) -> String {
    let who = &identity.who;
    let listed = |items: &[String]| {
        let items: Vec<_> = items.iter().map(|item| line(item)).collect();
        items.join(", ")
    };
    let until = identity.expires_at.map(|end| end.to_string());
    let rows = [
        ("subject", line(&who.subject)),
        ("tenant", line(who.tenant.as_deref().unwrap_or_default())),
        ("groups", listed(&who.groups)),
        ("roles", listed(&who.roles)),
        ("actions", listed(&who.actions)),
        ("platform", identity.endpoint.clone()),
        ("token from", identity.token_from.to_owned()),
        ("until", until.unwrap_or_default()),
    ];
    let said = rows.into_iter().filter(|(_, value)| !value.is_empty());
    let mut text = aligned(said);
    if !identity.confirmed {
        text.push_str("\nthis is what the token says; the platform was not asked\n");
    }
    text
}

fn aligned(rows: impl Iterator<Item = (&'static str, String)>) -> String {
    let rows: Vec<_> = rows
        .map(|(name, value)| vec![name.to_owned(), value])
        .collect();
    table::aligned("  ", &rows)
}
