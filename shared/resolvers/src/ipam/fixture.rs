//! A table of nodes for the tests, and operations carried out on it.

use std::collections::{BTreeMap, BTreeSet};

use groundplane_model::{PoolName, Record, SpaceName};

use super::spread::mixed;
use super::*;

pub(super) fn cidr(text: &str) -> Cidr {
    Cidr::parse(text).unwrap()
}

pub(super) fn pool(text: &str) -> Tree {
    Tree::pool(&PoolName::parse("apps").unwrap(), "1", cidr(text))
}

pub(super) fn space(family: Family) -> Tree {
    Tree::space(&SpaceName::parse("default").unwrap(), family)
}

pub(super) const CALM: Spread = Spread {
    seed: 7,
    attempt: 0,
};

/// Numbers that look random and are the same in every run.
pub(super) struct Numbers(pub(super) u64);

impl Numbers {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(1);
        mixed(self.0)
    }

    pub(super) fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }
}

/// The table, as far as nodes go: conditional commits, and a memory of every version.
#[derive(Default, Clone)]
pub(super) struct Nodes {
    pub(super) stored: BTreeMap<NodeId, PoolNode>,
    ever: BTreeSet<(NodeId, u64)>,
    pub(super) reads: usize,
    pub(super) writes: usize,
}

impl Nodes {
    pub(super) fn new(tree: &Tree, reserved: &[Cidr]) -> Self {
        let mut nodes = Self::default();
        if !tree.is_space() {
            let view = View::of_new_pool(tree.clone(), reserved);
            assert!(nodes.commit(&view.edits()));
        }
        nodes.writes = 0;
        nodes
    }

    pub(super) fn read(&mut self, view: &mut View, ids: &[NodeId]) {
        for id in ids {
            self.reads += 1;
            view.learn(*id, self.stored.get(id).cloned());
        }
    }

    /// Whether the edits were committed; every node must still be as it was read.
    pub(super) fn commit(&mut self, edits: &[Edit]) -> bool {
        let is_as_read = |edit: &Edit| {
            let (Edit::Save(node) | Edit::Remove(node)) = edit;
            let version = self.stored.get(&node.node).map_or(0, |found| found.version);
            version == node.version
        };
        if !edits.iter().all(is_as_read) {
            return false;
        }
        for edit in edits {
            self.apply(edit);
        }
        self.writes += edits.len();
        true
    }

    fn apply(&mut self, edit: &Edit) {
        match edit {
            Edit::Save(node) => {
                let mut node = node.clone();
                node.version = node.next_version();
                let is_new = self.ever.insert((node.node, node.version));
                assert!(is_new, "`{}` has a version again", node.node);
                self.stored.insert(node.node, node);
            }
            Edit::Remove(node) => {
                self.stored.remove(&node.node);
            }
        }
    }

    /// Carries an operation through to its end and gives back what has to be written. It must not
    /// read more nodes than there are levels.
    pub(super) fn run<T>(
        &mut self,
        tree: &Tree,
        operation: impl Fn(&mut View) -> Result<Step<T>, IpamError>,
    ) -> Result<(T, Vec<Edit>), IpamError> {
        let mut view = View::new(tree.clone());
        let before = self.reads;
        let result = loop {
            match operation(&mut view)? {
                Step::Read(ids) => self.read(&mut view, &ids),
                Step::Done(result) => break result,
            }
        };
        assert!(self.reads - before <= usize::from(tree.depth()));
        Ok((result, view.edits()))
    }

    pub(super) fn allocate(&mut self, tree: &Tree, length: u8) -> Result<Cidr, IpamError> {
        let (block, edits) = self.run(tree, |view| view.allocate(length, CALM))?;
        assert!(self.commit(&edits));
        Ok(block)
    }

    pub(super) fn exactly(&mut self, tree: &Tree, block: Cidr) -> Result<Cidr, IpamError> {
        let (block, edits) = self.run(tree, |view| view.allocate_exact(block))?;
        assert!(self.commit(&edits));
        Ok(block)
    }

    pub(super) fn release(&mut self, tree: &Tree, block: Cidr) -> Result<(), IpamError> {
        let ((), edits) = self.run(tree, |view| view.release(block))?;
        assert!(self.commit(&edits));
        Ok(())
    }

    /// What the nodes say, without what they remember.
    pub(super) fn slots(&self) -> BTreeMap<NodeId, Slots> {
        self.stored
            .iter()
            .map(|(id, node)| (*id, node.slots))
            .collect()
    }

    /// The prefix length of the largest free block, as the root says.
    pub(super) fn largest_free(&self, tree: &Tree) -> Option<u8> {
        self.stored
            .get(&tree.root())
            .map_or(Some(tree.cidr().length()), PoolNode::largest_free)
    }
}
