//! What tells one drift from another: the same differences give the same digest.

use std::fmt::Write as _;

use groundplane_model::Digest;
use serde_json::Value;

use crate::{Difference, Kind};

/// How many digits tell one place from all others of an instance.
const PLACE_DIGITS: usize = 16;

/// The digest of the lines of all differences, whatever their order.
pub(crate) fn of<'l>(lines: impl Iterator<Item = &'l str>) -> Digest {
    let mut lines: Vec<&str> = lines.collect();
    lines.sort_unstable();
    Digest::of(lines.join("\n").as_bytes())
}

/// A difference on one line: where, how, and the values. Class and severity are not part of it.
pub(crate) fn line(found: &Difference) -> String {
    let mut line = place_line(found);
    for value in [&found.expected, &found.actual] {
        line.push(' ');
        match value {
            Some(value) => canonical(value, &mut line),
            None => line.push('-'),
        }
    }
    line
}

/// Tells the place of a difference, whatever the values are. Items that were added to a list
/// without order have their value for a place.
pub(crate) fn place(found: &Difference) -> String {
    let is_one_of_many = found.kind == Kind::Added && found.property.ends_with("/-");
    let line = if is_one_of_many {
        line(found)
    } else {
        place_line(found)
    };
    short(&line)
}

/// Tells a difference with its values.
pub(crate) fn exact(found: &Difference) -> String {
    short(&line(found))
}

fn short(line: &str) -> String {
    Digest::of(line.as_bytes()).short(PLACE_DIGITS).to_owned()
}

fn place_line(found: &Difference) -> String {
    let (unit, resource) = (&found.unit, found.resource.as_str());
    let kind = found.kind;
    format!("{unit} {resource:?} {:?} {kind:?}", found.property)
}

/// JSON with the fields of mappings in the order of their names.
fn canonical(value: &Value, line: &mut String) {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_unstable_by_key(|(name, _)| *name);
            line.push('{');
            for (name, field) in fields {
                // INVARIANT: writing to a String does not fail.
                let _ = write!(line, "{name:?}:");
                canonical(field, line);
                line.push(',');
            }
            line.push('}');
        }
        Value::Array(items) => {
            line.push('[');
            for item in items {
                canonical(item, line);
                line.push(',');
            }
            line.push(']');
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            let _ = write!(line, "{value}");
        }
    }
}
