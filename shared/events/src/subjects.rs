//! What an event is about: the ARNs and identifiers of resources that it names, most specific first.
//! Where each source of AWS names them is a table (`sources.rs`); all other events name them in
//! `resources`.

mod paths;
mod sources;
mod special;

use groundplane_model::Event;
use serde_json::Value;

use crate::arn::{Arn, Ground};
use crate::identifiers;

/// The most subjects of one event.
pub const MOST_SUBJECTS: usize = 50;
/// The most bytes of a subject: what is longer is the identifier of nothing.
const MOST_BYTES: usize = 1024;

/// The identifiers of what an event is about: most specific first, each once, at most
/// [`MOST_SUBJECTS`]. One of them is one of [`crate::identifiers`] of every resource that the event
/// names.
#[must_use]
pub fn subjects(event: &Event) -> Vec<String> {
    let mut subjects = Subjects {
        event,
        ground: Ground::new(&event.account, &event.region),
        found: Vec::new(),
    };
    for reading in sources::readings(&event.source) {
        subjects.read(reading);
    }
    subjects.found
}

/// One place where an event names a resource.
#[derive(Debug)]
enum Reading {
    /// The envelope's `resources`.
    Resources,
    /// An ARN in `detail`.
    Arn(&'static [&'static str]),
    /// The physical id of a resource of this type.
    Named(&'static [&'static str], &'static str),
    /// A resource's type and its physical id.
    Typed(&'static [&'static str], &'static [&'static str]),
    /// What takes more than a table to say.
    Special(fn(&mut Subjects<'_>)),
}

/// The subjects of one event, as they are found.
#[derive(Debug)]
struct Subjects<'e> {
    event: &'e Event,
    ground: Ground<'e>,
    found: Vec<String>,
}

impl<'e> Subjects<'e> {
    fn read(&mut self, reading: &Reading) {
        let event = self.event;
        match reading {
            Reading::Resources => event.resources.iter().for_each(|text| self.add(text)),
            Reading::Arn(path) => self.texts(path).into_iter().for_each(|text| {
                if Arn::parse(text).is_some() {
                    self.add(text);
                }
            }),
            Reading::Named(path, kind) => {
                for id in self.texts(path) {
                    self.add_resource(kind, id, self.ground);
                }
            }
            Reading::Typed(kind, id) => {
                if let (Some(kind), Some(id)) = (self.text(kind), self.text(id)) {
                    self.add_resource(kind, id, self.ground);
                }
            }
            Reading::Special(read) => read(self),
        }
    }

    /// The texts at a path into `detail`, in which `*` stands for every item of a list.
    fn texts(&self, path: &[&str]) -> Vec<&'e str> {
        let values = paths::values(&self.event.detail, path);
        values.into_iter().filter_map(Value::as_str).collect()
    }

    fn text(&self, path: &[&str]) -> Option<&'e str> {
        self.texts(path).first().copied()
    }

    /// Adds a resource by its type and physical id.
    fn add_resource(&mut self, kind: &str, id: &str, ground: Ground<'_>) {
        for identifier in identifiers::of(kind, id, ground) {
            self.add(&identifier);
        }
    }

    /// Adds an identifier, and the ARN of what it is a part of.
    fn add(&mut self, identifier: &str) {
        let is_short = (1..=MOST_BYTES).contains(&identifier.len());
        let is_plain = !identifier
            .chars()
            .any(|c| c.is_control() || c.is_whitespace());
        let is_new = !self.found.iter().any(|known| known == identifier);
        if !(is_short && is_plain && is_new) || self.found.len() >= MOST_SUBJECTS {
            return;
        }
        self.found.push(identifier.to_owned());
        if let Some(wider) = Arn::parse(identifier).and_then(|arn| arn.wider()) {
            self.add(&wider);
        }
    }
}

#[cfg(test)]
#[path = "subjects_tests.rs"]
mod tests;
