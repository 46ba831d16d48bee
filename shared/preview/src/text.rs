//! A preview as text for a terminal.

use crate::phrase::{Line, Sign, allocation, headline, lines, plain, unit, warning};
use crate::report::{Preview, UnitOperation, UnitPreview};

/// Whether text for a terminal has colours. Whoever prints it knows (`NO_COLOR`, a pipe).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// No colours.
    Never,
    /// The colours of ANSI (ECMA-48 SGR).
    Ansi,
}

/// The preview as text.
#[must_use]
pub fn text(preview: &Preview, colour: Colour) -> String {
    let mut text = format!("{}: {}\n", preview.instance, headline(preview));
    if !preview.warnings.is_empty() {
        text.push('\n');
    }
    for found in &preview.warnings {
        let said = warning(&found.unit, &found.logical_id, &found.message);
        text.push_str(&colour.loud(&format!("!! {}", plain(&said))));
        text.push('\n');
    }
    if !preview.allocations.is_empty() {
        text.push_str("\nallocations\n");
    }
    for listed in &preview.allocations {
        let (sign, said) = allocation(listed);
        text.push_str(&format!("  {} {said}\n", colour.sign(sign)));
    }
    for step in &preview.units {
        if step.operation != UnitOperation::Keep {
            text.push_str(&of_unit(step, colour));
        }
    }
    text
}

fn of_unit(step: &UnitPreview, colour: Colour) -> String {
    let (sign, heading) = unit(step);
    let mut text = format!("\n{} {heading}\n", colour.sign(sign));
    for Line {
        depth,
        sign,
        text: said,
    } in lines(step.operation, &step.resources, &step.template)
    {
        let indent = "    ".repeat(depth + 1);
        text.push_str(&format!("{indent}{} {said}\n", colour.sign(sign)));
    }
    text
}

impl Colour {
    pub(crate) fn sign(self, sign: Sign) -> String {
        let code = match sign {
            Sign::Create => "32",
            Sign::Update | Sign::MayUpdate => "33",
            Sign::Replace | Sign::MayReplace => "35",
            Sign::Delete => "31",
            Sign::Retain => "36",
            Sign::Keep => "2",
        };
        self.painted(code, sign.as_str())
    }

    fn loud(self, text: &str) -> String {
        self.painted("1;31", text)
    }

    fn painted(self, code: &str, text: &str) -> String {
        match self {
            Self::Never => text.to_owned(),
            Self::Ansi => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
        }
    }
}
