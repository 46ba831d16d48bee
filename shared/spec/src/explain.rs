//! Turns what the schema validator finds into problems in the user's terms: what is wrong, what
//! was expected, what to write instead.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the validator has some forty kinds of errors; those that need no care of their own share an arm"
)]

use std::collections::HashSet;

use groundplane_model::Problem;
use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Error;
use serde_json::Value;

use crate::document::Document;
use crate::schema::Schema;
use crate::{mismatch, pointer, requirement, wording};

/// Everything that `schema` finds wrong with `document`, whose data with defaults is `filled`.
pub(crate) fn problems(schema: &Schema, document: &Document, filled: &Value) -> Vec<Problem> {
    let errors: Vec<_> = schema.errors(filled);
    let explainer = Explainer {
        schema,
        document,
        filled,
    };
    explainer.all(&errors)
}

struct Explainer<'a> {
    schema: &'a Schema,
    document: &'a Document,
    filled: &'a Value,
}

impl Explainer<'_> {
    fn all(&self, errors: &[ValidationError<'_>]) -> Vec<Problem> {
        // A value of the wrong type breaks every other rule too: one problem says it all.
        let mistyped: HashSet<&str> = errors
            .iter()
            .filter(|error| matches!(error.kind(), Error::Type { .. }))
            .map(|error| error.instance_path().as_str())
            .collect();
        errors
            .iter()
            .filter(|error| {
                matches!(error.kind(), Error::Type { .. })
                    || !mistyped.contains(error.instance_path().as_str())
            })
            .filter(|error| !self.is_echo(error))
            .flat_map(|error| self.one(error))
            .collect()
    }

    fn one(&self, error: &ValidationError<'_>) -> Vec<Problem> {
        if self.is_about_a_name(error) {
            return vec![self.bad_name(error, error)];
        }
        match error.kind() {
            Error::AdditionalProperties { unexpected }
            | Error::UnevaluatedProperties { unexpected } => self.unknown(error, unexpected),
            Error::AnyOf { context } | Error::OneOfNotValid { context } => {
                self.alternatives(error, context)
            }
            Error::Required { property } => vec![self.missing(error, property)],
            Error::PropertyNames { error: inner } => vec![self.bad_name(error, inner)],
            kind => vec![self.bad_value(error, kind)],
        }
    }

    /// Whether the error is about the name of a field: a text that stands where a mapping does.
    fn is_about_a_name(&self, error: &ValidationError<'_>) -> bool {
        let holder = self.filled.pointer(error.instance_path().as_str());
        error.instance().is_string() && holder.is_some_and(Value::is_object)
    }

    fn unknown(&self, error: &ValidationError<'_>, names: &[String]) -> Vec<Problem> {
        let parent = error.instance_path().as_str();
        let part = self.part_of(error);
        let known: Vec<String> = part
            .get("properties")
            .and_then(Value::as_object)
            .map(|fields| fields.keys().cloned().collect())
            .unwrap_or_default();
        names
            .iter()
            .map(|name| {
                let pointer = pointer::join(parent, name);
                let at = self.document.key_position(&pointer);
                let message = format!(
                    "unknown field {}{}",
                    wording::quoted(name),
                    self.within(parent)
                );
                let hint = wording::did_you_mean(name, known.iter().map(String::as_str))
                    .unwrap_or_else(|| format!("it can be {}", wording::any_of(&known)));
                Problem::error(pointer, message).at(at).with_hint(hint)
            })
            .collect()
    }

    fn missing(&self, error: &ValidationError<'_>, property: &Value) -> Problem {
        let parent = error.instance_path().as_str();
        let name = property.as_str().unwrap_or_default();
        let message = format!("`{name}` is missing{}", self.within(parent));
        let problem = Problem::error(parent, message).at(self.document.position(parent));
        match self.example(&pointer::join(parent, name)) {
            Some(example) => problem.with_hint(format!("for example `{name}: {example}`")),
            None => problem,
        }
    }

    fn bad_name(&self, error: &ValidationError<'_>, inner: &ValidationError<'_>) -> Problem {
        let parent = error.instance_path().as_str();
        let name = inner.instance().as_str().unwrap_or_default();
        let pointer = pointer::join(parent, name);
        let at = self.document.key_position(&pointer);
        let rule = self.rule(inner);
        let message = format!(
            "the name {}{} {rule}",
            wording::quoted(name),
            self.within(parent)
        );
        Problem::error(pointer, message).at(at)
    }

    /// Reports the alternative that was probably meant; where none stands out, names them all.
    fn alternatives(
        &self,
        error: &ValidationError<'_>,
        context: &[Vec<ValidationError<'static>>],
    ) -> Vec<Problem> {
        let here = error.instance_path();
        let is_meant = |errors: &&Vec<ValidationError<'static>>| {
            !errors.iter().any(|inner| {
                inner.instance_path() == here
                    && matches!(
                        inner.kind(),
                        Error::Type { .. } | Error::Enum { .. } | Error::Constant { .. }
                    )
            })
        };
        let mut meant = context.iter().filter(is_meant);
        if let (Some(errors), None) = (meant.next(), meant.next()) {
            return self.all(errors);
        }
        let titles: Vec<_> = self
            .schema
            .part(error.schema_path().as_str())
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|part| self.schema.keyword(part, "title")?.as_str())
            .collect();
        let rule = format!("must be {}", titles.join(" or "));
        vec![self.about_value(error, &rule)]
    }

    fn bad_value(&self, error: &ValidationError<'_>, kind: &Error) -> Problem {
        let problem = self.about_value(error, &self.rule(error));
        match self.advice(error, kind) {
            Some(hint) => problem.with_hint(hint),
            None => problem,
        }
    }

    fn advice(&self, error: &ValidationError<'_>, kind: &Error) -> Option<String> {
        let pointer = error.instance_path().as_str();
        let value = &**error.instance();
        match kind {
            Error::Type { .. } if self.is_hidden(pointer) => None,
            Error::Type { kind } => {
                let source = self.document.source(pointer);
                mismatch::advice(kind, value, source, self.keyword(pointer, "default"))
            }
            Error::Enum { options } => requirement::near_option(value, options),
            Error::Pattern { .. } => {
                let example = self.example(pointer)?;
                Some(format!("for example `{example}`"))
            }
            _ => None,
        }
    }

    /// The problem that a value breaks `rule`, with what the value is.
    fn about_value(&self, error: &ValidationError<'_>, rule: &str) -> Problem {
        let pointer = error.instance_path().as_str();
        let value = &**error.instance();
        let found = if !requirement::is_of_value(error.kind()) || self.is_hidden(pointer) {
            String::new()
        } else if self.document.value().pointer(pointer).is_none() {
            format!(", not the default {}", wording::shown(value, None))
        } else {
            let source = self.document.source(pointer);
            format!(", not {}", mismatch::found(value, source))
        };
        Problem::error(pointer, format!("{} {rule}{found}", self.subject(pointer)))
            .at(self.document.position(pointer))
    }

    /// What the value must be: in the schema's own words (`x-message`), or in ours.
    fn rule(&self, error: &ValidationError<'_>) -> String {
        let own = self.part_of(error).get("x-message").and_then(Value::as_str);
        match own.filter(|_| requirement::can_be_reworded(error.kind())) {
            Some(own) => own.to_owned(),
            None => requirement::of(error.kind()).unwrap_or_else(|| error.to_string()),
        }
    }

    /// Whether the error is about a value that was taken over from another field, where it is
    /// reported already.
    fn is_echo(&self, error: &ValidationError<'_>) -> bool {
        let pointer = error.instance_path().as_str();
        self.document.value().pointer(pointer).is_none()
            && self.keyword(pointer, "x-default-from").is_some()
    }

    /// Whether the value may be a secret that was put in the wrong place, and is not shown.
    fn is_hidden(&self, pointer: &str) -> bool {
        self.keyword(pointer, "writeOnly") == Some(&Value::Bool(true))
    }

    /// What the schema says of the field or item at `pointer` in a document.
    fn keyword(&self, pointer: &str, keyword: &str) -> Option<&Value> {
        self.schema.keyword(self.schema.field(pointer)?, keyword)
    }

    /// The part of the schema that holds the keyword which the error is about.
    fn part_of(&self, error: &ValidationError<'_>) -> &Value {
        let keyword = error.schema_path().as_str();
        self.schema
            .part(keyword.rsplit_once('/').map_or("", |(part, _)| part))
    }

    /// What could stand at `pointer`, as one would write it.
    fn example(&self, pointer: &str) -> Option<String> {
        let first = |keyword| self.keyword(pointer, keyword)?.get(0);
        let example = first("examples")
            .or_else(|| self.keyword(pointer, "const"))
            .or_else(|| first("enum"))?;
        Some(match example.as_str() {
            Some(text) if text.chars().all(|c| c.is_ascii_digit()) => format!("\"{text}\""),
            Some(text) => text.to_owned(),
            None => example.to_string(),
        })
    }

    fn subject(&self, pointer: &str) -> String {
        let Some((parent, token)) = pointer::split(pointer) else {
            return "the document".to_owned();
        };
        match self.filled.pointer(parent) {
            Some(Value::Array(_)) => {
                let number = token.parse::<usize>().map_or(0, |index| index + 1);
                format!("item {number}{}", self.of(parent))
            }
            _ => wording::quoted(&token),
        }
    }

    fn of(&self, pointer: &str) -> String {
        format!(" of {}", self.subject(pointer))
    }

    fn within(&self, pointer: &str) -> String {
        if pointer.is_empty() {
            return String::new();
        }
        format!(" in {}", self.subject(pointer))
    }
}

#[cfg(test)]
mod sections;
#[cfg(test)]
mod tests;
