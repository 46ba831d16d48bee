//! What a search is of: the events, what may go wrong, the lifecycle.

use std::cell::RefCell;
use std::collections::HashMap;

use groundplane_lifecycle::{Definition, Delivery};
use groundplane_model::{Digest, EventEntry};

/// Something that is sent: by whom and as what, what it says, when, and which instances it is for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sent {
    pub(crate) sender: Sender,
    pub(crate) id: &'static str,
    /// The signal that an event becomes, or the operation that is asked for.
    pub(crate) says: &'static str,
    pub(crate) second: i64,
    pub(crate) instances: &'static [usize],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sender {
    /// A source of events.
    Source(&'static str),
    /// A person, who asks for an operation and asks again where no answer came.
    Person,
}

impl Sent {
    fn identity(&self) -> Digest {
        match self.sender {
            Sender::Source(source) => EventEntry::identity_of(source, self.id),
            Sender::Person => EventEntry::own_identity(self.id),
        }
    }
}

/// Enough of an identity to tell it from the few others of a search; worlds are compared often.
pub(super) fn short(identity: &Digest) -> u64 {
    u64::from_str_radix(identity.short(12), 16).unwrap()
}

/// What may go wrong.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// How many work at the same time.
    pub(crate) workers: usize,
    /// How often each message is delivered.
    pub(crate) deliveries: u8,
    /// How often a worker dies.
    pub(crate) crashes: u8,
    /// How many runs fail.
    pub(crate) failures: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Message {
    Sent(usize),
    Deadline(usize, u64),
}

/// What never changes in a search.
pub(crate) struct Setting {
    pub(crate) definition: Definition,
    pub(crate) sent: Vec<Sent>,
    pub(crate) limits: Limits,
    /// What was decided before; the same is asked in many worlds.
    pub(super) known: RefCell<HashMap<(String, Message), Delivery>>,
    /// What tells the messages from each other; digests cost much without optimisation.
    identities: RefCell<HashMap<Message, u64>>,
}

impl Setting {
    pub(crate) fn new(definition: Definition, sent: &[Sent], limits: Limits) -> Self {
        Self {
            definition,
            sent: sent.to_vec(),
            limits,
            known: RefCell::default(),
            identities: RefCell::default(),
        }
    }

    /// What tells a message from every other; all lives are first ones of their names.
    pub(super) fn identity(&self, message: Message) -> u64 {
        let mut identities = self.identities.borrow_mut();
        *identities.entry(message).or_insert_with(|| {
            short(&match message {
                Message::Sent(number) => self.sent[number].identity(),
                Message::Deadline(_, stay) => {
                    EventEntry::own_identity(&format!("deadline-first-{stay}"))
                }
            })
        })
    }
}
