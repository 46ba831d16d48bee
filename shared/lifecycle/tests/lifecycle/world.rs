//! A world for the exhaustive search: a table with conditional transactions, a queue that delivers
//! more than once and in any order, workers that can be overtaken and die, an outbox, a scheduler,
//! and runs that end. Everything that can happen next is an [`Action`].

mod commit;
mod setting;
mod work;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use groundplane_lifecycle::start;
use groundplane_model::{Life, RunId};

pub(crate) use setting::{Limits, Message, Sender, Sent, Setting};

use crate::ground::{beginning, now};

/// A worker between reading and writing: which message, the how-manieth of its instances, and the
/// version of the life that it has read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Worker {
    message: Message,
    part: usize,
    read: u64,
    seen: bool,
}

#[derive(Debug, Clone)]
pub(crate) enum Action {
    Receive(Message),
    Write(usize),
    Die(usize),
    Publish(usize, RunId),
    Finish(usize, RunId, bool),
}

/// A record of the table, and the same as text: worlds share what has not changed.
#[derive(Debug)]
struct Stored {
    life: Life,
    text: String,
}

impl Stored {
    fn new(life: Life) -> Rc<Self> {
        let text = serde_json::to_string(&life).unwrap();
        Rc::new(Self { life, text })
    }
}

#[derive(Debug, Clone)]
pub(crate) struct World {
    lives: Vec<Rc<Stored>>,
    /// Instance, what tells the event from others, whether again.
    entries: BTreeSet<(usize, u64, bool)>,
    /// Those that wait to be decided again.
    waiting: BTreeSet<(usize, u64)>,
    /// How many passages of each number were written; more than one is a doubled transition.
    history: BTreeSet<(usize, u64)>,
    queue: BTreeMap<Message, u8>,
    workers: Vec<Worker>,
    outbox: BTreeSet<(usize, RunId)>,
    running: BTreeSet<(usize, RunId)>,
    ended: BTreeSet<RunId>,
    crashes: u8,
    failures: u8,
}

impl World {
    pub(crate) fn new(setting: &Setting, instances: usize) -> Self {
        let names = ["web-service.dev", "other-service.dev"];
        let begin = |name: &&str| {
            Stored::new(
                start(&setting.definition, beginning(name), None, now())
                    .life
                    .unwrap(),
            )
        };
        let messages = 0..setting.sent.len();
        Self {
            lives: names.iter().take(instances).map(begin).collect(),
            entries: BTreeSet::new(),
            waiting: BTreeSet::new(),
            history: BTreeSet::new(),
            queue: messages
                .map(|number| (Message::Sent(number), setting.limits.deliveries))
                .collect(),
            workers: Vec::new(),
            outbox: BTreeSet::new(),
            running: BTreeSet::new(),
            ended: BTreeSet::new(),
            crashes: setting.limits.crashes,
            failures: setting.limits.failures,
        }
    }

    /// Everything by which one world is told from another.
    pub(crate) fn key(&self) -> String {
        let lives: Vec<_> = self.lives.iter().map(|stored| &stored.text).collect();
        let Self {
            entries,
            queue,
            workers,
            outbox,
            running,
            crashes,
            failures,
            ..
        } = self;
        format!("{lives:?}{entries:?}{queue:?}{workers:?}{outbox:?}{running:?}{crashes}{failures}")
    }

    pub(crate) fn states(&self) -> Vec<String> {
        self.lives
            .iter()
            .map(|stored| stored.life.state.to_string())
            .collect()
    }

    pub(crate) fn actions(&self, setting: &Setting) -> Vec<Action> {
        let mut all = Vec::new();
        if self.workers.len() < setting.limits.workers {
            all.extend(self.queue.keys().map(|message| Action::Receive(*message)));
        }
        for number in 0..self.workers.len() {
            all.push(Action::Write(number));
            // One that has written nothing leaves nothing behind when it dies; one that has written
            // all is a message that is delivered again.
            if self.crashes > 0 && self.workers[number].part > 0 {
                all.push(Action::Die(number));
            }
        }
        all.extend(
            self.outbox
                .iter()
                .cloned()
                .map(|(instance, run)| Action::Publish(instance, run)),
        );
        for (instance, run) in &self.running {
            all.push(Action::Finish(*instance, run.clone(), true));
            if self.failures > 0 {
                all.push(Action::Finish(*instance, run.clone(), false));
            }
        }
        all
    }

    pub(crate) fn after(&self, action: &Action, setting: &Setting) -> Self {
        let mut next = self.clone();
        match action {
            Action::Receive(message) => next.receive(*message, setting),
            Action::Write(worker) => next.write(*worker, setting),
            Action::Die(worker) => {
                // Nothing was acknowledged, so the queue delivers it again.
                let worker = next.workers.remove(*worker);
                *next.queue.entry(worker.message).or_default() += 1;
                next.crashes -= 1;
            }
            Action::Publish(instance, run) => {
                next.outbox.remove(&(*instance, run.clone()));
                next.running.insert((*instance, run.clone()));
            }
            Action::Finish(instance, run, well) => next.finish(*instance, run, *well, setting),
        }
        next.workers.sort();
        next.forget_answered(setting);
        next
    }
}
