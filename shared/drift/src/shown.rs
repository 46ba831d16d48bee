//! What a report shows of values: no secrets, and nothing without end.

use groundplane_model::Digest;
use serde_json::Value;

use crate::noise::parsed;
use crate::pattern::{Path, Pattern, Step};
use crate::rules::{Noise, NoiseRule};
use crate::{MAX_VALUE_BYTES, walk::MAX_DEPTH};

/// What stands in place of a secret.
const HIDDEN: &str = "(hidden)";
/// How many digits of the digest of a long value are shown.
const DIGITS: usize = 16;

/// The value at `path` as a report may show it, and whether that is not the whole value.
pub(crate) fn shown(rules: &[&NoiseRule], path: &Path<'_>, value: &Value) -> (Value, bool) {
    let secrets: Vec<&Pattern> = rules
        .iter()
        .filter(|rule| rule.kind == Noise::Secret)
        .map(|rule| &rule.property)
        .collect();
    let mut veil = Veil {
        secrets,
        hid: false,
    };
    let value = veil.value(path, value);
    let short = match &value {
        Value::String(text) => cut(text),
        Value::Array(_) | Value::Object(_) => cut(&value.to_string()),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    };
    match short {
        Some(text) => (Value::String(text), true),
        None => (value, veil.hid),
    }
}

/// A text as a report may show it.
pub(crate) fn text(text: &str) -> String {
    cut(text).unwrap_or_else(|| text.to_owned())
}

/// A JSON pointer as a report may show it.
pub(crate) fn pointer(text: String) -> String {
    cut(&text).map_or(text, |short| format!("/{short}"))
}

/// What tells a long text in short; none for one that is short already.
fn cut(text: &str) -> Option<String> {
    (text.len() > MAX_VALUE_BYTES).then(|| {
        let digest = Digest::of(text.as_bytes());
        format!("({} bytes, sha256 {})", text.len(), digest.short(DIGITS))
    })
}

/// Hides secrets in a value.
struct Veil<'r> {
    secrets: Vec<&'r Pattern>,
    hid: bool,
}

impl Veil<'_> {
    /// The value without what is secret, be it the value itself, a part, or something around it.
    fn value(&mut self, path: &Path<'_>, value: &Value) -> Value {
        let steps = path.steps();
        let is_within_secret = (1..=steps.len())
            .filter_map(|length| steps.get(..length))
            .any(|steps| self.is_secret(steps));
        if is_within_secret {
            self.hide(value)
        } else {
            self.parts(path, value)
        }
    }

    fn part(&mut self, path: &Path<'_>, value: &Value) -> Value {
        if self.is_secret(&path.steps()) {
            self.hide(value)
        } else {
            self.parts(path, value)
        }
    }

    fn parts(&mut self, path: &Path<'_>, value: &Value) -> Value {
        match value {
            Value::Object(fields) => Value::Object(
                fields
                    .iter()
                    .map(|(name, field)| {
                        (
                            name.clone(),
                            self.part(&path.then(Step::Field(name)), field),
                        )
                    })
                    .collect(),
            ),
            Value::Array(items) => Value::Array(
                items
                    .iter()
                    .enumerate()
                    .map(|(index, item)| self.part(&path.then(Step::Item(index)), item))
                    .collect(),
            ),
            Value::String(_) => self.text(path, value),
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }

    /// JSON that is written as text can hold secrets as well.
    fn text(&mut self, path: &Path<'_>, text: &Value) -> Value {
        let Some(inner) = parsed(text).filter(|_| path.depth < MAX_DEPTH) else {
            return text.clone();
        };
        let shown = self.parts(&path.then(Step::Field("")), &inner);
        if shown == inner {
            text.clone()
        } else {
            Value::String(shown.to_string())
        }
    }

    fn is_secret(&self, steps: &[Step<'_>]) -> bool {
        self.secrets.iter().any(|secret| secret.matches(steps))
    }

    /// Whether something is set is no secret.
    fn hide(&mut self, value: &Value) -> Value {
        match value {
            Value::Null | Value::Bool(_) => value.clone(),
            Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {
                self.hid = true;
                Value::String(HIDDEN.to_owned())
            }
        }
    }
}
