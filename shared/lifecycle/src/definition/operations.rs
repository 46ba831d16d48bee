//! Operations: the states that they need, and what they are told.

use std::collections::{BTreeMap, BTreeSet};

use groundplane_model::{OperationName, OperationSpec, Problem, RunSpec, SignalName, StateName};
use jiff::SignedDuration;
use jsonschema::{Draft, PatternOptions, ValidationError, Validator};
use serde_json::{Map, Value};

use super::Check;
use crate::wording;

/// One operation.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) required_states: BTreeSet<StateName>,
    pub(crate) run: RunSpec,
    pub(crate) signal_on_success: Option<SignalName>,
    pub(crate) timeout: SignedDuration,
    input: Option<Validator>,
}

impl Operation {
    /// What is wrong with an input.
    pub(crate) fn problems(&self, input: &Map<String, Value>) -> Vec<Problem> {
        let Some(validator) = &self.input else {
            let told = input.keys().map(|name| {
                let message = format!("unknown field {}", wording::quoted(name));
                Problem::error(crate::pointer(name), message).with_hint("it takes no input")
            });
            return told.collect();
        };
        let input = Value::Object(input.clone());
        let errors = validator.iter_errors(&input);
        errors.map(|error| problem(&error)).collect()
    }
}

/// The most problems of one schema that are worth telling.
const MOST_SHOWN: usize = 300;

fn problem(error: &ValidationError<'_>) -> Problem {
    let text: String = error.to_string().chars().take(MOST_SHOWN).collect();
    Problem::error(error.instance_path().as_str(), text.replace('"', "`"))
}

impl Check<'_> {
    pub(super) fn operations(&mut self) -> BTreeMap<OperationName, Operation> {
        let mut operations = BTreeMap::new();
        for (name, spec) in &self.spec.operations {
            if let Some(operation) = self.operation(name, spec) {
                operations.insert(name.clone(), operation);
            }
        }
        operations
    }

    fn operation(&mut self, name: &OperationName, spec: &OperationSpec) -> Option<Operation> {
        let pointer = format!("/spec/operations/{name}");
        for (item, state) in spec.required_states.iter().enumerate() {
            let pointer = format!("{pointer}/requiredStates/{item}");
            self.state(&pointer, state);
            if self.is_terminal(state) {
                let message = format!("`{state}` is terminal, so nothing can be run in it");
                self.problem(&pointer, message, None);
            }
        }
        self.workflow(&format!("{pointer}/run"), &spec.run);
        if let Some(signal) = &spec.signal_on_success {
            self.listened(&format!("{pointer}/signalOnSuccess"), signal);
        }
        let timeout = self.duration(&format!("{pointer}/timeout"), &spec.timeout);
        let input = match spec.input.as_ref().map(compile).transpose() {
            Ok(input) => input,
            Err(message) => {
                self.problem(&format!("{pointer}/input"), message, None);
                return None;
            }
        };
        Some(Operation {
            required_states: spec.required_states.iter().cloned().collect(),
            run: spec.run.clone(),
            signal_on_success: spec.signal_on_success.clone(),
            timeout: timeout?,
            input,
        })
    }
}

/// Compiles the schema of an input. References would allow schemas that never end.
fn compile(schema: &Value) -> Result<Validator, String> {
    if refers(schema) {
        return Err("`$ref` cannot be used in the schema of an input".to_owned());
    }
    if schema.get("type").and_then(Value::as_str) != Some("object") {
        return Err("the schema of an input must have `type: object`".to_owned());
    }
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        // Linear time, whatever the input.
        .with_pattern_options(PatternOptions::regex())
        .offline()
        .build(schema)
        .map_err(|error| {
            let text: String = error.to_string().chars().take(MOST_SHOWN).collect();
            let place = error.instance_path().as_str().to_owned();
            format!("not a JSON Schema: {place} {}", text.replace('"', "`"))
        })
}

/// INVARIANT: recursion follows the document, whose depth is bounded.
fn refers(schema: &Value) -> bool {
    match schema {
        Value::Object(fields) => fields
            .iter()
            .any(|(name, field)| ["$ref", "$dynamicRef"].contains(&name.as_str()) || refers(field)),
        Value::Array(items) => items.iter().any(refers),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}
