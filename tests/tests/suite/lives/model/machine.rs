//! The model: a table of transitions, a queue, and what was heard.

use std::collections::{BTreeSet, VecDeque};

use groundplane_tests::faults::Fault;
use proptest::prelude::*;
use proptest_state_machine::ReferenceStateMachine;

/// Something that happens to an instance.
#[derive(Debug, Clone)]
pub(super) enum Act {
    Signal {
        id: &'static str,
        signal: &'static str,
    },
    Operate {
        id: &'static str,
    },
    Settle {
        well: bool,
    },
}

/// It happens, with one I/O call failing.
#[derive(Debug, Clone)]
pub(super) struct Happening {
    pub(super) act: Act,
    pub(super) point: usize,
    pub(super) fault: usize,
}

/// What runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Running {
    Failover,
    Restart,
}

/// What the model knows of the instance.
#[derive(Debug, Clone)]
pub(super) struct Machine {
    pub(super) state: &'static str,
    pub(super) run: Option<Running>,
    pub(super) runs: u64,
    pub(super) queue: VecDeque<&'static str>,
    pub(super) heard: BTreeSet<&'static str>,
    pub(super) history: Vec<String>,
}

/// Each id always says the same, as an event does that is delivered again.
const SIGNALS: [(&str, &str); 12] = [
    ("f1", "failure"),
    ("f2", "failure"),
    ("f3", "failure"),
    ("f4", "failure"),
    ("r1", "recovered"),
    ("r2", "recovered"),
    ("r3", "recovered"),
    ("e1", "escalate"),
    ("e2", "escalate"),
    ("e3", "escalate"),
    ("x1", "retire"),
    ("f5", "failure"),
];
const REQUESTS: [&str; 4] = ["q1", "q2", "q3", "q4"];

impl Machine {
    fn tell(&mut self, id: &'static str, signal: &'static str) {
        if !self.heard.insert(id) {
            return;
        }
        if self.run.is_some() {
            self.queue.push_back(signal);
        } else {
            self.decide(signal);
        }
    }

    fn decide(&mut self, signal: &str) {
        match (self.state, signal) {
            ("healthy", "failure") => self.enter("degraded"),
            ("degraded" | "failing-over", "recovered") => self.enter("healthy"),
            ("degraded", "escalate") => self.begin(Running::Failover),
            ("healthy" | "degraded" | "failing-over", "retire") => self.enter("retired"),
            _ => {}
        }
    }

    fn enter(&mut self, state: &'static str) {
        self.passed(state, "entered");
        self.state = state;
    }

    fn begin(&mut self, run: Running) {
        let to = match run {
            Running::Failover => "failing-over",
            Running::Restart => self.state,
        };
        self.passed(to, "started");
        self.run = Some(run);
        self.runs += 1;
    }

    fn passed(&mut self, to: &str, outcome: &str) {
        self.history.push(format!("{}>{to} {outcome}", self.state));
    }

    fn operate(&mut self, id: &'static str) {
        let is_free = self.run.is_none() && ["healthy", "degraded"].contains(&self.state);
        if is_free && self.heard.insert(id) {
            self.begin(Running::Restart);
        }
    }

    fn settle(&mut self, well: bool) {
        let Some(run) = self.run.take() else {
            return;
        };
        let outcome = if well { "succeeded" } else { "failed" };
        match (run, well) {
            (Running::Failover, true) => {
                self.passed("failing-over", outcome);
                self.state = "failing-over";
            }
            (Running::Failover | Running::Restart, false) => self.passed(self.state, outcome),
            (Running::Restart, true) => {
                self.passed(self.state, outcome);
                self.decide("recovered");
            }
        }
        for signal in std::mem::take(&mut self.queue) {
            if self.run.is_some() {
                self.queue.push_back(signal);
            } else {
                self.decide(signal);
            }
        }
    }
}

impl ReferenceStateMachine for Machine {
    type State = Self;
    type Transition = Happening;

    fn init_state() -> BoxedStrategy<Self> {
        Just(Self {
            state: "healthy",
            run: None,
            runs: 0,
            queue: VecDeque::new(),
            heard: BTreeSet::new(),
            history: vec![">healthy entered".to_owned()],
        })
        .boxed()
    }

    fn transitions(_: &Self) -> BoxedStrategy<Happening> {
        let act = prop_oneof![
            6 => prop::sample::select(&SIGNALS[..])
                .prop_map(|(id, signal)| Act::Signal { id, signal }),
            2 => prop::sample::select(&REQUESTS[..]).prop_map(|id| Act::Operate { id }),
            3 => any::<bool>().prop_map(|well| Act::Settle { well }),
        ];
        (act, 0..6_usize, 0..Fault::ALL.len())
            .prop_map(|(act, point, fault)| Happening { act, point, fault })
            .boxed()
    }

    fn apply(mut machine: Self, happening: &Happening) -> Self {
        match happening.act {
            Act::Signal { id, signal } => machine.tell(id, signal),
            Act::Operate { id } => machine.operate(id),
            Act::Settle { well } => machine.settle(well),
        }
        machine
    }
}
