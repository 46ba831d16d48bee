//! What a transaction does, and what must hold in each and at the end.

use groundplane_lifecycle::{Delivery, Effect, Timer};
use groundplane_model::{PassageOutcome, RunId, Verdict};

use super::setting::short;
use super::{Message, Sender, Setting, Stored, World};

impl World {
    /// One transaction: the life, the history, the log and the messages.
    pub(super) fn commit(&mut self, instance: usize, delivery: Delivery) {
        for entry in delivery.entries {
            let identity = short(&entry.identity);
            let key = (instance, identity, entry.again);
            assert!(self.entries.insert(key), "an event was decided twice");
            let waits = (instance, identity);
            if entry.verdict == Verdict::Waiting {
                assert!(!entry.again, "it would wait for ever");
                self.waiting.insert(waits);
            } else if entry.again {
                assert!(self.waiting.remove(&waits), "it did not wait");
            }
        }
        for passage in &delivery.passages {
            assert!(
                self.history.insert((instance, passage.number)),
                "a transition was doubled"
            );
        }
        let begun = delivery
            .passages
            .iter()
            .filter(|passage| passage.outcome == PassageOutcome::Started);
        assert_eq!(begun.count(), starts(&delivery.effects).count());
        for run in starts(&delivery.effects) {
            assert!(!self.ended.contains(run) && !self.running.contains(&(instance, run.clone())));
            assert!(
                self.outbox.insert((instance, run.clone())),
                "a run was begun twice"
            );
        }
        // The scheduler can be early or late, so an end of a stay can come at any time from now on.
        self.queue
            .extend(delivery.effects.iter().filter_map(|effect| match effect {
                Effect::Schedule {
                    timer: Timer::Stay(stay),
                    ..
                } => Some((Message::Deadline(instance, *stay), 1)),
                Effect::Schedule {
                    timer: Timer::Run(_),
                    ..
                }
                | Effect::StartRun { .. }
                | Effect::StopRun { .. }
                | Effect::Publish { .. } => None,
            }));
        if let Some(mut life) = delivery.life {
            life.version += 1;
            self.lives[instance] = Stored::new(life);
        }
    }

    /// What must hold when nothing can happen any more.
    pub(crate) fn check_rest(&self, setting: &Setting) {
        assert!(self.waiting.is_empty(), "a signal that waited was lost");
        for (instance, stored) in self.lives.iter().enumerate() {
            let life = &stored.life;
            assert!(life.run.is_none(), "it is stuck in a run");
            assert!(life.waiting.is_empty(), "a signal waits for ever");
            assert!(life.deadline.is_none(), "a deadline was lost");
            assert_ne!(life.state.as_str(), "degraded", "a stay has lost its end");
            let numbers = self
                .history
                .iter()
                .filter(|(of, _)| *of == instance)
                .count() as u64;
            assert_eq!(numbers + 1, life.passages, "a transition was lost");
        }
        let events = setting.sent.iter().enumerate();
        for (number, sent) in events.filter(|(_, sent)| sent.sender != Sender::Person) {
            for instance in sent.instances {
                let identity = setting.identity(Message::Sent(number));
                let entry = (*instance, identity, false);
                assert!(self.entries.contains(&entry), "an event was lost: {sent:?}");
            }
        }
    }
}

fn starts(effects: &[Effect]) -> impl Iterator<Item = &RunId> {
    effects.iter().filter_map(|effect| match effect {
        Effect::StartRun { run } => Some(&run.id),
        Effect::StopRun { .. } | Effect::Schedule { .. } | Effect::Publish { .. } => None,
    })
}
