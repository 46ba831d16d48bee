//! What a command has to say in the end: the answer as text and as JSON, and whether it failed.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::error::{Error, Exit};
use crate::render;

/// The end of a command.
#[derive(Debug)]
pub(crate) struct Report {
    /// The answer for people.
    pub(crate) text: String,
    /// The answer for programs, an object.
    pub(crate) fields: Map<String, Value>,
    /// The answer for a pull request, of commands that have one.
    pub(crate) markdown: Option<String>,
    /// The answer as the file that was asked for, of commands that have one.
    pub(crate) file: Option<String>,
    /// How the process is to exit where nothing went wrong.
    pub(crate) success: Exit,
    /// What went wrong, if anything did.
    pub(crate) failure: Option<Error>,
}

impl Report {
    /// An answer as text and as the object that programs get.
    pub(crate) fn new(text: String, answer: &impl Serialize) -> Self {
        // INVARIANT: answers are structs with string keys, which serialise to objects.
        let fields = match serde_json::to_value(answer) {
            Ok(Value::Object(fields)) => fields,
            _ => Map::new(),
        };
        Self {
            fields,
            ..Self::of_text(text)
        }
    }

    /// An answer of which nobody wants the object.
    pub(crate) fn of_text(text: String) -> Self {
        Self {
            text,
            fields: Map::new(),
            markdown: None,
            file: None,
            success: Exit::Ok,
            failure: None,
        }
    }

    /// A command that has nothing but a failure to show.
    pub(crate) fn failed(error: Error) -> Self {
        Self::of_text(String::new()).but(Some(error))
    }

    /// The same answer, with what went wrong after it was found.
    pub(crate) fn but(self, failure: Option<Error>) -> Self {
        Self { failure, ..self }
    }

    /// The answer for programs; a failure is its `error`.
    pub(crate) fn json(&self) -> String {
        let mut fields = self.fields.clone();
        if let Some(failure) = &self.failure {
            fields.insert("error".to_owned(), render::error::json(failure));
        }
        format!("{:#}\n", Value::Object(fields))
    }

    /// How the process is to exit.
    pub(crate) fn exit(&self) -> Exit {
        self.failure.as_ref().map_or(self.success, Error::exit)
    }
}
