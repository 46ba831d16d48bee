//! What a template's expressions come to, as far as that is known before they are applied.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::allocation::{Allocation, held};
use crate::references::{Piece, attribute, each, intrinsic, pieces};

/// Why a value is not known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Cause {
    /// The reasons, for people.
    pub(crate) reasons: BTreeSet<String>,
    /// Whether the value is another one than before for certain.
    pub(crate) certain: bool,
}

impl Cause {
    pub(crate) fn new(reason: String, certain: bool) -> Self {
        Self {
            reasons: BTreeSet::from([reason]),
            certain,
        }
    }
}

/// What is known about a value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Reading<'v> {
    /// It is this; borrowed where the template says it itself.
    Known(Cow<'v, Value>),
    /// The expression has the value that it had; what that is only shows when it is applied.
    Steady(BTreeSet<String>),
    /// It may be another one than the expression had.
    Unknown(Cause),
}

/// What a template's parameter will be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Argument {
    /// This.
    Known(String),
    /// What it was, which is not known.
    Steady,
    /// Perhaps another value than it was.
    Unknown(Cause),
}

/// How a resource stands after the deployment, as those see it that refer to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It is the same.
    Steady,
    /// It is the same resource; its attributes may be others.
    Updated,
    /// It is another resource, at least perhaps.
    Replaced {
        /// Whether that is certain.
        certain: bool,
    },
    /// It was not there.
    New,
}

/// What the expressions of one template refer to.
#[derive(Debug, Default)]
pub(crate) struct Scope<'a> {
    pub(crate) arguments: BTreeMap<&'a str, Argument>,
    pub(crate) standings: BTreeMap<&'a str, Standing>,
    pub(crate) physical_ids: BTreeMap<&'a str, &'a str>,
    pub(crate) stand_ins: Vec<&'a Allocation>,
    /// The parameters whose values must not be shown.
    pub(crate) hidden: BTreeSet<&'a str>,
}

impl Scope<'_> {
    /// Whether `value` holds what must not be shown, through a parameter.
    pub(crate) fn hides(&self, value: &Value) -> bool {
        let mut hides = false;
        if !self.hidden.is_empty() {
            each(value, &mut |name| hides |= self.hidden.contains(name));
        }
        hides
    }

    /// What `value` comes to.
    pub(crate) fn read<'v>(&self, value: &'v Value) -> Reading<'v> {
        if self.is_plain(value) {
            return Reading::Known(Cow::Borrowed(value));
        }
        if let Some((function, argument)) = intrinsic(value) {
            return self.function(function, argument);
        }
        match value {
            Value::Array(items) => combined(items.iter().map(|item| self.read(item)), |items| {
                items.into()
            }),
            Value::Object(fields) => {
                let readings = fields.values().map(|field| self.read(field));
                combined(readings, |values| rebuilt(fields, values))
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                self.literal(value)
            }
        }
    }

    /// Whether a value is what it says: nothing in it is filled in later.
    fn is_plain(&self, value: &Value) -> bool {
        match value {
            Value::Array(items) => items.iter().all(|item| self.is_plain(item)),
            Value::Object(fields) => {
                intrinsic(value).is_none() && fields.values().all(|field| self.is_plain(field))
            }
            Value::Number(_) | Value::String(_) => {
                self.stand_ins.is_empty() || matches!(self.literal(value), Reading::Known(_))
            }
            Value::Null | Value::Bool(_) => true,
        }
    }

    /// A text or number, which may hold what stands in for a resolver's answer.
    fn literal<'v>(&self, value: &'v Value) -> Reading<'v> {
        let text = text_of(value).unwrap_or_default();
        let held = held(&self.stand_ins, |it| match value.is_string() {
            true => text.contains(it),
            false => text == it,
        });
        let reasons: BTreeSet<String> = held.into_iter().map(Allocation::reason).collect();
        if reasons.is_empty() {
            return Reading::Known(Cow::Borrowed(value));
        }
        Reading::Unknown(Cause {
            reasons,
            certain: true,
        })
    }

    fn function(&self, function: &str, argument: &Value) -> Reading<'static> {
        match function {
            "Ref" => self.reference(argument.as_str().unwrap_or_default()),
            "Fn::GetAtt" => match attribute(argument) {
                Some((resource, attribute)) => self.attribute(resource, attribute),
                None => steady("an attribute is read when it is applied".to_owned()),
            },
            "Fn::Join" => self.join(argument),
            "Fn::Sub" => self.substitute(argument),
            "Fn::ImportValue" => steady("it is imported from another stack".to_owned()),
            _ => {
                let rebuild = |mut values: Vec<Value>| {
                    let argument = values.pop().unwrap_or_default();
                    Value::Object(Map::from_iter([(function.to_owned(), argument)]))
                };
                combined([self.read(argument)], rebuild)
            }
        }
    }

    fn reference(&self, name: &str) -> Reading<'static> {
        match self.arguments.get(name) {
            Some(Argument::Known(value)) => return known(value.clone().into()),
            Some(Argument::Steady) => return steady(format!("`{name}` is not recorded")),
            Some(Argument::Unknown(cause)) => return Reading::Unknown(cause.clone()),
            None => {}
        }
        match self.standings.get(name) {
            Some(Standing::Replaced { certain }) => replaced(name, *certain),
            Some(Standing::New) => new(name),
            Some(Standing::Steady | Standing::Updated) => match self.physical_ids.get(name) {
                Some(physical_id) => known((*physical_id).into()),
                None => steady(format!("the name of `{name}` in the cloud is not recorded")),
            },
            None => steady(format!("`{name}` is filled in when it is applied")),
        }
    }

    fn attribute(&self, resource: &str, attribute: &str) -> Reading<'static> {
        match self.standings.get(resource) {
            Some(Standing::Replaced { certain }) => replaced(resource, *certain),
            Some(Standing::New) => new(resource),
            Some(Standing::Updated) if !is_identity(attribute) => {
                let reason = format!("`{resource}` is updated");
                Reading::Unknown(Cause::new(reason, false))
            }
            Some(Standing::Steady | Standing::Updated) | None => steady(format!(
                "`{resource}.{attribute}` is read when it is applied"
            )),
        }
    }

    fn join(&self, argument: &Value) -> Reading<'static> {
        let parts = argument.as_array().map(Vec::as_slice);
        let Some([Value::String(delimiter), Value::Array(items)]) = parts else {
            return combined([self.read(argument)], |values| values.into());
        };
        let readings = items.iter().map(|item| self.read(item));
        combined(readings, |values| {
            let texts: Option<Vec<String>> = values.iter().map(text_of).collect();
            texts.map_or_else(|| values.into(), |texts| texts.join(delimiter).into())
        })
    }

    /// A piece of a text, which may hold what stands in for a resolver's answer.
    fn text(&self, text: &str) -> Reading<'static> {
        let text = Value::from(text);
        combined([self.literal(&text)], |mut values| {
            values.pop().unwrap_or_default()
        })
    }

    fn substitute(&self, argument: &Value) -> Reading<'static> {
        let (text, own) = match argument.as_array().map(Vec::as_slice) {
            Some([Value::String(text), Value::Object(own)]) => (text.as_str(), Some(own)),
            _ => (argument.as_str().unwrap_or_default(), None),
        };
        let readings = pieces(text).into_iter().map(|piece| match piece {
            Piece::Text(text) => self.text(text),
            Piece::Variable(name) => match own.and_then(|own| own.get(name)) {
                Some(value) => self.read(value),
                None => match name.split_once('.') {
                    Some((resource, attribute)) => self.attribute(resource, attribute),
                    None => self.reference(name),
                },
            },
        });
        combined(readings, |values| {
            let texts: Vec<String> = values.iter().filter_map(text_of).collect();
            texts.concat().into()
        })
    }
}

fn known(value: Value) -> Reading<'static> {
    Reading::Known(Cow::Owned(value))
}

fn steady(reason: String) -> Reading<'static> {
    Reading::Steady(BTreeSet::from([reason]))
}

fn replaced(name: &str, certain: bool) -> Reading<'static> {
    let verb = if certain { "is" } else { "may be" };
    Reading::Unknown(Cause::new(format!("`{name}` {verb} replaced"), certain))
}

fn new(name: &str) -> Reading<'static> {
    Reading::Unknown(Cause::new(format!("`{name}` is created"), true))
}

/// Whether an attribute names its resource: it is the same as long as the resource is.
fn is_identity(attribute: &str) -> bool {
    attribute.ends_with("Arn") || attribute.ends_with("Id")
}

/// The value that is put together from others, where all of them are known.
fn combined<'v>(
    readings: impl IntoIterator<Item = Reading<'v>>,
    rebuild: impl FnOnce(Vec<Value>) -> Value,
) -> Reading<'static> {
    let mut values = Vec::new();
    let mut reasons = BTreeSet::new();
    let mut unknown: Option<Cause> = None;
    for reading in readings {
        match reading {
            Reading::Known(value) => values.push(value.into_owned()),
            Reading::Steady(own) => reasons.extend(own),
            Reading::Unknown(cause) => {
                let all = unknown.get_or_insert_default();
                all.reasons.extend(cause.reasons);
                all.certain |= cause.certain;
            }
        }
    }
    match unknown {
        Some(cause) => Reading::Unknown(cause),
        None if reasons.is_empty() => known(rebuild(values)),
        None => Reading::Steady(reasons),
    }
}

fn rebuilt(fields: &Map<String, Value>, values: Vec<Value>) -> Value {
    let names = fields.keys().cloned();
    Value::Object(names.zip(values).collect())
}

/// A text, number or flag as CloudFormation writes it.
pub(crate) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
#[path = "reading_tests.rs"]
mod tests;
