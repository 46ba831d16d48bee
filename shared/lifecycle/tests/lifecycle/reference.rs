//! The step against a second implementation that shares nothing with it: a table of states for
//! the lifecycle of these tests, and a queue.

use std::collections::VecDeque;

use groundplane_lifecycle::{Occurrence, RunOutcome, deliver, settle, start};
use groundplane_model::{Life, SignalName};
use proptest::prelude::*;

use crate::ground::{at, beginning, definition, now};

/// What the reference knows: the state, where a run leads to (success, failure), what waits.
#[derive(Debug)]
struct Machine {
    state: &'static str,
    run: Option<(&'static str, &'static str)>,
    queue: VecDeque<&'static str>,
    runs: u64,
}

impl Machine {
    fn new() -> Self {
        Self {
            state: "healthy",
            run: None,
            queue: VecDeque::new(),
            runs: 0,
        }
    }

    fn signal(&mut self, signal: &'static str) {
        if self.run.is_some() {
            if self.queue.len() < 20 {
                self.queue.push_back(signal);
            }
            return;
        }
        match (self.state, signal) {
            ("healthy", "failure") => self.state = "degraded",
            ("degraded" | "failing-over", "recovered") => self.state = "healthy",
            ("degraded", "escalate") => self.begin("failing-over", "degraded"),
            ("healthy" | "degraded" | "failing-over", "retire") => {
                self.begin("retired", "degraded")
            }
            _ => {}
        }
    }

    fn begin(&mut self, good: &'static str, bad: &'static str) {
        self.run = Some((good, bad));
        self.runs += 1;
    }

    fn finish(&mut self, well: bool) {
        let Some((good, bad)) = self.run.take() else {
            return;
        };
        self.state = if well { good } else { bad };
        for signal in std::mem::take(&mut self.queue) {
            self.signal(signal);
        }
    }
}

fn same(machine: &Machine, life: &Life) -> Result<(), TestCaseError> {
    prop_assert_eq!(machine.state, life.state.as_str());
    prop_assert_eq!(machine.run.is_some(), life.run.is_some());
    let waiting: Vec<_> = life
        .waiting
        .iter()
        .map(|waiting| waiting.signal.as_str())
        .collect();
    prop_assert_eq!(machine.queue.iter().copied().collect::<Vec<_>>(), waiting);
    prop_assert_eq!(machine.runs, life.runs);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn a_life_moves_as_the_reference_does(
        actions in prop::collection::vec(
            prop::sample::select(vec!["failure", "recovered", "escalate", "retire", "good", "bad", "failure", "escalate"]),
            0..120,
        )
    ) {
        let definition = definition();
        let mut machine = Machine::new();
        let mut life = start(&definition, beginning("web-service.dev"), None, at(0)).life.unwrap();
        for (number, action) in actions.into_iter().enumerate() {
            let delivery = match action {
                "good" | "bad" => {
                    machine.finish(action == "good");
                    let outcome = if action == "good" {
                        RunOutcome::Succeeded
                    } else {
                        RunOutcome::Failed { cause: String::new() }
                    };
                    let run = life.run.as_ref().map(|run| run.id.clone());
                    run.map(|run| settle(&definition, &life, &run, &outcome, now())).unwrap_or_default()
                }
                signal => {
                    machine.signal(signal);
                    let name = SignalName::parse(signal).unwrap();
                    deliver(&definition, &life, &Occurrence::signal(number.to_string(), name, "ada"), now())
                }
            };
            life = delivery.life.unwrap_or(life);
            same(&machine, &life)?;
        }
    }
}
