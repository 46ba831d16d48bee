//! Operations: the states that they need, and what they are told.

use std::collections::{BTreeMap, BTreeSet};

use groundplane_model::{OperationName, OperationSpec, Problem, RunSpec, SignalName, StateName};
use groundplane_spec::InputSchema;
use jiff::SignedDuration;
use serde_json::{Map, Value};

use super::Check;
use crate::workflows::nothing_but;

/// One operation.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) required_states: BTreeSet<StateName>,
    pub(crate) run: RunSpec,
    pub(crate) signal_on_success: Option<SignalName>,
    pub(crate) timeout: SignedDuration,
    input: Option<InputSchema>,
}

impl Operation {
    /// What is wrong with an input.
    pub(crate) fn problems(&self, input: &Map<String, Value>) -> Vec<Problem> {
        match &self.input {
            None => nothing_but(input),
            Some(schema) => schema.problems(input),
        }
    }
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
        self.told(&format!("{pointer}/run"), &spec.run, spec.input.is_none());
        if let Some(signal) = &spec.signal_on_success {
            self.listened(&format!("{pointer}/signalOnSuccess"), signal);
        }
        let timeout = self.duration(&format!("{pointer}/timeout"), &spec.timeout);
        let input = match spec.input.as_ref().map(InputSchema::parse).transpose() {
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
