//! A preview as Markdown for a pull request.

use crate::phrase::{Line, Sign, allocation, headline, lines, plain, unit, warning};
use crate::report::{Preview, UnitOperation, UnitPreview};

/// The preview as Markdown (`CommonMark` with GitHub's alerts and its colours for differences).
#[must_use]
pub fn markdown(preview: &Preview) -> String {
    let mut text = format!(
        "### Preview of `{}`\n\n{}\n",
        preview.instance,
        headline(preview)
    );
    if !preview.warnings.is_empty() {
        text.push_str("\n> [!CAUTION]\n");
    }
    for found in &preview.warnings {
        let said = warning(&found.unit, &found.logical_id, &found.message);
        text.push_str(&format!("> - {}\n", code(&said)));
    }
    if !preview.allocations.is_empty() {
        text.push_str("\n```diff\n");
        for listed in &preview.allocations {
            let (sign, said) = allocation(listed);
            text.push_str(&format!("{} {} {said}\n", mark(sign), sign.as_str()));
        }
        text.push_str("```\n");
    }
    for step in &preview.units {
        if step.operation != UnitOperation::Keep {
            text.push_str(&of_unit(step));
        }
    }
    text
}

fn of_unit(step: &UnitPreview) -> String {
    let (_, heading) = unit(step);
    let mut text = format!(
        "\n<details><summary>{}</summary>\n\n```diff\n",
        escaped(&heading)
    );
    for Line {
        depth,
        sign,
        text: said,
    } in lines(step.operation, &step.resources, &step.template)
    {
        let indent = "    ".repeat(depth);
        text.push_str(&format!(
            "{} {indent}{} {said}\n",
            mark(sign),
            sign.as_str()
        ));
    }
    text.push_str("```\n\n</details>\n");
    text
}

/// What a line begins with: it gives the line its colour, and keeps what follows from ending the
/// block.
const fn mark(sign: Sign) -> char {
    match sign {
        Sign::Create => '+',
        Sign::Delete => '-',
        Sign::Update | Sign::MayUpdate | Sign::Replace | Sign::MayReplace | Sign::Retain => '!',
        Sign::Keep => ' ',
    }
}

/// Text as a code span, whatever is in it.
fn code(text: &str) -> String {
    let text = plain(text);
    let longest = text.split(|letter| letter != '`').map(str::len).max();
    let fence = "`".repeat(longest.unwrap_or_default() + 1);
    match longest {
        Some(0) | None => format!("{fence}{text}{fence}"),
        Some(_) => format!("{fence} {text} {fence}"),
    }
}

/// Text in HTML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
