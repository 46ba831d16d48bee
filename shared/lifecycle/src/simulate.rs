//! A walk through the states of a lifecycle, without touching anything.

use std::collections::{BTreeMap, BTreeSet};

use groundplane_model::{
    Digest, Event, EventEntry, Life, RunId, SignalName, StateName, Verdict, WorkflowName,
};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{Beginning, Definition, Delivery, Occurrence, RunOutcome, deliver, settle, start};

/// The most steps of one walk, give or take those of one event.
const MOST_STEPS: usize = 1_000;

/// What happens in a simulation.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scenario {
    /// The events, in the order in which they come in. Their times move the clock forward, and
    /// timeouts fall due in between.
    pub events: Vec<Event>,
    /// How runs of a workflow end; those that are not named succeed. They end at once, but for one
    /// that takes too long: it ends when it is due, and the clock moves on to then.
    pub outcomes: BTreeMap<WorkflowName, RunOutcome>,
}

/// One step of the walk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SimulatedStep {
    /// When it happens.
    pub at: Timestamp,
    /// The event, the timeout, or the run whose end it is; empty where the walk is cut short.
    pub event: String,
    /// What kind of event it is.
    pub detail_type: String,
    /// The route that it matched, counted from 0.
    pub route: Option<u64>,
    /// The signal that it became.
    pub signal: Option<SignalName>,
    /// What was decided.
    pub verdict: Verdict,
    /// Why, in one sentence, where that is not plain.
    pub why: Option<String>,
    /// The state before.
    pub from: StateName,
    /// The state after; while something runs, still the one before.
    pub state: StateName,
    /// The run that it started.
    pub run: Option<RunId>,
    /// What that run runs.
    pub workflow: Option<WorkflowName>,
}

/// Lets `scenario` happen to a new instance, and tells what each event does. One that was decided
/// before, by its source and id, has a step that says so. A walk that becomes too long ends with a
/// step that says so.
#[must_use]
pub fn simulate(
    definition: &Definition,
    beginning: Beginning,
    scenario: &Scenario,
) -> Vec<SimulatedStep> {
    let first = scenario
        .events
        .first()
        .map_or(Timestamp::UNIX_EPOCH, |event| event.time);
    let begun = start(definition, beginning, None, first);
    let Some(life) = begun.life else {
        return Vec::new();
    };
    let mut walk = Walk {
        definition,
        scenario,
        life,
        now: first,
        steps: Vec::new(),
        decided: BTreeSet::new(),
    };
    for event in &scenario.events {
        walk.until(event.time);
        if walk.is_full() {
            walk.cut();
            break;
        }
        walk.happen(&Occurrence::event(event));
    }
    walk.steps
}

struct Walk<'a> {
    definition: &'a Definition,
    scenario: &'a Scenario,
    life: Life,
    now: Timestamp,
    steps: Vec<SimulatedStep>,
    /// What was decided, as the log of a real instance remembers it.
    decided: BTreeSet<Digest>,
}

impl Walk<'_> {
    const fn is_full(&self) -> bool {
        self.steps.len() >= MOST_STEPS
    }

    /// Lets the timeouts fall due that do before `time`; the clock never goes back.
    fn until(&mut self, time: Timestamp) {
        while let Some(deadline) = self
            .life
            .deadline
            .clone()
            .filter(|deadline| deadline.at <= time)
        {
            if self.is_full() {
                return;
            }
            self.now = deadline.at.max(self.now);
            let occurrence = Occurrence::deadline(&self.life, self.life.stay);
            self.happen(&occurrence);
        }
        self.now = time.max(self.now);
    }

    fn happen(&mut self, occurrence: &Occurrence<'_>) {
        if self.decided.contains(occurrence.identity()) {
            let (_, detail_type) = occurrence.origin();
            let step = self.nothing(occurrence.id(), detail_type, "decided before");
            self.steps.push(step);
            return;
        }
        let delivery = deliver(self.definition, &self.life, occurrence, self.now);
        self.take(delivery);
        self.finish_run();
    }

    /// Ends what was begun, as the scenario says.
    fn finish_run(&mut self) {
        let Some(run) = self.life.run.clone() else {
            return;
        };
        let outcome = self.scenario.outcomes.get(&run.workflow);
        let outcome = outcome.cloned().unwrap_or(RunOutcome::Succeeded);
        if outcome == RunOutcome::TimedOut {
            self.now = run.deadline.max(self.now);
        }
        let from = self.life.state.clone();
        let delivery = settle(self.definition, &self.life, &run.id, &outcome, self.now);
        let cause = delivery
            .passages
            .first()
            .and_then(|passage| passage.cause.clone());
        self.take(delivery);
        self.steps.push(SimulatedStep {
            at: self.now,
            event: run.id.to_string(),
            detail_type: ended(&outcome).to_owned(),
            route: None,
            signal: run.cause.signal,
            verdict: Verdict::Transition,
            why: cause,
            from,
            state: self.life.state.clone(),
            run: None,
            workflow: Some(run.workflow),
        });
    }

    fn take(&mut self, delivery: Delivery) {
        if let Some(life) = delivery.life {
            self.life = life;
        }
        let workflow = self.life.run.as_ref().map(|run| run.workflow.clone());
        for entry in delivery.entries {
            if !entry.again {
                self.decided.insert(entry.identity.clone());
            }
            let step = step(entry, self.now, &self.life.state, workflow.clone());
            self.steps.push(step);
        }
    }
}

impl Walk<'_> {
    /// Says that what comes next is left out.
    fn cut(&mut self) {
        let why = format!("the walk ends here, after {} steps", self.steps.len());
        let step = self.nothing("", "Walk Cut Short", &why);
        self.steps.push(step);
    }

    /// A step that changes nothing.
    fn nothing(&self, event: &str, detail_type: &str, why: &str) -> SimulatedStep {
        SimulatedStep {
            at: self.now,
            event: event.to_owned(),
            detail_type: detail_type.to_owned(),
            route: None,
            signal: None,
            verdict: Verdict::Ignored,
            why: Some(why.to_owned()),
            from: self.life.state.clone(),
            state: self.life.state.clone(),
            run: None,
            workflow: None,
        }
    }
}

const fn ended(outcome: &RunOutcome) -> &'static str {
    match outcome {
        RunOutcome::Succeeded => "Run Succeeded",
        RunOutcome::Failed { .. } => "Run Failed",
        RunOutcome::TimedOut => "Run Timed Out",
    }
}

fn step(
    entry: EventEntry,
    at: Timestamp,
    state: &StateName,
    workflow: Option<WorkflowName>,
) -> SimulatedStep {
    SimulatedStep {
        at,
        event: entry.event,
        detail_type: entry.detail_type,
        route: entry.route,
        signal: entry.signal,
        verdict: entry.verdict,
        why: entry.why,
        from: entry.from,
        state: state.clone(),
        workflow: entry.run.as_ref().and(workflow),
        run: entry.run,
    }
}

#[cfg(test)]
mod tests;
