//! Reading a JSON object field by field, with every field accounted for and every problem kept.

use serde_json::{Map, Value};

use super::expression::Template;

/// The fields of one object that are not yet read.
pub(crate) struct Fields<'p> {
    /// Where the object stands.
    pub(crate) at: String,
    /// Every problem so far.
    pub(crate) problems: &'p mut Vec<String>,
    object: Map<String, Value>,
}

impl<'p> Fields<'p> {
    /// The fields of `value`, which must be an object.
    pub(crate) fn of(value: Value, at: &str, problems: &'p mut Vec<String>) -> Self {
        let object = match value {
            Value::Object(object) => object,
            other => {
                problems.push(format!("{at}: not an object: `{other}`"));
                Map::new()
            }
        };
        Self {
            at: at.to_owned(),
            problems,
            object,
        }
    }

    /// Adds a problem with this object.
    pub(crate) fn problem(&mut self, what: &str) {
        self.problems.push(format!("{}: {what}", self.at));
    }

    /// Takes a field that may be absent.
    pub(crate) fn take(&mut self, name: &str) -> Option<Value> {
        self.object.remove(name)
    }

    /// Takes a field that must be there.
    pub(crate) fn need(&mut self, name: &str) -> Option<Value> {
        let value = self.take(name);
        if value.is_none() {
            self.problem(&format!("`{name}` is missing"));
        }
        value
    }

    /// Takes a string that may be absent.
    pub(crate) fn text(&mut self, name: &str) -> Option<String> {
        match self.take(name)? {
            Value::String(text) => Some(text),
            other => {
                self.problem(&format!("`{name}` is not a string: `{other}`"));
                None
            }
        }
    }

    /// Takes a string that must be there.
    pub(crate) fn need_text(&mut self, name: &str) -> String {
        if self.object.contains_key(name) {
            return self.text(name).unwrap_or_default();
        }
        self.problem(&format!("`{name}` is missing"));
        String::new()
    }

    /// Takes a number of at least `least` that may be absent.
    pub(crate) fn number(&mut self, name: &str, least: f64) -> Option<f64> {
        let value = self.take(name)?;
        let number = value.as_f64().filter(|number| *number >= least);
        if number.is_none() {
            self.problem(&format!("`{name}` is not a number from {least}: `{value}`"));
        }
        number
    }

    /// Takes a list that may be absent; what is not a list is a problem.
    pub(crate) fn list(&mut self, name: &str) -> Vec<Value> {
        match self.take(name) {
            None => Vec::new(),
            Some(Value::Array(items)) => items,
            Some(other) => {
                self.problem(&format!("`{name}` is not a list: `{other}`"));
                Vec::new()
            }
        }
    }

    /// Takes a list of strings that must not be empty.
    pub(crate) fn need_texts(&mut self, name: &str) -> Vec<String> {
        let mut texts = Vec::new();
        for item in self.list(name) {
            match item {
                Value::String(text) => texts.push(text),
                other => self.problem(&format!("`{name}` holds what is not a string: `{other}`")),
            }
        }
        if texts.is_empty() {
            self.problem(&format!("`{name}` is missing or empty"));
        }
        texts
    }

    /// Takes a template that may be absent.
    pub(crate) fn template(&mut self, name: &str) -> Option<Template> {
        let value = self.take(name)?;
        let at = format!("{}/{name}", self.at);
        Some(Template::parse(value, &at, self.problems))
    }

    /// Takes an object of templates that may be absent.
    pub(crate) fn templates(&mut self, name: &str) -> Vec<(String, Template)> {
        match self.template(name) {
            None => Vec::new(),
            Some(Template::Object(entries)) => entries,
            Some(_) => {
                self.problem(&format!("`{name}` is not an object"));
                Vec::new()
            }
        }
    }

    /// Refuses every field that nobody took.
    pub(crate) fn end(self) {
        for name in self.object.keys() {
            self.problems
                .push(format!("{}: unknown field `{name}`", self.at));
        }
    }
}
