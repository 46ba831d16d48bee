//! The interpreter from outside: machines go in, runs come out.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::Value;

use super::error::Stop;
use super::scope::Execution;
use super::walk::{End, Walk};
use super::{Host, Machine, Schedule, Stuck, TaskError, Trace, Turns};

/// How many transitions a run may make unless it is told otherwise.
const BUDGET: usize = 10_000;

/// Runs state machines in a world.
#[derive(Debug)]
pub struct Interpreter<'h, H> {
    pub(crate) host: &'h H,
    pub(crate) machines: BTreeMap<String, Machine>,
    pub(crate) schedule: Schedule,
    pub(crate) budget: usize,
    pub(crate) turns: Turns,
    /// The executions that were ever started by tasks: their names are used up.
    pub(crate) started: RefCell<BTreeSet<String>>,
    pub(crate) unnamed: Cell<usize>,
    /// How many tokens were handed out.
    pub(crate) tokens: Cell<usize>,
}

/// How an execution ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It came to its end.
    Succeeded,
    /// An error was not caught, or it came to a Fail state.
    Failed,
    /// It took longer than its `TimeoutSeconds`.
    TimedOut,
}

impl Status {
    /// As Step Functions writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
            Self::TimedOut => "TIMED_OUT",
        }
    }
}

/// One run of a state machine.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// How it ended.
    pub status: Status,
    /// What it gives, if it succeeded.
    pub output: Option<Value>,
    /// Why it failed, if it failed.
    pub error: Option<TaskError>,
    /// What happened.
    pub trace: Trace,
}

impl<'h, H: Host> Interpreter<'h, H> {
    /// An interpreter without machines that runs branches in order.
    #[must_use]
    pub fn new(host: &'h H) -> Self {
        Self {
            host,
            machines: BTreeMap::new(),
            schedule: Schedule::InOrder,
            budget: BUDGET,
            turns: Turns::default(),
            started: RefCell::default(),
            unnamed: Cell::new(0),
            tokens: Cell::new(0),
        }
    }

    /// Adds a machine under its ARN, to be run, or to be started by a task of another.
    #[must_use]
    pub fn machine(mut self, arn: impl Into<String>, machine: Machine) -> Self {
        self.machines.insert(arn.into(), machine);
        self
    }

    /// Runs branches and the items of maps in this order.
    #[must_use]
    pub fn schedule(mut self, schedule: Schedule) -> Self {
        self.schedule = schedule;
        self
    }

    /// Lets a run make this many transitions.
    #[must_use]
    pub fn budget(mut self, transitions: usize) -> Self {
        self.budget = transitions;
        self
    }

    /// Interleaves branches also where others pass these turns on, for example at every I/O call.
    #[must_use]
    pub fn turns(mut self, turns: Turns) -> Self {
        self.turns = turns;
        self
    }

    /// Runs a machine from its start to its end.
    ///
    /// # Errors
    /// When the run gets stuck: an execution that fails is a [`Run`] like any other.
    pub async fn run(&self, machine: &str, name: &str, input: Value) -> Result<Run, Stuck> {
        let trace = RefCell::new(Trace::default());
        let walk = Walk {
            on: self,
            trace: &trace,
        };
        let execution = Execution {
            machine: machine.to_owned(),
            name: name.to_owned(),
            input,
            started: Duration::ZERO,
        };
        let ended = walk
            .execution(execution, None, Vec::new())
            .await
            .map_err(stuck)?;
        let (status, output, error) = match ended.end {
            End::Succeeded(output) => (Status::Succeeded, Some(output), None),
            End::Failed(error) => (Status::Failed, None, Some(error)),
            End::TimedOut => (Status::TimedOut, None, None),
        };
        let mut trace = trace.into_inner();
        trace.elapsed = ended.clock;
        Ok(Run {
            status,
            output,
            error,
            trace,
        })
    }
}

/// What can stop an execution that nothing outside stops.
fn stuck(stop: Stop) -> Stuck {
    match stop {
        Stop::Stuck(stuck) => stuck,
        // INVARIANT: `Walk::execution` ends an execution on the other stops, and a run that is no
        // branch is never abandoned.
        Stop::Failed(_) | Stop::TimedOut | Stop::Abandoned => Stuck::Endless(Vec::new()),
    }
}
