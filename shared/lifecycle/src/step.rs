//! The step: what a signal does to an instance. Pure and total.

use groundplane_model::{Life, RunSpec, SignalName, StateName};
use jiff::{SignedDuration, Timestamp};

use crate::Definition;
use crate::definition::Transition;
use crate::expression::Facts;
use crate::wording::among;

/// A signal for an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signal<'a> {
    /// Its name.
    pub name: &'a SignalName,
    /// The stay that it ends, if it is the end of one.
    pub stay: Option<u64>,
}

/// What is to become of a signal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// It changes nothing.
    Ignored {
        /// Why, in one sentence.
        why: String,
    },
    /// It cannot be dealt with.
    Rejected {
        /// Why, in one sentence.
        why: String,
    },
    /// A run is in progress; it is decided when that ends.
    Waiting,
    /// A transition fires.
    Transition {
        /// The state that it leads to.
        to: StateName,
        /// What has to succeed before that state is entered.
        run: Option<Box<Started>>,
        /// When the stay in that state becomes too long, or the run; if ever.
        deadline: Option<Timestamp>,
    },
}

/// A run that a transition begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Started {
    /// What runs, and what it is told.
    pub run: RunSpec,
    /// The state that is entered if it fails, if that is not the present one.
    pub on_failure: Option<StateName>,
}

/// What `signal` does to an instance. Changes nothing itself.
#[must_use]
pub fn step(definition: &Definition, life: &Life, signal: &Signal<'_>, now: Timestamp) -> Decision {
    let unsettled = over(life, signal).or_else(|| unknown(definition, life, signal.name));
    if let Some(decision) = unsettled {
        return decision;
    }
    if life.run.is_some() {
        return waits(life);
    }
    if definition.is_terminal(&life.state) {
        return ignored(format!("`{}` is terminal", life.state));
    }
    match fires(definition, life, signal.name, now) {
        Ok(transition) => fired(definition, transition, now),
        Err(why) => ignored(why),
    }
}

fn ignored(why: impl Into<String>) -> Decision {
    Decision::Ignored { why: why.into() }
}

/// Whether it comes too late.
fn over(life: &Life, signal: &Signal<'_>) -> Option<Decision> {
    if life.ended {
        return Some(ignored("the instance is destroyed"));
    }
    // A run that leads to another state has ended the stay that it began in.
    let is_leaving = life.run.as_ref().is_some_and(|run| run.to.is_some());
    let late = signal
        .stay
        .is_some_and(|stay| stay != life.stay || is_leaving);
    late.then(|| ignored("stale: the stay that it ends is over"))
}

/// Whether the definition knows nothing of it.
fn unknown(definition: &Definition, life: &Life, signal: &SignalName) -> Option<Decision> {
    if definition.state(&life.state).is_none() {
        let why = format!("the lifecycle has no state `{}`", life.state);
        return Some(Decision::Rejected { why });
    }
    if !definition.listens_to(signal) {
        let known = definition.signals().map(SignalName::as_str);
        let known: std::collections::BTreeSet<_> = known.collect();
        let hint = among(signal.as_str(), known);
        let why = format!("no transition fires on the signal `{signal}` ({hint})");
        return Some(Decision::Rejected { why });
    }
    None
}

fn waits(life: &Life) -> Decision {
    if life.waiting.len() < Life::MOST_WAITING {
        return Decision::Waiting;
    }
    let why = format!("{} signals wait already", Life::MOST_WAITING);
    Decision::Rejected { why }
}

/// The transition that fires, or why none does.
fn fires<'a>(
    definition: &'a Definition,
    life: &Life,
    signal: &SignalName,
    now: Timestamp,
) -> Result<&'a Transition, String> {
    let ways = definition.transitions(&life.state, signal);
    let facts = Facts::new(life, None, now);
    let mut why = None;
    for way in ways {
        let held = way
            .guard
            .as_ref()
            .map_or(Ok(true), |guard| guard.holds(&facts));
        match held {
            Ok(true) => return Ok(way),
            Ok(false) => {}
            Err(reason) => {
                let item = way.number + 1;
                why = Some(format!(
                    "the guard of transition {item} cannot tell: {reason}"
                ));
            }
        }
    }
    let state = &life.state;
    Err(why.unwrap_or_else(|| {
        if ways.is_empty() {
            format!("nothing leads out of `{state}` on `{signal}`")
        } else {
            format!("no guard holds in `{state}` on `{signal}`")
        }
    }))
}

fn fired(definition: &Definition, transition: &Transition, now: Timestamp) -> Decision {
    let run = transition.run.as_ref().map(|run| {
        Box::new(Started {
            run: run.clone(),
            on_failure: transition.on_failure.clone(),
        })
    });
    let length = match &run {
        Some(_) => Some(transition.timeout),
        None => timeout_of(definition, &transition.to),
    };
    Decision::Transition {
        to: transition.to.clone(),
        run,
        deadline: length.map(|length| after(now, length)),
    }
}

fn timeout_of(definition: &Definition, state: &StateName) -> Option<SignedDuration> {
    let timeout = definition.state(state)?.timeout.as_ref();
    timeout.map(|(after, _)| *after)
}

/// A time that is later by `length`, or the end of time.
pub(crate) fn after(now: Timestamp, length: SignedDuration) -> Timestamp {
    now.checked_add(length).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests;
