//! What a worker does with a message, and what the end of a run does.

use groundplane_lifecycle::{Delivery, Occurrence, Request, RunOutcome, deliver, operate, settle};
use groundplane_model::{Life, OperationName, RunId};
use serde_json::Map;

use super::{Message, Sender, Sent, Setting, Worker, World};
use crate::ground::{event, now};

impl World {
    /// A message whose entries are all there changes nothing, however often it still comes.
    pub(super) fn forget_answered(&mut self, setting: &Setting) {
        let answered: Vec<_> = self
            .queue
            .keys()
            .copied()
            .filter(|message| {
                Self::instances(*message, setting)
                    .into_iter()
                    .all(|instance| self.is_answered(*message, instance, setting))
            })
            .collect();
        for message in answered {
            self.queue.remove(&message);
        }
    }

    pub(super) fn receive(&mut self, message: Message, setting: &Setting) {
        let left = self.queue.get_mut(&message).unwrap();
        *left -= 1;
        if *left == 0 {
            self.queue.remove(&message);
        }
        let worker = self.reading(message, 0, setting);
        self.workers.push(worker);
    }

    fn instances(message: Message, setting: &Setting) -> Vec<usize> {
        match message {
            Message::Sent(number) => setting.sent[number].instances.to_vec(),
            Message::Deadline(instance, _) => vec![instance],
        }
    }

    /// Whether the log has an entry of a message.
    fn is_answered(&self, message: Message, instance: usize, setting: &Setting) -> bool {
        let identity = setting.identity(message);
        self.entries.contains(&(instance, identity, false))
    }

    fn reading(&self, message: Message, part: usize, setting: &Setting) -> Worker {
        let instance = Self::instances(message, setting)[part];
        Worker {
            message,
            part,
            read: self.lives[instance].life.version,
            seen: self.is_answered(message, instance, setting),
        }
    }

    /// A worker writes what it has decided, if nobody was quicker; otherwise it reads again.
    pub(super) fn write(&mut self, number: usize, setting: &Setting) {
        let worker = self.workers.remove(number);
        let instances = Self::instances(worker.message, setting);
        let instance = instances[worker.part];
        let unchanged = self.lives[instance].life.version == worker.read;
        if !worker.seen && !self.is_answered(worker.message, instance, setting) {
            if !unchanged {
                let again = self.reading(worker.message, worker.part, setting);
                self.workers.push(again);
                return;
            }
            let delivery = self.decided(worker.message, instance, setting);
            self.commit(instance, delivery);
        }
        if worker.part + 1 < instances.len() {
            let next = self.reading(worker.message, worker.part + 1, setting);
            self.workers.push(next);
        }
    }

    fn decided(&self, message: Message, instance: usize, setting: &Setting) -> Delivery {
        let stored = &self.lives[instance];
        let asked = (stored.text.clone(), message);
        if let Some(known) = setting.known.borrow().get(&asked) {
            return known.clone();
        }
        let life = &stored.life;
        let delivery = match message {
            Message::Sent(number) => setting.sent[number].decided(life, setting),
            Message::Deadline(_, stay) => deliver(
                &setting.definition,
                life,
                &Occurrence::deadline(life, stay),
                now(),
            ),
        };
        let mut known = setting.known.borrow_mut();
        known.insert(asked, delivery.clone());
        delivery
    }

    pub(super) fn finish(&mut self, instance: usize, run: &RunId, well: bool, setting: &Setting) {
        let outcome = if well {
            RunOutcome::Succeeded
        } else {
            self.failures -= 1;
            RunOutcome::Failed {
                cause: String::new(),
            }
        };
        self.running.remove(&(instance, run.clone()));
        let delivery = settle(
            &setting.definition,
            &self.lives[instance].life,
            run,
            &outcome,
            now(),
        );
        assert!(!delivery.is_empty(), "the end of a run was lost");
        assert!(self.ended.insert(run.clone()), "a run ended twice");
        self.commit(instance, delivery);
        // The end of a run can be noticed again.
        let again = settle(
            &setting.definition,
            &self.lives[instance].life,
            run,
            &outcome,
            now(),
        );
        assert!(again.is_empty(), "a run ended twice");
    }
}

impl Sent {
    fn decided(&self, life: &Life, setting: &Setting) -> Delivery {
        match self.sender {
            Sender::Source(source) => {
                let mut event = event(self.id, self.second, self.says, "arn:x");
                source.clone_into(&mut event.source);
                deliver(&setting.definition, life, &Occurrence::event(&event), now())
            }
            Sender::Person => {
                let request = Request {
                    id: self.id.to_owned(),
                    operation: OperationName::parse(self.says).unwrap(),
                    input: Map::new(),
                    by: "ada".to_owned(),
                };
                // What is refused leaves nothing behind.
                operate(&setting.definition, life, &request, now()).unwrap_or_default()
            }
        }
    }
}
