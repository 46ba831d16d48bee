//! A delivery in the making: the life as it becomes, and what is written beside it.

mod news;

use groundplane_model::{
    Deadline, Digest, EventEntry, Life, OperationName, Passage, PassageOutcome, Run, RunCause,
    RunId, SignalName, StateName, Verdict, Waiting, WorkflowName,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use crate::step::{Decision, Started, after};
use crate::{Definition, Delivery, Effect, Timer};

/// Why something happens.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cause {
    pub(crate) event: Option<String>,
    pub(crate) signal: Option<SignalName>,
    pub(crate) operation: Option<OperationName>,
    pub(crate) run: Option<RunId>,
    pub(crate) text: Option<String>,
    pub(crate) by: Option<String>,
}

/// What is to run.
#[derive(Debug)]
pub(crate) struct Order {
    pub(crate) workflow: WorkflowName,
    pub(crate) input: Map<String, Value>,
    pub(crate) to: Option<StateName>,
    pub(crate) on_failure: Option<StateName>,
    pub(crate) signal_on_success: Option<SignalName>,
    pub(crate) deadline: Timestamp,
}

/// What came of applying a decision.
pub(crate) struct Applied {
    pub(crate) verdict: Verdict,
    pub(crate) why: Option<String>,
    pub(crate) to: Option<StateName>,
    pub(crate) run: Option<RunId>,
}

pub(crate) struct Draft<'a> {
    pub(crate) definition: &'a Definition,
    pub(crate) life: Life,
    pub(crate) now: Timestamp,
    passages: Vec<Passage>,
    entries: Vec<EventEntry>,
    effects: Vec<Effect>,
}

impl<'a> Draft<'a> {
    pub(crate) fn new(definition: &'a Definition, life: &Life, now: Timestamp) -> Self {
        Self {
            definition,
            life: life.clone(),
            now,
            passages: Vec::new(),
            entries: Vec::new(),
            effects: Vec::new(),
        }
    }

    /// The delivery; `before` is the life as it was read.
    pub(crate) fn finish(self, before: Option<&Life>) -> Delivery {
        Delivery {
            life: (Some(&self.life) != before).then_some(self.life),
            passages: self.passages,
            entries: self.entries,
            effects: self.effects,
        }
    }

    pub(crate) fn enter(&mut self, state: StateName) {
        self.life.state = state;
        self.life.entered_at = self.now;
        self.renew();
    }

    /// Begins a new stay in the state, with a deadline of its own.
    pub(crate) fn renew(&mut self) {
        self.life.stay += 1;
        let state = self.definition.state(&self.life.state);
        let timeout = state.and_then(|state| state.timeout.as_ref());
        let timeout = timeout.filter(|_| !self.life.ended);
        self.life.deadline = timeout.map(|(length, signal)| Deadline {
            at: after(self.now, *length),
            signal: signal.clone(),
        });
        if let Some(deadline) = &self.life.deadline {
            self.effects.push(Effect::Schedule {
                timer: Timer::Stay(self.life.stay),
                at: deadline.at,
            });
        }
    }

    /// Writes a step of the history; `from` is the state before.
    pub(crate) fn passage(
        &mut self,
        from: Option<StateName>,
        to: &StateName,
        outcome: PassageOutcome,
        cause: &Cause,
    ) {
        self.life.passages += 1;
        self.passages.push(Passage {
            tenant: self.life.tenant.clone(),
            instance: self.life.instance.clone(),
            incarnation: self.life.incarnation.clone(),
            number: self.life.passages,
            from,
            to: to.clone(),
            signal: cause.signal.clone(),
            operation: cause.operation.clone(),
            event: cause.event.clone(),
            run: cause.run.clone(),
            outcome,
            cause: cause.text.clone(),
            at: self.now,
            version: 0,
        });
        self.tell(outcome);
    }

    /// Begins a run.
    pub(crate) fn begin(&mut self, order: Order, cause: &Cause) -> RunId {
        self.life.runs += 1;
        let life = &self.life;
        let id = RunId::of(&life.tenant, &life.instance, &life.incarnation, life.runs);
        let run = Run {
            id: id.clone(),
            number: life.runs,
            workflow: order.workflow,
            input: order.input,
            cause: RunCause {
                event: cause.event.clone().unwrap_or_default(),
                signal: cause.signal.clone(),
                operation: cause.operation.clone(),
                by: cause.by.clone(),
            },
            from: life.state.clone(),
            to: order.to,
            on_failure: order.on_failure,
            signal_on_success: order.signal_on_success,
            started_at: self.now,
            deadline: order.deadline,
            watch_at: Run::watch_after(self.now, self.now),
        };
        let target = run.to.clone().unwrap_or_else(|| run.from.clone());
        if run.to.is_some() {
            // The stay is over: whether the run succeeds or fails, the next one is a new one.
            self.life.deadline = None;
        }
        self.effects.push(Effect::StartRun {
            run: Box::new(run.clone()),
        });
        self.effects.push(Effect::Schedule {
            timer: Timer::Run(id.clone()),
            at: run.deadline,
        });
        self.life.run = Some(run);
        let mut cause = cause.clone();
        cause.run = Some(id.clone());
        let from = Some(self.life.state.clone());
        self.passage(from, &target, PassageOutcome::Started, &cause);
        id
    }

    pub(crate) fn stop(&mut self, run: RunId) {
        self.effects.push(Effect::StopRun { run });
    }

    /// Does what was decided about a signal.
    pub(crate) fn apply(&mut self, decision: Decision, waiting: Waiting, cause: &Cause) -> Applied {
        let (verdict, why, to, run) = match decision {
            Decision::Ignored { why } => (Verdict::Ignored, Some(why), None, None),
            Decision::Rejected { why } => (Verdict::Rejected, Some(why), None, None),
            Decision::Waiting => {
                if waiting.stay.is_some() {
                    // What is due has come; while it waits, it must not be due again and again.
                    self.life.deadline = None;
                }
                self.life.waiting.push(waiting);
                (Verdict::Waiting, None, None, None)
            }
            Decision::Transition { to, run, deadline } => {
                let run = self.transition(to.clone(), run, deadline, cause);
                (Verdict::Transition, None, Some(to), run)
            }
        };
        Applied {
            verdict,
            why,
            to,
            run,
        }
    }

    /// What was decided about something that gives no signal.
    pub(crate) fn nothing(&self, decision: Decision) -> Applied {
        let why = match decision {
            Decision::Ignored { why } | Decision::Rejected { why } => Some(why),
            Decision::Waiting | Decision::Transition { .. } => None,
        };
        Applied {
            verdict: Verdict::Ignored,
            why,
            to: None,
            run: None,
        }
    }

    fn transition(
        &mut self,
        to: StateName,
        run: Option<Box<Started>>,
        deadline: Option<Timestamp>,
        cause: &Cause,
    ) -> Option<RunId> {
        if let Some(started) = run {
            let order = Order {
                workflow: started.run.workflow,
                input: started.run.input,
                to: Some(to),
                on_failure: started.on_failure,
                signal_on_success: None,
                deadline: deadline.unwrap_or_else(|| after(self.now, SignedDuration::ZERO)),
            };
            return Some(self.begin(order, cause));
        }
        let from = self.life.state.clone();
        self.enter(to.clone());
        self.passage(Some(from), &to, PassageOutcome::Entered, cause);
        None
    }

    pub(crate) fn log(&mut self, entry: EventEntry) {
        self.entries.push(entry);
    }

    /// An entry with what every entry says; the rest is for the caller.
    pub(crate) fn entry(
        &self,
        (event, identity): (&str, Digest),
        applied: Applied,
        from: StateName,
    ) -> EventEntry {
        EventEntry {
            tenant: self.life.tenant.clone(),
            instance: self.life.instance.clone(),
            incarnation: self.life.incarnation.clone(),
            event: event.to_owned(),
            identity,
            again: false,
            source: String::new(),
            detail_type: String::new(),
            occurred_at: self.now,
            received_at: self.now,
            detail_digest: None,
            detail_bytes: 0,
            route: None,
            signal: None,
            operation: None,
            by: None,
            verdict: applied.verdict,
            why: applied.why,
            from,
            to: applied.to,
            run: applied.run,
            version: 0,
        }
    }
}
