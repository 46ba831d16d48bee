//! `groundplane schema [KIND [POINTER]]`: the JSON Schema of a kind of document as one file, or what
//! there is to know about one of its fields.

use groundplane_model::Documentation;
use groundplane_spec::{Field, Kind, composed_schema, documentation, field};
use serde::Serialize;

use crate::answer::Report;
use crate::arguments::Schema;
use crate::error::Error;
use crate::render;

#[derive(Serialize)]
struct Answer<'a> {
    kind: &'a str,
    #[serde(flatten)]
    field: &'a Field,
    documentation: &'a Documentation,
}

/// Runs the command. Both forms of output of a whole kind are the schema.
pub(super) fn run(arguments: &Schema) -> Result<Report, Error> {
    let kind = named(&arguments.kind).ok_or_else(|| unknown(&arguments.kind))?;
    if let Some(pointer) = &arguments.pointer {
        return one(kind, pointer);
    }
    let schema = composed_schema(kind);
    Ok(Report::new(format!("{schema:#}\n"), schema))
}

fn one(kind: Kind, pointer: &str) -> Result<Report, Error> {
    let documentation = documentation(kind, pointer);
    let is_pointer = pointer.is_empty() || pointer.starts_with('/');
    let Some(field) = field(kind, pointer).filter(|_| is_pointer) else {
        return Err(Error::usage(
            format!("a {kind} has no field `{pointer}`"),
            format!("`{}` shows the nearest one", documentation.command),
        ));
    };
    let answer = Answer {
        kind: kind.as_str(),
        field: &field,
        documentation: &documentation,
    };
    Ok(Report::new(
        render::field::text(kind.as_str(), &field, &documentation),
        &answer,
    ))
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
