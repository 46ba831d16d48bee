//! Previews, one after the other.

use groundplane_preview::{Colour, markdown as one_as_markdown, text as one_as_text};

use super::line;
use crate::client::{AnsweredPreview, Previewed};

/// The previews for people.
pub(crate) fn text(items: &[Previewed], has_colours: bool) -> String {
    let colour = if has_colours {
        Colour::Ansi
    } else {
        Colour::Never
    };
    let one = |item: &Previewed| one_as_text(&item.preview, colour) + &plan(item);
    let texts: Vec<String> = items.iter().map(one).collect();
    texts.join("\n")
}

/// One preview by itself.
pub(crate) fn alone(answer: &AnsweredPreview, has_colours: bool) -> String {
    let colour = match has_colours {
        true => Colour::Ansi,
        false => Colour::Never,
    };
    one_as_text(&answer.preview, colour)
}

/// How to have exactly this done.
fn plan(item: &Previewed) -> String {
    let next = item.next.as_deref().filter(|_| !item.preview.is_empty());
    let next = next.map(|next| format!("\nnext: `{}` does exactly this\n", line(next)));
    next.unwrap_or_default()
}

/// The previews for a pull request.
pub(crate) fn markdown(items: &[Previewed]) -> String {
    let texts: Vec<String> = items
        .iter()
        .map(|item| one_as_markdown(&item.preview))
        .collect();
    texts.join("\n")
}
