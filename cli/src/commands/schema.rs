//! `groundplane schema [KIND]`: the JSON Schema of a kind of document, as one file.

use groundplane_spec::{Kind, composed_schema};

use crate::answer::Report;
use crate::arguments::Schema;
use crate::error::Error;

/// Runs the command. Both forms of output are the schema.
pub(super) fn run(arguments: &Schema) -> Result<Report, Error> {
    let kind = named(&arguments.kind).ok_or_else(|| unknown(&arguments.kind))?;
    let schema = composed_schema(kind);
    Ok(Report::new(format!("{schema:#}\n"), schema))
}

/// The kind that the user means: `LandingZone` may be written `landing-zone`.
fn named(text: &str) -> Option<Kind> {
    let plain = |text: &str| text.replace('-', "").to_ascii_lowercase();
    let wanted = plain(text);
    Kind::ALL
        .into_iter()
        .find(|kind| plain(kind.as_str()) == wanted)
}

fn unknown(text: &str) -> Error {
    let known = Kind::ALL.map(|kind| format!("`{kind}`"));
    Error::usage(
        format!("there is no kind of document `{text}`"),
        format!("it is one of {}", known.join(", ")),
    )
}
