//! A lifecycle as a whole: compiled once, and then never wrong. Everything that could go wrong
//! later is found here, all at once, each problem with its place.

mod exclusive;
mod graph;
mod operations;
mod routes;
mod transitions;

use std::collections::{BTreeMap, BTreeSet};

use groundplane_model::{
    LifecycleSpec, OperationName, Problem, RunSpec, SignalName, StateName, parse_duration,
};
use groundplane_patterns::PatternIndex;
use jiff::SignedDuration;

use crate::expression::{Expression, Flaw};
use crate::wording;
use crate::workflows::Workflows;

pub(crate) use operations::Operation;
pub(crate) use routes::Route;

/// A checked lifecycle.
#[derive(Debug)]
pub struct Definition {
    initial: StateName,
    states: BTreeMap<StateName, State>,
    transitions: BTreeMap<StateName, BTreeMap<SignalName, Vec<Transition>>>,
    operations: BTreeMap<OperationName, Operation>,
    routes: Vec<Route>,
    patterns: PatternIndex<usize>,
}

/// One state.
#[derive(Debug, Clone)]
pub(crate) struct State {
    pub(crate) timeout: Option<(SignedDuration, SignalName)>,
    pub(crate) terminal: bool,
}

/// One way from one state on one signal.
#[derive(Debug, Clone)]
pub(crate) struct Transition {
    /// Its number in the document, counted from 0.
    pub(crate) number: usize,
    pub(crate) to: StateName,
    pub(crate) guard: Option<Expression>,
    pub(crate) run: Option<RunSpec>,
    pub(crate) on_failure: Option<StateName>,
    pub(crate) timeout: SignedDuration,
}

impl Definition {
    /// Compiles and checks a spec. `workflows` are those that it may run.
    ///
    /// # Errors
    /// Every problem of the spec, with pointers into the document.
    pub fn parse(spec: &LifecycleSpec, workflows: &Workflows) -> Result<Self, Vec<Problem>> {
        let mut check = Check {
            spec,
            workflows,
            listened: spec.transitions.iter().map(|way| &way.on).collect(),
            problems: Vec::new(),
        };
        check.state("/spec/initial", &spec.initial);
        let states = check.states();
        let transitions = check.transitions();
        graph::check(&mut check, &transitions);
        let operations = check.operations();
        let (routes, patterns) = check.routes();
        if !check.problems.is_empty() {
            return Err(check.problems);
        }
        Ok(Self {
            initial: spec.initial.clone(),
            states,
            transitions,
            operations,
            routes,
            patterns: PatternIndex::new(patterns),
        })
    }

    /// The state of a new instance.
    #[must_use]
    pub fn initial(&self) -> &StateName {
        &self.initial
    }

    /// The states, by name.
    pub fn states(&self) -> impl Iterator<Item = &StateName> {
        self.states.keys()
    }

    /// Whether a state is the end.
    #[must_use]
    pub fn is_terminal(&self, state: &StateName) -> bool {
        self.states.get(state).is_some_and(|state| state.terminal)
    }

    /// The operations and the states in which each is allowed.
    pub fn operations(&self) -> impl Iterator<Item = (&OperationName, &BTreeSet<StateName>)> {
        let operations = self.operations.iter();
        operations.map(|(name, operation)| (name, &operation.required_states))
    }

    /// Whether any transition fires on a signal.
    #[must_use]
    pub fn listens_to(&self, signal: &SignalName) -> bool {
        self.signals().any(|known| known == signal)
    }

    /// The signals that transitions fire on; some more than once.
    pub(crate) fn signals(&self) -> impl Iterator<Item = &SignalName> {
        self.transitions.values().flat_map(BTreeMap::keys)
    }

    pub(crate) fn state(&self, name: &StateName) -> Option<&State> {
        self.states.get(name)
    }

    pub(crate) fn operation(&self, name: &OperationName) -> Option<&Operation> {
        self.operations.get(name)
    }

    pub(crate) fn transitions(&self, from: &StateName, on: &SignalName) -> &[Transition] {
        let ways = self.transitions.get(from).and_then(|on_| on_.get(on));
        ways.map_or(&[], Vec::as_slice)
    }

    pub(crate) fn patterns(&self) -> &PatternIndex<usize> {
        &self.patterns
    }

    pub(crate) fn route_at(&self, number: usize) -> Option<&Route> {
        self.routes.get(number)
    }
}

/// A check in progress.
struct Check<'a> {
    spec: &'a LifecycleSpec,
    workflows: &'a Workflows,
    /// The signals that a transition fires on.
    listened: BTreeSet<&'a SignalName>,
    problems: Vec<Problem>,
}

impl Check<'_> {
    fn problem(&mut self, pointer: &str, message: String, hint: Option<String>) {
        let problem = Problem::error(pointer, message);
        self.problems.push(match hint {
            Some(hint) => problem.with_hint(hint),
            None => problem,
        });
    }

    fn flaws(&mut self, pointer: &str, flaws: Vec<Flaw>) {
        for flaw in flaws {
            self.problem(pointer, flaw.message, flaw.hint);
        }
    }

    fn states(&mut self) -> BTreeMap<StateName, State> {
        let mut states = BTreeMap::new();
        for (name, state) in &self.spec.states {
            let timeout = state.timeout.as_ref().and_then(|timeout| {
                let pointer = format!("/spec/states/{name}/timeout");
                self.listened(&format!("{pointer}/signal"), &timeout.signal);
                let after = self.duration(&format!("{pointer}/after"), &timeout.after)?;
                Some((after, timeout.signal.clone()))
            });
            if state.terminal && state.timeout.is_some() {
                let message = format!("`{name}` is terminal, so nothing can follow a timeout");
                self.problem(&format!("/spec/states/{name}/timeout"), message, None);
            }
            let terminal = state.terminal;
            states.insert(name.clone(), State { timeout, terminal });
        }
        states
    }

    /// A name that must be one of the states.
    fn state(&mut self, pointer: &str, name: &StateName) {
        if !self.spec.states.contains_key(name) {
            let known = self.spec.states.keys().map(StateName::as_str);
            let hint = wording::among(name.as_str(), known);
            self.problem(pointer, format!("unknown state `{name}`"), Some(hint));
        }
    }

    fn is_terminal(&self, name: &StateName) -> bool {
        let state = self.spec.states.get(name);
        state.is_some_and(|state| state.terminal)
    }

    /// A signal that some transition must fire on.
    fn listened(&mut self, pointer: &str, signal: &SignalName) {
        if !self.listened.contains(signal) {
            let known = self.listened.iter().map(|known| known.as_str());
            let hint = wording::among(signal.as_str(), known);
            let message = format!("no transition fires on the signal `{signal}`");
            self.problem(pointer, message, Some(hint));
        }
    }

    /// A workflow that must be known.
    fn workflow(&mut self, pointer: &str, run: &RunSpec) {
        let name = &run.workflow;
        if !self.workflows.knows(name) {
            let hint = wording::among(name.as_str(), self.workflows.names());
            self.problem(pointer, format!("unknown workflow `{name}`"), Some(hint));
        }
    }

    /// What a workflow is told. Where that is not all, since an operation lays its own input over
    /// it, only what is said counts and not what is missing.
    fn told(&mut self, pointer: &str, run: &RunSpec, is_all: bool) {
        let below = format!("{pointer}/input");
        let problems = self.workflows.problems(&run.workflow, &run.input);
        let counts = |problem: &Problem| is_all || !problem.pointer.is_empty();
        let problems = problems.into_iter().filter(counts);
        let problems = problems.map(|problem| problem.below(&below));
        self.problems.extend(problems);
    }

    fn duration(&mut self, pointer: &str, text: &str) -> Option<SignedDuration> {
        match parse_duration(text) {
            Ok(length) => Some(length),
            Err(message) => {
                let hint = "for example `10m` or `1h30m`, up to `365d`".to_owned();
                self.problem(pointer, message, Some(hint));
                None
            }
        }
    }
}

#[cfg(test)]
mod tests;
