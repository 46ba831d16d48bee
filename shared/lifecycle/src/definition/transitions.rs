//! Transitions: read, spread over the states that they begin in, and told apart.

use std::collections::{BTreeMap, BTreeSet};

use groundplane_model::{FromStates, SignalName, StateName, TransitionSpec};

use super::{Check, Transition, exclusive};
use crate::expression::{Expression, Scope};

/// Transitions by the state that they begin in and the signal that they fire on.
pub(super) type Ways = BTreeMap<StateName, BTreeMap<SignalName, Vec<Transition>>>;

/// The most pairs that are reported.
const MOST_PAIRS: usize = 20;

impl Check<'_> {
    pub(super) fn transitions(&mut self) -> Ways {
        let mut ways = Ways::new();
        let mut anywhere = Vec::new();
        for (number, spec) in self.spec.transitions.iter().enumerate() {
            let transition = self.transition(number, spec);
            match &spec.from {
                FromStates::Any => anywhere.extend(transition.map(|way| (&spec.on, way))),
                FromStates::Of(states) => {
                    self.sources(number, states);
                    let distinct: BTreeSet<_> = states.iter().collect();
                    let mut add = |state| add(&mut ways, state, &spec.on, transition.clone());
                    distinct.into_iter().for_each(&mut add);
                }
            }
        }
        self.spread(&mut ways, &anywhere);
        self.tell_apart(&ways);
        ways
    }

    fn transition(&mut self, number: usize, spec: &TransitionSpec) -> Option<Transition> {
        let pointer = format!("/spec/transitions/{number}");
        self.state(&format!("{pointer}/to"), &spec.to);
        if let Some(state) = &spec.on_failure {
            self.state(&format!("{pointer}/onFailure"), state);
        }
        if let Some(run) = &spec.run {
            self.workflow(&format!("{pointer}/run"), run);
            self.told(&format!("{pointer}/run"), run, true);
        } else if spec.on_failure.is_some() {
            let message = "`onFailure` is never used, since nothing is run".to_owned();
            let hint = Some("add `run`, or leave it out".to_owned());
            self.problem(&format!("{pointer}/onFailure"), message, hint);
        }
        let timeout = self.duration(&format!("{pointer}/timeout"), &spec.timeout);
        let guard = match &spec.when {
            None => None,
            Some(text) => match Expression::parse(text, Scope::Guard) {
                Ok(guard) => Some(guard),
                Err(flaws) => {
                    self.flaws(&format!("{pointer}/when"), flaws);
                    return None;
                }
            },
        };
        Some(Transition {
            number,
            to: spec.to.clone(),
            guard,
            run: spec.run.clone(),
            on_failure: spec.on_failure.clone(),
            timeout: timeout?,
        })
    }

    fn sources(&mut self, number: usize, states: &[StateName]) {
        for (item, state) in states.iter().enumerate() {
            let pointer = match states {
                [_] => format!("/spec/transitions/{number}/from"),
                _ => format!("/spec/transitions/{number}/from/{item}"),
            };
            self.state(&pointer, state);
            if self.is_terminal(state) {
                let message = format!("`{state}` is terminal, so nothing can begin in it");
                self.problem(&pointer, message, None);
            }
        }
    }

    /// `*` stands for every state that is not terminal, is not where the transition ends, and has
    /// no transition of its own for the signal.
    fn spread(&self, ways: &mut Ways, anywhere: &[(&SignalName, Transition)]) {
        for (name, state) in &self.spec.states {
            let own: BTreeSet<SignalName> = ways
                .get(name)
                .into_iter()
                .flat_map(BTreeMap::keys)
                .cloned()
                .collect();
            let apart = |way: &Transition| !state.terminal && way.to != *name;
            for (signal, way) in anywhere {
                let fits = apart(way) && !own.contains(*signal);
                add(ways, name, signal, fits.then(|| way.clone()));
            }
        }
    }

    /// No two transitions may fire on the same signal in the same state.
    fn tell_apart(&mut self, ways: &Ways) {
        let mut told = BTreeSet::new();
        let all = ways.iter().flat_map(|(state, on)| {
            let on = on.iter();
            on.flat_map(move |(signal, ways)| pairs(ways).map(move |pair| (state, signal, pair)))
        });
        for (state, signal, (first, second)) in all {
            let pair = (first.number, second.number);
            let fresh = told.len() < MOST_PAIRS && !told.contains(&pair);
            if fresh && !exclusive::never_both(first.guard.as_ref(), second.guard.as_ref()) {
                told.insert(pair);
                self.clash(pair, state, signal);
            }
        }
    }

    fn clash(&mut self, (first, second): (usize, usize), state: &StateName, signal: &SignalName) {
        let message = format!(
            "could fire together with item {} of `transitions`, in `{state}` on `{signal}`",
            first + 1
        );
        let hint = "give both a `when`: one the opposite of the other, as in `!(…)`, or both \
                    comparing the same value with different constants"
            .to_owned();
        self.problem(&format!("/spec/transitions/{second}"), message, Some(hint));
    }
}

fn add(ways: &mut Ways, from: &StateName, on: &SignalName, way: Option<Transition>) {
    let signals = ways.entry(from.clone()).or_default();
    if let Some(way) = way {
        signals.entry(on.clone()).or_default().push(way);
    }
}

fn pairs(ways: &[Transition]) -> impl Iterator<Item = (&Transition, &Transition)> {
    let seconds = ways.iter().enumerate();
    seconds.flat_map(|(number, second)| ways.iter().take(number).map(move |first| (first, second)))
}
