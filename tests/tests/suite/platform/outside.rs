//! What is outside of the platform: executions, events, the clock, fresh identifiers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use groundplane_model::{Event, TaskToken};
use groundplane_ports::{
    Clock, Ids, PortError, PublishEvents, ReadDeploymentRuns, Result, ResumeDeployments, SetTimers,
    StartChecks, StartDeployments, StartRuns,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use uuid::Uuid;

/// What is outside of the platform.
#[derive(Debug)]
pub(crate) struct Outside(Mutex<State>);

#[derive(Debug)]
struct State {
    now: Timestamp,
    identifiers: u128,
    /// The names of executions that were ever started.
    started: BTreeSet<String>,
    /// Those that were started and did not run yet.
    waiting: Vec<(String, Value)>,
    running: BTreeSet<String>,
    delivered: BTreeSet<String>,
    events: Vec<(String, Value)>,
    /// The timers that were ever set, by name.
    timers: BTreeMap<String, (Timestamp, Value)>,
    /// The executions that were stopped.
    stopped: BTreeSet<String>,
    /// The tokens that were answered.
    resumed: BTreeSet<String>,
}

impl Outside {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(State {
            now: Timestamp::UNIX_EPOCH,
            identifiers: 0,
            started: BTreeSet::new(),
            waiting: Vec::new(),
            running: BTreeSet::new(),
            delivered: BTreeSet::new(),
            events: Vec::new(),
            timers: BTreeMap::new(),
            stopped: BTreeSet::new(),
            resumed: BTreeSet::new(),
        }))
    }

    /// The events that were published, with repetitions.
    #[must_use]
    pub(crate) fn events(&self) -> Vec<(String, Value)> {
        self.lock().events.clone()
    }

    /// Lets time pass.
    pub(crate) fn pass_minutes(&self, minutes: i64) {
        let mut state = self.lock();
        state.now = state
            .now
            .checked_add(SignedDuration::from_mins(minutes))
            .unwrap_or(state.now);
    }

    pub(crate) fn fresh(&self) -> u128 {
        let mut state = self.lock();
        state.identifiers += 1;
        state.identifiers
    }

    pub(crate) fn take_starts(&self) -> Vec<(String, Value)> {
        std::mem::take(&mut self.lock().waiting)
    }

    pub(crate) fn ended(&self, name: &str) {
        self.lock().running.remove(name);
    }

    /// Notes that the stream's record of a message was handled; false where it was before.
    pub(crate) fn is_delivered(&self, message: &str) -> bool {
        self.lock().delivered.contains(message)
    }

    pub(crate) fn deliver(&self, message: &str) {
        self.lock().delivered.insert(message.to_owned());
    }

    /// Whether the execution that waits under this token was woken.
    pub(crate) fn was_resumed(&self, token: &str) -> bool {
        self.lock().resumed.contains(token)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for Outside {
    /// Every look at the clock is a millisecond later, so that an order can be seen.
    fn now(&self) -> Timestamp {
        let mut state = self.lock();
        state.now = state
            .now
            .checked_add(SignedDuration::from_millis(1))
            .unwrap_or(state.now);
        state.now
    }
}

fn json(text: &str) -> Result<Value> {
    serde_json::from_str(text).map_err(|error| PortError::Internal(error.to_string()))
}

impl Ids for Outside {
    fn next(&self) -> Uuid {
        Uuid::from_u128(self.fresh())
    }
}

impl StartDeployments for Outside {
    async fn start(&self, name: &str, input: &str) -> Result<()> {
        let input = json(input)?;
        let mut state = self.lock();
        if state.started.insert(name.to_owned()) {
            state.running.insert(name.to_owned());
            state.waiting.push((name.to_owned(), input));
        }
        Ok(())
    }
}

impl ResumeDeployments for Outside {
    async fn resume(&self, token: &TaskToken) -> Result<()> {
        self.lock().resumed.insert(token.reveal().to_owned());
        Ok(())
    }
}

impl StartRuns for Outside {
    async fn start_run(&self, name: &str, input: &str) -> Result<()> {
        self.start(name, input).await
    }

    async fn stop_run(&self, name: &str, _cause: &str) -> Result<()> {
        self.lock().stopped.insert(name.to_owned());
        Ok(())
    }
}

impl StartChecks for Outside {
    async fn start_check(&self, name: &str, _input: &str) -> Result<()> {
        self.lock().started.insert(name.to_owned());
        Ok(())
    }
}

impl SetTimers for Outside {
    async fn set_timer(&self, name: &str, at: Timestamp, input: &str) -> Result<()> {
        let input = json(input)?;
        self.lock()
            .timers
            .entry(name.to_owned())
            .or_insert((at, input));
        Ok(())
    }
}

impl ReadDeploymentRuns for Outside {
    async fn is_running(&self, name: &str) -> Result<bool> {
        Ok(self.lock().running.contains(name))
    }
}

impl PublishEvents for Outside {
    async fn publish(&self, detail_type: &str, detail: &str) -> Result<()> {
        let detail = json(detail)?;
        self.lock().events.push((detail_type.to_owned(), detail));
        Ok(())
    }

    async fn relay(&self, event: &Event) -> Result<()> {
        let told = (event.detail_type.clone(), event.detail.clone());
        self.lock().events.push(told);
        Ok(())
    }
}
