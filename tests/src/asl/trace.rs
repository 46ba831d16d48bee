//! What happened in a run, to count and to print.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Stuck;

/// How many of the last states an endless run names.
const LAST_STATES: usize = 6;

/// One state that was entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entered {
    /// The ARN of the machine.
    pub machine: String,
    /// The name of the state.
    pub state: String,
}

/// What happened in a run, child executions included.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trace {
    /// The states in the order in which they were entered.
    pub states: Vec<Entered>,
    /// State transitions as they are billed: every state entered, and every retry.
    pub transitions: usize,
    /// How often each function was invoked.
    pub invocations: BTreeMap<String, usize>,
    /// How many executions were started, the run itself included.
    pub executions: usize,
    /// The virtual time from the start of the run to its end.
    pub elapsed: Duration,
}

impl Trace {
    /// How often `state` was entered.
    #[must_use]
    pub fn entered(&self, state: &str) -> usize {
        let is_it = |entered: &&Entered| entered.state == state;
        self.states.iter().filter(is_it).count()
    }

    /// How often `function` was invoked.
    #[must_use]
    pub fn invoked(&self, function: &str) -> usize {
        self.invocations.get(function).copied().unwrap_or_default()
    }

    /// Notes that `function` is invoked.
    pub(crate) fn invoke(&mut self, function: &str) {
        *self.invocations.entry(function.to_owned()).or_default() += 1;
    }

    /// Notes that `state` is entered.
    pub(crate) fn enter(&mut self, machine: &str, state: &str, budget: usize) -> Result<(), Stuck> {
        self.states.push(Entered {
            machine: machine.to_owned(),
            state: state.to_owned(),
        });
        self.transition(budget)
    }

    /// Notes one transition, if the run may still make one.
    pub(crate) fn transition(&mut self, budget: usize) -> Result<(), Stuck> {
        self.transitions += 1;
        if self.transitions <= budget {
            return Ok(());
        }
        let last = self.states.iter().rev().take(LAST_STATES);
        let mut last: Vec<String> = last.map(|entered| entered.state.clone()).collect();
        last.reverse();
        Err(Stuck::Endless(last))
    }
}
