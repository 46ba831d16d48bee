//! Reading the fields of an object from outside: what is missing or of the wrong kind is noted with
//! its JSON pointer, and reading goes on, so that all problems are told at once.

use groundplane_model::Problem;
use serde_json::{Map, Value};

use crate::refused::{quoted, step};

/// The fields of one object, and where it lies.
#[derive(Debug)]
pub(crate) struct Fields<'a, 'p> {
    at: String,
    object: &'a Map<String, Value>,
    problems: &'p mut Vec<Problem>,
}

impl<'a, 'p> Fields<'a, 'p> {
    /// The fields of `value`, which lies at the JSON pointer `at`; none if it is no object.
    pub(crate) fn of(value: &'a Value, at: &str, problems: &'p mut Vec<Problem>) -> Option<Self> {
        let at = at.to_owned();
        if let Value::Object(object) = value {
            return Some(Self {
                at,
                object,
                problems,
            });
        }
        problems.push(Problem::error(at, must_be("an object", value)));
        None
    }

    /// The value of a field; null counts as missing.
    pub(crate) fn value(&self, name: &str) -> Option<&'a Value> {
        self.object.get(name).filter(|value| !value.is_null())
    }

    /// All fields, in their order.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&'a String, &'a Value)> + use<'a> {
        self.object.iter()
    }

    /// Notes that something is wrong with a field.
    pub(crate) fn problem(&mut self, name: &str, message: impl Into<String>) {
        self.note(name, Problem::error("", message));
    }

    /// Notes a problem whose pointer starts at the field.
    pub(crate) fn note(&mut self, name: &str, problem: Problem) {
        let at = format!("{}{}", self.at, step(name));
        self.problems.push(problem.below(&at));
    }

    /// The text of a field, if it is there.
    pub(crate) fn text(&mut self, name: &str) -> Option<&'a str> {
        let value = self.value(name)?;
        if value.as_str().is_none() {
            self.problem(name, must_be("text", value));
        }
        value.as_str()
    }

    /// The text of a field that has to be there.
    pub(crate) fn required(&mut self, name: &str) -> Option<&'a str> {
        if self.value(name).is_none() {
            self.problem(name, "is missing");
        }
        self.text(name)
    }

    /// The items of a list, if it is there.
    pub(crate) fn list(&mut self, name: &str) -> Option<&'a Vec<Value>> {
        let value = self.value(name)?;
        if value.as_array().is_none() {
            self.problem(name, must_be("a list", value));
        }
        value.as_array()
    }

    /// The texts of an object whose values are all text; empty where it is missing.
    pub(crate) fn texts(&mut self, name: &str) -> Map<String, Value> {
        let Some(value) = self.value(name) else {
            return Map::new();
        };
        let Value::Object(object) = value else {
            self.problem(name, must_be("an object", value));
            return Map::new();
        };
        for (key, value) in object.iter().filter(|(_, value)| !value.is_string()) {
            let problem = Problem::error(step(key), must_be("text", value));
            self.note(name, problem);
        }
        object.clone()
    }
}

/// What a value must be, and what it is instead.
pub(crate) fn must_be(what: &str, value: &Value) -> String {
    let found = match value {
        Value::Null => "nothing".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
        Value::String(text) => quoted(text),
        Value::Bool(_) | Value::Number(_) => quoted(&value.to_string()),
    };
    format!("must be {what}, not {found}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_problem_is_noted_with_its_place() {
        let mut problems = Vec::new();
        let value = json!({
            "text": 5, "none": null, "list": {}, "texts": { "a/b": 1, "c": "d" }, "more": "x"
        });
        let mut fields = Fields::of(&value, "/alerts/0", &mut problems).unwrap();
        assert_eq!(fields.text("text"), None);
        assert_eq!(fields.text("none"), None);
        assert_eq!(fields.required("none"), None);
        assert_eq!(fields.list("list"), None);
        assert_eq!(fields.texts("texts").len(), 2);
        assert!(fields.texts("more").is_empty());
        assert!(Fields::of(&json!([]), "", &mut problems).is_none());
        let told: Vec<String> = problems.iter().map(Problem::to_string).collect();
        assert_eq!(
            told,
            [
                "/alerts/0/text: must be text, not `5`",
                "/alerts/0/none: is missing",
                "/alerts/0/list: must be a list, not an object",
                "/alerts/0/texts/a~1b: must be text, not `1`",
                "/alerts/0/more: must be an object, not `x`",
                "must be an object, not a list",
            ]
        );
    }

    #[test]
    fn what_is_right_is_given_without_a_word() {
        let mut problems = Vec::new();
        let value = json!({ "text": "a", "list": [1] });
        let mut fields = Fields::of(&value, "", &mut problems).unwrap();
        assert_eq!(fields.required("text"), Some("a"));
        assert_eq!(fields.list("list"), Some(&vec![json!(1)]));
        assert_eq!(fields.all().count(), 2);
        assert_eq!((fields.text("b"), fields.list("c")), (None, None));
        assert_eq!(problems, []);
    }
}
