//! A state machine as it was parsed and checked.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use serde_json::Value;

use super::TaskError;
use super::error::RUNTIME;
use super::expression::Template;
use super::{lint, names, parse};

/// The resource of a task that invokes a function.
pub(crate) const INVOKE: &str = "arn:aws:states:::lambda:invoke";
/// The resource of a task that invokes a function and waits until its token is answered.
pub(crate) const INVOKE_AND_WAIT: &str = "arn:aws:states:::lambda:invoke.waitForTaskToken";
/// The resource of a task that runs another state machine and waits for its end.
pub(crate) const START: &str = "arn:aws:states:::states:startExecution.sync:2";

/// A state machine that passed every check.
#[derive(Debug)]
pub struct Machine {
    pub(crate) flow: Flow,
    pub(crate) timeout: Option<Duration>,
}

/// Everything that is wrong with a definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadError(pub Vec<String>);

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for LoadError {}

/// States and where they start: a whole machine, a branch, or what a map does with an item.
#[derive(Debug, Default)]
pub(crate) struct Flow {
    pub(crate) start: String,
    pub(crate) states: BTreeMap<String, State>,
}

/// One state.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) kind: Kind,
    /// The state that follows; none where the flow ends, or where the kind decides.
    pub(crate) next: Option<String>,
    pub(crate) yields: Yields,
    pub(crate) retry: Vec<Retrier>,
    pub(crate) catch: Vec<Catcher>,
}

/// What is left behind on the way out of a state.
#[derive(Debug, Default)]
pub(crate) struct Yields {
    pub(crate) output: Option<Template>,
    pub(crate) assign: Vec<(String, Template)>,
}

/// What a state does.
#[derive(Debug)]
pub(crate) enum Kind {
    Pass,
    Succeed,
    Fail {
        error: Option<Template>,
        cause: Option<Template>,
    },
    Wait(Until),
    Choice {
        rules: Vec<Rule>,
        default: Option<String>,
    },
    Task {
        resource: String,
        arguments: Option<Template>,
        timeout: Option<Template>,
    },
    Parallel {
        branches: Vec<Flow>,
        arguments: Option<Template>,
    },
    Map(Box<Map>),
}

/// How long a Wait state waits.
#[derive(Debug)]
pub(crate) enum Until {
    Seconds(Template),
    Timestamp(Template),
}

/// One way out of a Choice state.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) condition: Template,
    pub(crate) next: String,
    pub(crate) yields: Yields,
}

/// What a Map state does.
#[derive(Debug)]
pub(crate) struct Map {
    pub(crate) items: Option<Template>,
    pub(crate) selector: Option<Template>,
    pub(crate) concurrency: Option<Template>,
    /// Whether every item is an execution of its own, which sees no variables of this one.
    pub(crate) is_distributed: bool,
    pub(crate) flow: Flow,
}

/// When to try again.
#[derive(Debug)]
pub(crate) struct Retrier {
    pub(crate) errors: Vec<String>,
    pub(crate) interval: f64,
    pub(crate) attempts: u32,
    pub(crate) rate: f64,
    pub(crate) max_delay: Option<f64>,
}

impl Retrier {
    /// How long to wait before the retry after `made` others. Jitter would only shorten it.
    pub(crate) fn delay(&self, made: u32) -> Duration {
        let exponent = i32::try_from(made).unwrap_or(i32::MAX);
        let delay = self.interval * self.rate.powi(exponent);
        let delay = self.max_delay.map_or(delay, |most| delay.min(most));
        Duration::try_from_secs_f64(delay).unwrap_or(Duration::MAX)
    }
}

/// Where to go with an error.
#[derive(Debug)]
pub(crate) struct Catcher {
    pub(crate) errors: Vec<String>,
    pub(crate) next: String,
    pub(crate) yields: Yields,
}

impl Machine {
    /// Parses and checks a definition in which each `${name}` is replaced by its substitution.
    ///
    /// # Errors
    /// Everything that is wrong: what is not in the language or not known here, states that are
    /// missing, doubled or out of reach, expressions that cannot work, names without a
    /// substitution.
    pub fn load(text: &str, substitutions: &BTreeMap<String, String>) -> Result<Self, LoadError> {
        let text = names::substitute(text, substitutions).map_err(LoadError)?;
        let doubled = names::doubled_keys(&text).map_err(|problem| LoadError(vec![problem]))?;
        let value: Value =
            serde_json::from_str(&text).map_err(|error| LoadError(vec![error.to_string()]))?;
        let mut problems: Vec<String> = doubled
            .iter()
            .map(|key| format!("the name `{key}` stands twice in one object"))
            .collect();
        let machine = parse::machine(value, &mut problems);
        lint::check(&machine.flow, &mut problems);
        if problems.is_empty() {
            Ok(machine)
        } else {
            Err(LoadError(problems))
        }
    }

    /// The functions that its tasks invoke, as their `FunctionName` says.
    #[must_use]
    pub fn functions(&self) -> BTreeSet<String> {
        let mut found = self.targets(INVOKE, "FunctionName");
        found.extend(self.targets(INVOKE_AND_WAIT, "FunctionName"));
        found
    }

    /// The state machines that its tasks run, as their `StateMachineArn` says.
    #[must_use]
    pub fn machines(&self) -> BTreeSet<String> {
        self.targets(START, "StateMachineArn")
    }

    /// The resources of its tasks.
    #[must_use]
    pub fn resources(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        self.flow.visit(&mut |_, state| {
            if let Kind::Task { resource, .. } = &state.kind {
                found.insert(resource.clone());
            }
        });
        found
    }

    /// Every error name that a retrier or catcher lists.
    #[must_use]
    pub fn errors(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        self.flow.visit(&mut |_, state| {
            let retried = state.retry.iter().flat_map(|retrier| &retrier.errors);
            let caught = state.catch.iter().flat_map(|catcher| &catcher.errors);
            found.extend(retried.chain(caught).cloned());
        });
        found
    }

    /// The names of its states.
    #[must_use]
    pub fn states(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        self.flow.visit(&mut |name, _| {
            found.insert(name.to_owned());
        });
        found
    }

    fn targets(&self, of: &str, argument: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        self.flow.visit(&mut |_, state| {
            let Kind::Task {
                resource,
                arguments: Some(Template::Object(arguments)),
                ..
            } = &state.kind
            else {
                return;
            };
            let target = arguments.iter().find(|(name, _)| name == argument);
            if let (true, Some((_, Template::Value(Value::String(target))))) =
                (resource == of, target)
            {
                found.insert(target.clone());
            }
        });
        found
    }
}

impl Flow {
    /// The state of that name.
    pub(crate) fn state(&self, name: &str) -> Result<&State, TaskError> {
        // INVARIANT: no machine is loaded in which a way leads nowhere.
        let missing = || TaskError::new(RUNTIME, format!("there is no state `{name}`"));
        self.states.get(name).ok_or_else(missing)
    }

    /// The flows inside the state.
    pub(crate) fn inside(state: &State) -> Vec<&Self> {
        match &state.kind {
            Kind::Map(map) => vec![&map.flow],
            Kind::Parallel { branches, .. } => branches.iter().collect(),
            Kind::Pass
            | Kind::Succeed
            | Kind::Fail { .. }
            | Kind::Wait(_)
            | Kind::Choice { .. }
            | Kind::Task { .. } => Vec::new(),
        }
    }

    /// Shows every state, those of flows inside included, to `look`.
    pub(crate) fn visit(&self, look: &mut dyn FnMut(&str, &State)) {
        for (name, state) in &self.states {
            look(name, state);
            for flow in Self::inside(state) {
                flow.visit(look);
            }
        }
    }
}

impl State {
    /// The first catcher that matches, and its place.
    pub(crate) fn catcher(&self, error: &TaskError) -> Option<(usize, &Catcher)> {
        let mut all = self.catch.iter().enumerate();
        all.find(|(_, catcher)| error.matches(&catcher.errors))
    }
}

pub use names::placeholders;
