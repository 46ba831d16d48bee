//! The attributes of one event, held to the rules of the specification.

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::fields::{Fields, must_be};
use crate::refused::{quoted, unfit};

/// The attributes that every event has.
const REQUIRED: [&str; 4] = ["specversion", "id", "source", "type"];
/// The attributes that an event may have.
const OPTIONAL: [&str; 4] = ["datacontenttype", "dataschema", "subject", "time"];
/// What holds the data and is no attribute.
const DATA: [&str; 2] = ["data", "data_base64"];
/// The most bytes of an attribute.
const MOST_BYTES: usize = 2048;
/// The most bytes of `type`, which becomes the detail-type.
const MOST_TYPE: usize = 256;

/// The attributes of one event.
#[derive(Debug, Default)]
pub(super) struct Attributes {
    /// Those that the specification names, but its version.
    pub(super) own: Map<String, Value>,
    /// All others.
    pub(super) extensions: Map<String, Value>,
    /// When it happened.
    pub(super) time: Option<Timestamp>,
}

impl Attributes {
    /// Reads the attributes, and notes what breaks a rule.
    pub(super) fn read(fields: &mut Fields<'_, '_>) -> Self {
        let mut attributes = Self::default();
        for name in REQUIRED {
            let text = fields.required(name);
            attributes.keep(fields, name, text);
        }
        for name in OPTIONAL {
            let text = fields.text(name);
            attributes.keep(fields, name, text);
        }
        for (name, value) in fields.all() {
            attributes.extend(fields, name, value);
        }
        attributes
    }

    fn keep(&mut self, fields: &mut Fields<'_, '_>, name: &str, text: Option<&str>) {
        let Some(text) = text else {
            return;
        };
        if let Some(message) = wrong(name, text) {
            fields.problem(name, message);
        }
        if name == "time" {
            self.time = text.parse().ok();
        }
        if name != "specversion" {
            self.own.insert(name.to_owned(), Value::from(text));
        }
    }

    fn extend(&mut self, fields: &mut Fields<'_, '_>, name: &str, value: &Value) {
        let is_known = [&REQUIRED[..], &OPTIONAL, &DATA].concat().contains(&name);
        if is_known || value.is_null() {
            return;
        }
        let is_fit = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        if name.is_empty() || !name.chars().all(is_fit) {
            let rule = "an attribute's name has lower-case letters and digits only";
            fields.problem(name, rule);
        }
        match value {
            Value::Bool(_) => {}
            Value::Number(number) if number.is_i64() => {}
            Value::String(text) => {
                if let Some(message) = unfit(text, MOST_BYTES) {
                    fields.problem(name, message);
                }
            }
            Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                fields.problem(name, must_be("text, a whole number, true or false", value));
            }
        }
        self.extensions.insert(name.to_owned(), value.clone());
    }
}

/// What is wrong with an attribute that the specification names.
fn wrong(name: &str, text: &str) -> Option<String> {
    if text.is_empty() {
        return Some("is empty".to_owned());
    }
    let most = if name == "type" {
        MOST_TYPE
    } else {
        MOST_BYTES
    };
    let shown = quoted(text);
    unfit(text, most).or_else(|| match name {
        "specversion" if text != "1.0" => Some(format!("must be `1.0`, not {shown}")),
        "source" | "dataschema" if !is_uri(text) => Some(format!("must be a URI, not {shown}")),
        "time" if text.parse::<Timestamp>().is_err() => Some(format!(
            "must be a time such as `2026-11-21T10:00:00Z`, not {shown}"
        )),
        "datacontenttype" if !text.contains('/') => {
            Some(format!("must be a media type, not {shown}"))
        }
        _ => None,
    })
}

/// Whether a text has only what a URI reference may hold (RFC 3986).
fn is_uri(text: &str) -> bool {
    let is_excluded = |c: char| c.is_whitespace() || "<>\"{}|\\^`".contains(c);
    !text.chars().any(is_excluded)
}
