//! What a flow of states carries along: variables, virtual time, the context object.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::expression::Bindings;

/// The virtual time at which every run starts: 2026-01-01T00:00:00Z.
const EPOCH: i64 = 1_767_225_600;

/// What an execution is called, and what it was given.
#[derive(Debug, Clone)]
pub(crate) struct Execution {
    pub(crate) machine: String,
    pub(crate) name: String,
    pub(crate) input: Value,
    pub(crate) started: Duration,
}

/// What a flow carries along. A copy goes into each branch: what it assigns stays there.
#[derive(Debug, Clone)]
pub(crate) struct Scope {
    pub(crate) execution: Rc<Execution>,
    pub(crate) variables: BTreeMap<String, Value>,
    pub(crate) clock: Duration,
    pub(crate) deadline: Option<Duration>,
    /// The item of the innermost map, and its index.
    pub(crate) item: Option<(usize, Value)>,
    /// The token of the task that waits for one.
    pub(crate) token: Option<String>,
    /// Raised once a sibling of a branch that this is in has failed.
    pub(crate) abandoned: Vec<Rc<Cell<bool>>>,
}

/// A state on its way: what its expressions see aside from variables.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Visit<'a> {
    pub(crate) state: &'a str,
    pub(crate) input: &'a Value,
    pub(crate) retries: u32,
}

impl Execution {
    /// The ARN of the execution.
    pub(crate) fn arn(&self) -> String {
        let machine = self.machine.replace(":stateMachine:", ":execution:");
        format!("{machine}:{}", self.name)
    }
}

impl Scope {
    /// The bindings of a state before it has a result.
    pub(crate) fn bindings(&self, visit: Visit<'_>) -> Bindings {
        self.bind(visit, None)
    }

    /// The bindings of a state with its `result` or its `errorOutput`.
    pub(crate) fn bindings_with(&self, visit: Visit<'_>, name: &str, value: &Value) -> Bindings {
        self.bind(visit, Some((name, value)))
    }

    fn bind(&self, visit: Visit<'_>, more: Option<(&str, &Value)>) -> Bindings {
        let mut states = Map::new();
        states.insert("input".to_owned(), visit.input.clone());
        states.insert("context".to_owned(), self.context(visit));
        if let Some((name, value)) = more {
            states.insert(name.to_owned(), value.clone());
        }
        Bindings::new(visit.state, &self.variables, Value::Object(states))
    }

    fn context(&self, visit: Visit<'_>) -> Value {
        let execution = &self.execution;
        let machine = execution.machine.rsplit(':').next().unwrap_or_default();
        let mut context = json!({
            "Execution": {
                "Id": execution.arn(),
                "Input": execution.input,
                "Name": execution.name,
                "StartTime": instant(execution.started).to_string(),
                "RedriveCount": 0,
            },
            "State": {
                "EnteredTime": instant(self.clock).to_string(),
                "Name": visit.state,
                "RetryCount": visit.retries,
            },
            "StateMachine": { "Id": execution.machine, "Name": machine },
        });
        if let (Some(token), Value::Object(context)) = (&self.token, &mut context) {
            context.insert("Task".to_owned(), json!({ "Token": token }));
        }
        if let (Some((index, value)), Value::Object(context)) = (&self.item, &mut context) {
            let item = json!({ "Item": { "Index": index, "Value": value } });
            context.insert("Map".to_owned(), item);
        }
        context
    }
}

/// The time of day at a point of virtual time.
pub(crate) fn instant(clock: Duration) -> Timestamp {
    let since = SignedDuration::from_secs(EPOCH)
        .saturating_add(SignedDuration::try_from(clock).unwrap_or(SignedDuration::MAX));
    Timestamp::from_duration(since).unwrap_or(Timestamp::MAX)
}
