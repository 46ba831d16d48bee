//! The shape of a tree of addresses: which node covers what.

use groundplane_model::{Key, PoolName, SpaceName};

use super::node::{FAN_OUT, NIBBLE, Run};
use super::{Cidr, Family, NodeId, PoolNode};

/// A tree of addresses. Its nodes are found by the tree's name and the block that they cover.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    name: String,
    cidr: Cidr,
    is_space: bool,
}

impl Tree {
    /// All addresses of a family in a space. It needs no creation.
    #[must_use]
    pub fn space(name: &SpaceName, family: Family) -> Self {
        Self {
            name: format!("SPACE#{name}"),
            cidr: family.whole(),
            is_space: true,
        }
    }

    /// The addresses of a pool. The incarnation tells it from a pool that had the name before, and
    /// must never be used twice for a name.
    #[must_use]
    pub fn pool(name: &PoolName, incarnation: &str, cidr: Cidr) -> Self {
        Self {
            name: format!("POOL#{name}#{incarnation}"),
            cidr,
            is_space: false,
        }
    }

    /// A tree for a question that needs none in the table.
    pub(super) const fn unnamed(cidr: Cidr) -> Self {
        Self {
            name: String::new(),
            cidr,
            is_space: false,
        }
    }

    /// Its name, the same for all of its nodes.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The block that it hands out parts of.
    #[must_use]
    pub const fn cidr(&self) -> Cidr {
        self.cidr
    }

    /// Where a node of it lies in the table.
    #[must_use]
    pub fn key_of(&self, node: NodeId) -> Key {
        PoolNode::key_of(&self.name, node)
    }

    /// The node at the top, which tells how much is free.
    #[must_use]
    pub fn root(&self) -> NodeId {
        NodeId(self.cidr.enclosing(self.root_length()))
    }

    /// The most nodes that lie between the root and a single address, both ends included.
    #[must_use]
    pub fn depth(&self) -> u8 {
        (self.cidr.family().longest() - self.root_length()) / NIBBLE
    }

    /// Whether the root is there without having been created.
    pub(super) const fn is_space(&self) -> bool {
        self.is_space
    }

    fn root_length(&self) -> u8 {
        let deepest = self.cidr.family().longest() - NIBBLE;
        (self.cidr.length() / NIBBLE * NIBBLE).min(deepest)
    }

    /// The node whose slots a block of `length` is made of.
    pub(super) fn level(&self, length: u8) -> u8 {
        (length.saturating_sub(1) / NIBBLE * NIBBLE).max(self.root_length())
    }

    /// The nodes from the root to the one whose slots `block` is made of.
    pub(super) fn path(&self, block: Cidr) -> impl DoubleEndedIterator<Item = NodeId> + use<> {
        let levels = self.root_length() / NIBBLE..=self.level(block.length()) / NIBBLE;
        levels.map(move |level| NodeId(block.enclosing(level * NIBBLE)))
    }
}

impl NodeId {
    /// The block that it covers.
    pub(super) const fn block(self) -> Cidr {
        self.0
    }

    /// The prefix length of the block that it covers.
    pub(super) fn length(self) -> u8 {
        self.0.length()
    }

    /// The block of the slot at `index`.
    pub(super) fn slot(self, index: u8) -> Cidr {
        let length = self.length() + NIBBLE;
        let offset = u128::from(index) << (128 - u32::from(length));
        Cidr::at(self.0.family(), self.0.bits() | offset, length)
    }

    /// The node below the slot at `index`.
    pub(super) fn child(self, index: u8) -> Self {
        Self(self.slot(index))
    }

    /// The node that this one lies in, except for the topmost possible, and its slot there.
    pub(super) fn parent(self) -> Option<(Self, u8)> {
        let length = self.length().checked_sub(NIBBLE)?;
        let parent = Self(self.0.enclosing(length));
        Some((parent, parent.slots_of(self.0).first))
    }

    /// The slots of this node that `block`, which overlaps the node, is made of or lies in.
    pub(super) fn slots_of(self, block: Cidr) -> Run {
        let below = self.length() + NIBBLE;
        // INVARIANT: four bits fit.
        let slot = |bits: u128| u8::try_from(bits >> (128 - u32::from(below)) & 0xf).unwrap_or(0);
        match below.checked_sub(block.length()) {
            Some(bits) => Run {
                first: if bits >= NIBBLE {
                    0
                } else {
                    slot(block.bits())
                },
                span: FAN_OUT >> (NIBBLE - bits.min(NIBBLE)),
            },
            None => Run {
                first: slot(block.bits()),
                span: 1,
            },
        }
    }

    /// The block that a run of slots makes up.
    pub(super) fn block_of(self, run: Run) -> Cidr {
        // INVARIANT: a span is a power of two up to sixteen.
        let bits = u8::try_from(run.span.ilog2()).unwrap_or(0);
        self.slot(run.first)
            .enclosing(self.length() + NIBBLE - bits)
    }
}
