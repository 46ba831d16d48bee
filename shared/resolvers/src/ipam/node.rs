//! One node of a tree of addresses: sixteen slots, and what they say about what is free below.

use std::fmt;

use groundplane_model::{Key, Partition, Record};
use serde::{Deserialize, Serialize};

use super::Cidr;

/// How many bits of an address a node looks at.
pub(super) const NIBBLE: u8 = 4;
/// How many slots a node has.
pub(super) const FAN_OUT: u8 = 1 << NIBBLE;

/// What one sixteenth of a node's block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// Wholly free; there is no node below.
    Free,
    /// Neither wholly free nor one taken block: the node below knows more. Holds the prefix length
    /// of the largest free block in it, if there is any.
    Split(Option<u8>),
    /// Taken, by a block of this prefix length.
    Taken(u8),
    /// Never given to anyone: reserved, or outside of the pool.
    Reserved,
}

/// The sixteen slots of a node, in the order of their addresses. As text, sixteen words: `.` is
/// free, `28` has a node below with a free /28, `full` has one with nothing free, `/24` is taken by
/// a /24, `-` is reserved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Slots([Slot; FAN_OUT as usize]);

/// Slots that lie side by side: the first one and their number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) first: u8,
    pub(super) span: u8,
}

impl Run {
    /// One slot.
    pub(super) const fn one(first: u8) -> Self {
        Self { first, span: 1 }
    }

    const fn holds(self, index: u8) -> bool {
        self.first <= index && index - self.first < self.span
    }
}

impl Slots {
    /// Sixteen free slots.
    pub(super) const FREE: Self = Self([Slot::Free; FAN_OUT as usize]);

    /// The slots and their indexes.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u8, Slot)> + '_ {
        (0..FAN_OUT).zip(self.0)
    }

    /// The slot at `index`, which must be below sixteen.
    pub(super) fn get(&self, index: u8) -> Slot {
        self.0
            .get(usize::from(index))
            .copied()
            .unwrap_or(Slot::Reserved)
    }

    /// The slots of `run`.
    pub(super) fn run(&self, run: Run) -> impl Iterator<Item = (u8, Slot)> + '_ {
        self.iter().filter(move |(index, _)| run.holds(*index))
    }

    /// The same slots, with `slot` everywhere in `run`.
    #[must_use]
    pub(super) fn with(mut self, run: Run, slot: Slot) -> Self {
        for (index, place) in (0..FAN_OUT).zip(&mut self.0) {
            if run.holds(index) {
                *place = slot;
            }
        }
        self
    }

    /// One bit for each free slot, the lowest for the first.
    fn free(&self) -> u32 {
        self.iter()
            .filter(|(_, slot)| *slot == Slot::Free)
            .fold(0, |mask, (index, _)| mask | 1 << index)
    }

    /// Whether the whole node is free.
    pub(super) fn is_free(&self) -> bool {
        *self == Self::FREE
    }

    /// The prefix length of the largest free block within a node of prefix length `length`.
    pub(super) fn largest_free(&self, length: u8) -> Option<u8> {
        let free = self.free();
        let own = (0..=NIBBLE)
            .map(|bits| (bits, FAN_OUT >> bits))
            .find(|(_, span)| runs(*span).any(|run| is_within(run, free)))
            .map(|(bits, _)| length + bits);
        let below = self.0.iter().filter_map(|slot| match slot {
            Slot::Split(largest) => *largest,
            Slot::Free | Slot::Taken(_) | Slot::Reserved => None,
        });
        below.chain(own).min()
    }

    /// The first run of `span` free slots in the smallest free block that has one, so that larger
    /// ones stay whole.
    pub(super) fn tightest_run(&self, span: u8) -> Option<Run> {
        let free = self.free();
        runs(span)
            .filter(|run| is_within(*run, free))
            .min_by_key(|run| {
                let mut span = run.span;
                while span < FAN_OUT && is_within(around(*run, span * 2), free) {
                    span *= 2;
                }
                span
            })
    }
}

/// The aligned runs of `span` slots, a power of two.
fn runs(span: u8) -> impl Iterator<Item = Run> {
    (0..FAN_OUT)
        .step_by(usize::from(span))
        .map(move |first| Run { first, span })
}

/// The aligned run of `span` slots that `run` lies in.
const fn around(run: Run, span: u8) -> Run {
    Run {
        first: run.first / span * span,
        span,
    }
}

const fn is_within(run: Run, free: u32) -> bool {
    let mask = ((1_u32 << run.span) - 1) << run.first;
    free & mask == mask
}

impl fmt::Display for Slots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, slot) in self.iter() {
            if index > 0 {
                f.write_str(" ")?;
            }
            match slot {
                Slot::Free => f.write_str("."),
                Slot::Split(Some(largest)) => write!(f, "{largest}"),
                Slot::Split(None) => f.write_str("full"),
                Slot::Taken(length) => write!(f, "/{length}"),
                Slot::Reserved => f.write_str("-"),
            }?;
        }
        Ok(())
    }
}

impl From<Slots> for String {
    fn from(slots: Slots) -> Self {
        slots.to_string()
    }
}

/// A text that does not describe the slots of a node.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` does not describe the slots of a node")]
pub struct InvalidSlots(String);

impl TryFrom<String> for Slots {
    type Error = InvalidSlots;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let slots: Option<Vec<Slot>> = text.split(' ').map(slot).collect();
        slots
            .and_then(|slots| slots.try_into().ok())
            .map(Self)
            .ok_or(InvalidSlots(text))
    }
}

fn slot(word: &str) -> Option<Slot> {
    match word {
        "." => Some(Slot::Free),
        "full" => Some(Slot::Split(None)),
        "-" => Some(Slot::Reserved),
        word => match word.strip_prefix('/') {
            Some(length) => length.parse().ok().map(Slot::Taken),
            None => word.parse().ok().map(|largest| Slot::Split(Some(largest))),
        },
    }
}

/// Where a node is in its tree: the block that it covers, whose prefix length is a multiple of
/// four.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NodeId(pub(super) Cidr);

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A node as it is kept. A node that is not kept is wholly free.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolNode {
    /// The tree that it belongs to.
    pub tree: String,
    /// Where it is in the tree.
    pub node: NodeId,
    /// What its parts are.
    pub slots: Slots,
    /// The highest version of any node below it that was removed. A node that comes again starts
    /// above, so that no version ever means two things.
    pub floor: u64,
    /// The version of this record.
    #[serde(default)]
    pub version: u64,
}

impl PoolNode {
    /// The prefix length of the largest free block in it, if there is any. At the root this is the
    /// largest of the whole tree.
    #[must_use]
    pub fn largest_free(&self) -> Option<u8> {
        self.slots.largest_free(self.node.length())
    }

    /// Where a node lies in the table.
    #[must_use]
    pub fn key_of(tree: &str, node: NodeId) -> Key {
        Key::meta(Partition::pool_node(tree, &node.to_string()))
    }
}

impl Record for PoolNode {
    const KIND: &'static str = "pool-node";

    fn key(&self) -> Key {
        Self::key_of(&self.tree, self.node)
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn next_version(&self) -> u64 {
        // The floor of a new node is that of the node above it.
        if self.version == 0 {
            self.floor + 1
        } else {
            self.version + 1
        }
    }
}
