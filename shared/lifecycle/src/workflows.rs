//! The workflows that a lifecycle may run, and what each takes.

use std::collections::BTreeMap;

use groundplane_model::{LifecycleSpec, Problem, WorkflowName};
use groundplane_spec::InputSchema;
use serde_json::{Map, Value, json};

use crate::wording;

/// The most containers that `scale` sets.
const MOST_CONTAINERS: u16 = 1_000;

/// Workflows by name.
#[derive(Debug, Default)]
pub struct Workflows(BTreeMap<WorkflowName, Takes>);

/// What a workflow takes.
#[derive(Debug)]
enum Takes {
    Nothing,
    Schema(Box<InputSchema>),
    /// That is not known here.
    Anything,
}

impl Workflows {
    /// Those of the platform itself.
    #[must_use]
    pub fn own() -> Self {
        let names = WorkflowName::BUILT_IN.into_iter();
        let names = names.filter_map(|name| WorkflowName::parse(name).ok());
        names.fold(Self::default(), |known, name| {
            let schema = own_input(&name);
            known.with(name, schema.as_ref())
        })
    }

    /// And this one. What it takes was checked when it was registered, so that a schema that is
    /// none takes anything here.
    #[must_use]
    pub fn with(mut self, name: WorkflowName, input: Option<&Value>) -> Self {
        let takes = match input.map(InputSchema::parse) {
            None => Takes::Nothing,
            Some(Ok(schema)) => Takes::Schema(Box::new(schema)),
            Some(Err(_)) => Takes::Anything,
        };
        self.0.insert(name, takes);
        self
    }

    /// And all that `spec` names. Whether they exist, and what they take, is not known here.
    #[must_use]
    pub fn with_all_of(mut self, spec: &LifecycleSpec) -> Self {
        let transitions = spec.transitions.iter().filter_map(|way| way.run.as_ref());
        let operations = spec.operations.values().map(|operation| &operation.run);
        for run in transitions.chain(operations) {
            let name = run.workflow.clone();
            self.0.entry(name).or_insert(Takes::Anything);
        }
        self
    }

    /// Whether there is such a workflow.
    pub(crate) fn knows(&self, name: &WorkflowName) -> bool {
        self.0.contains_key(name)
    }

    /// The names.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(WorkflowName::as_str)
    }

    /// What is wrong with an input for `name`.
    #[must_use]
    pub fn problems(&self, name: &WorkflowName, input: &Map<String, Value>) -> Vec<Problem> {
        match self.0.get(name) {
            None | Some(Takes::Anything) => Vec::new(),
            Some(Takes::Nothing) => nothing_but(input),
            Some(Takes::Schema(schema)) => schema.problems(input),
        }
    }
}

/// Each field of an input where none is taken.
pub(crate) fn nothing_but(input: &Map<String, Value>) -> Vec<Problem> {
    let told = input.keys().map(|name| {
        let message = format!("unknown field {}", wording::quoted(name));
        Problem::error(crate::pointer(name), message).with_hint("it takes no input")
    });
    told.collect()
}

/// What a workflow of the platform takes, as docs/workflows.md has it.
fn own_input(name: &WorkflowName) -> Option<Value> {
    let count = json!({ "type": "integer", "minimum": 0, "maximum": MOST_CONTAINERS });
    let fields = match name.as_str() {
        "scale" => json!({
            "desiredCount": count,
            "minCapacity": count,
            "maxCapacity": count,
        }),
        "failover" => {
            json!({ "ingressWeight": { "type": "integer", "minimum": 0, "maximum": 255 } })
        }
        "rollback" => json!({ "revision": { "type": "integer", "minimum": 1 } }),
        _ => return None,
    };
    let least = u8::from(name.as_str() == "scale");
    Some(json!({
        "type": "object",
        "minProperties": least,
        "additionalProperties": false,
        "properties": fields,
    }))
}

#[cfg(test)]
mod tests;
