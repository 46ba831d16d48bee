//! From state to state: retries, catchers, and what each kind of state does.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use serde_json::Value;

use super::error::Stop;
use super::leave::{Left, arguments_of, caught, choose, fail, leave, seconds, wait};
use super::machine::{Flow, INVOKE_AND_WAIT, Kind, State};
use super::scope::{Execution, Scope, Visit};
use super::{Host, Interpreter, Schedule, Stuck, TaskError, Trace, limits};

/// One run of the interpreter.
pub(crate) struct Walk<'a, H> {
    pub(crate) on: &'a Interpreter<'a, H>,
    pub(crate) trace: &'a RefCell<Trace>,
}

impl<H> Clone for Walk<'_, H> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<H> Copy for Walk<'_, H> {}

/// An execution that has ended.
pub(crate) struct Ended {
    pub(crate) end: End,
    pub(crate) clock: Duration,
}

/// How it ended.
pub(crate) enum End {
    Succeeded(Value),
    Failed(TaskError),
    TimedOut,
}

/// A flow on its way.
pub(crate) type Flowing<'f> = Pin<Box<dyn Future<Output = Result<Value, Stop>> + 'f>>;

impl<'a, H: Host> Walk<'a, H> {
    /// Runs an execution to its end, or to `deadline`.
    pub(crate) async fn execution(
        self,
        execution: Execution,
        deadline: Option<Duration>,
        abandoned: Vec<Rc<Cell<bool>>>,
    ) -> Result<Ended, Stop> {
        let found = self.on.machines.get(&execution.machine);
        let machine =
            found.ok_or_else(|| Stop::Stuck(Stuck::UnknownMachine(execution.machine.clone())))?;
        self.trace.borrow_mut().executions += 1;
        let own = machine
            .timeout
            .map(|timeout| execution.started.saturating_add(timeout));
        let input = execution.input.clone();
        let mut scope = Scope {
            variables: BTreeMap::new(),
            clock: execution.started,
            deadline: own.into_iter().chain(deadline).min(),
            item: None,
            token: None,
            abandoned,
            execution: Rc::new(execution),
        };
        let end = match self.flow(&machine.flow, input, &mut scope).await {
            Ok(output) => End::Succeeded(output),
            Err(Stop::Failed(error)) => End::Failed(error),
            Err(Stop::TimedOut) => End::TimedOut,
            Err(stop @ (Stop::Abandoned | Stop::Stuck(_))) => return Err(stop),
        };
        Ok(Ended {
            end,
            clock: scope.clock,
        })
    }

    /// Runs states from the start of a flow to its end.
    pub(crate) fn flow<'f>(
        self,
        flow: &'f Flow,
        mut input: Value,
        scope: &'f mut Scope,
    ) -> Flowing<'f>
    where
        'a: 'f,
    {
        Box::pin(async move {
            let mut name = flow.start.as_str();
            loop {
                let state = flow.state(name)?;
                self.enter(name, scope).await?;
                let left = self.state(state, name, &input, scope).await?;
                scope.variables.extend(left.assigned);
                input = left.output;
                match left.next {
                    Some(next) => name = next,
                    None => return Ok(input),
                }
            }
        })
    }

    async fn enter(self, name: &str, scope: &Scope) -> Result<(), Stop> {
        let machine = &scope.execution.machine;
        let entered = self.trace.borrow_mut().enter(machine, name, self.on.budget);
        entered.map_err(Stop::Stuck)?;
        if self.on.schedule == Schedule::Interleaved {
            self.on.turns.pass().await;
        }
        still_wanted(scope)
    }

    /// Lets virtual time pass, at most until the deadline.
    pub(crate) async fn pass_time(self, scope: &mut Scope, duration: Duration) -> Result<(), Stop> {
        let until = scope.clock.saturating_add(duration);
        let reached = scope.deadline.map_or(until, |deadline| until.min(deadline));
        let passed = reached.saturating_sub(scope.clock);
        scope.clock = reached;
        self.on.host.pass_time(passed).await;
        if reached < until {
            return Err(Stop::TimedOut);
        }
        Ok(())
    }

    /// Tries a state until it succeeds or no retrier and no catcher matches its error.
    async fn state<'f>(
        self,
        state: &'f State,
        name: &str,
        input: &Value,
        scope: &mut Scope,
    ) -> Result<Left<'f>, Stop> {
        let mut made = vec![0; state.retry.len()];
        let mut retries = 0;
        loop {
            let visit = Visit {
                state: name,
                input,
                retries,
            };
            let error = match self.attempt(state, visit, scope).await {
                Err(Stop::Failed(error)) => error,
                end => return end,
            };
            let Some(delay) = state.retry_after(&error, &mut made) else {
                return caught(state, visit, scope, error);
            };
            still_wanted(scope)?;
            self.pass_time(scope, delay).await?;
            let transition = self.trace.borrow_mut().transition(self.on.budget);
            transition.map_err(Stop::Stuck)?;
            retries += 1;
        }
    }

    async fn attempt<'f>(
        self,
        state: &'f State,
        visit: Visit<'_>,
        scope: &mut Scope,
    ) -> Result<Left<'f>, Stop> {
        scope.token = None;
        let result = match &state.kind {
            Kind::Pass | Kind::Succeed => None,
            Kind::Fail { error, cause } => return Err(fail(error, cause, visit, scope)?.into()),
            Kind::Wait(until) => {
                let duration = wait(until, &scope.bindings(visit), scope.clock)?;
                self.pass_time(scope, duration).await?;
                None
            }
            Kind::Choice { rules, default } => {
                return Ok(choose(rules, default.as_deref(), state, visit, scope)?);
            }
            Kind::Task {
                resource,
                arguments,
                timeout,
            } => {
                // Every attempt has a token of its own.
                scope.token = (resource == INVOKE_AND_WAIT).then(|| self.token(scope));
                let bindings = scope.bindings(visit);
                let arguments = arguments_of(arguments.as_ref(), &bindings, visit)?;
                let timeout = seconds(timeout.as_ref(), "TimeoutSeconds", &bindings)?;
                let result = self.task(resource, arguments, timeout, scope).await?;
                limits::payload("a result", visit.state, &result)?;
                Some(result)
            }
            Kind::Parallel {
                branches,
                arguments,
            } => {
                let input = arguments_of(arguments.as_ref(), &scope.bindings(visit), visit)?;
                Some(self.parallel(branches, &input, scope).await?)
            }
            Kind::Map(map) => Some(self.map(map, visit, scope).await?),
        };
        let (bindings, default) = match result {
            Some(result) => (scope.bindings_with(visit, "result", &result), result),
            None => (scope.bindings(visit), visit.input.clone()),
        };
        let next = state.next.as_deref();
        Ok(leave(&state.yields, "", &bindings, default, visit)?.to(next))
    }
}

impl State {
    /// How long to wait before this error's next retry, if it has one left. The first retrier that
    /// matches decides.
    fn retry_after(&self, error: &TaskError, made: &mut [u32]) -> Option<Duration> {
        let mut all = self.retry.iter().zip(made);
        let (retrier, made) = all.find(|(retrier, _)| error.matches(&retrier.errors))?;
        if *made >= retrier.attempts {
            return None;
        }
        let delay = retrier.delay(*made);
        *made += 1;
        Some(delay)
    }
}

/// Refuses to go on in a branch whose sibling has failed.
fn still_wanted(scope: &Scope) -> Result<(), Stop> {
    if scope.abandoned.iter().any(|abandoned| abandoned.get()) {
        return Err(Stop::Abandoned);
    }
    Ok(())
}
