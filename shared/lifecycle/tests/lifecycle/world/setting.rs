//! What a search is of: the events, what may go wrong, the lifecycle.

use std::cell::RefCell;
use std::collections::HashMap;

use groundplane_lifecycle::{Definition, Delivery};

/// The events: what each says, when, and which instances it is for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sent {
    pub(crate) says: &'static str,
    pub(crate) second: i64,
    pub(crate) instances: &'static [usize],
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
    Event(usize),
    Deadline(usize, u64),
}

/// What never changes in a search.
pub(crate) struct Setting {
    pub(crate) definition: Definition,
    pub(crate) sent: Vec<Sent>,
    pub(crate) limits: Limits,
    /// What was decided before; the same is asked in many worlds.
    pub(super) known: RefCell<HashMap<(String, Message), Delivery>>,
}

impl Setting {
    pub(crate) fn new(definition: Definition, sent: &[Sent], limits: Limits) -> Self {
        Self {
            definition,
            sent: sent.to_vec(),
            limits,
            known: RefCell::default(),
        }
    }
}
