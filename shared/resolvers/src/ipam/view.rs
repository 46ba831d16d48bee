//! The part of a tree that has been read, what is about to change in it, and whether the nodes
//! that were read go together.

use std::collections::BTreeMap;

use groundplane_model::Change;

use super::node::{Run, Slots};
use super::{Cidr, IpamError, NodeId, PoolNode, Slot, Tree};

/// How far an operation has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step<T> {
    /// These nodes are needed: tell the view what the table holds there, then ask again.
    Read(Vec<NodeId>),
    /// It is done; [`View::edits`] says what has to be written.
    Done(T),
}

/// One node that has to be written, if it is still as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// Save it.
    Save(PoolNode),
    /// Remove it, for it says nothing any more.
    Remove(PoolNode),
}

impl From<Edit> for Change {
    fn from(edit: Edit) -> Self {
        match edit {
            Edit::Save(node) => Self::save(&node),
            Edit::Remove(node) => Self::remove(&node),
        }
    }
}

/// Why an operation does not go on: it needs more nodes, or is refused.
#[derive(Debug)]
pub(super) enum Halt {
    Read(Vec<NodeId>),
    Refused(IpamError),
}

impl From<IpamError> for Halt {
    fn from(error: IpamError) -> Self {
        Self::Refused(error)
    }
}

impl<T> Step<T> {
    pub(super) fn of(result: Result<T, Halt>) -> Result<Self, IpamError> {
        match result {
            Ok(done) => Ok(Self::Done(done)),
            Err(Halt::Read(nodes)) => Ok(Self::Read(nodes)),
            Err(Halt::Refused(error)) => Err(error),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Body {
    pub(super) slots: Slots,
    pub(super) floor: u64,
}

impl Body {
    const FREE: Self = Self {
        slots: Slots::FREE,
        floor: 0,
    };
}

#[derive(Debug, Clone, Copy)]
struct Place {
    /// The version in the table, 0 where there is no node.
    version: u64,
    stored: Option<Body>,
    now: Option<Body>,
}

/// The part of a tree that has been read, with changes that are not yet written. Operations can
/// follow each other; what they change is committed together.
///
/// Nodes are read one after the other while others write, so what was read may never have been
/// there at one time. Every operation checks each node against the one above it. If they agree and
/// the versions of the nodes that it changes still hold, so does what it decided: a node that it
/// leaves as it is needs no check.
#[derive(Debug, Clone)]
pub struct View {
    tree: Tree,
    places: BTreeMap<NodeId, Place>,
}

impl View {
    /// A view in which nothing has been read.
    #[must_use]
    pub const fn new(tree: Tree) -> Self {
        Self {
            tree,
            places: BTreeMap::new(),
        }
    }

    /// The tree.
    #[must_use]
    pub const fn tree(&self) -> &Tree {
        &self.tree
    }

    /// Takes in what the table holds at `id`. What was taken in before stays.
    pub fn learn(&mut self, id: NodeId, node: Option<PoolNode>) {
        let version = node.as_ref().map_or(0, |node| node.version);
        let stored = node.map(|PoolNode { slots, floor, .. }| Body { slots, floor });
        let place = Place {
            version,
            stored,
            now: stored,
        };
        self.places.entry(id).or_insert(place);
    }

    /// What has to be written, all of it in one commit; each edit demands that the node is still as
    /// it was read.
    #[must_use]
    pub fn edits(&self) -> Vec<Edit> {
        let changed = self.places.iter().filter(|(_, p)| p.now != p.stored);
        changed
            .filter_map(|(id, place)| match (place.now, place.stored) {
                (Some(body), _) => Some(Edit::Save(self.record(*id, place.version, body))),
                (None, Some(body)) => Some(Edit::Remove(self.record(*id, place.version, body))),
                (None, None) => None,
            })
            .collect()
    }

    /// Puts the root of a pool that is made into the view.
    pub(super) fn create(&mut self, root: NodeId, slots: Slots) {
        self.body_mut(root, 0).slots = slots;
    }

    /// The nodes that there are.
    pub(super) fn nodes(&self) -> impl Iterator<Item = PoolNode> + '_ {
        self.places.iter().filter_map(|(id, place)| {
            let body = place.now?;
            Some(self.record(*id, place.version, body))
        })
    }

    fn record(&self, node: NodeId, version: u64, body: Body) -> PoolNode {
        PoolNode {
            tree: self.tree.name().to_owned(),
            node,
            slots: body.slots,
            floor: body.floor,
            version,
        }
    }

    /// Halts where any of `ids` has not been read, so that all of them are read at once.
    pub(super) fn expect_read(&self, ids: impl Iterator<Item = NodeId>) -> Result<(), Halt> {
        let unread: Vec<NodeId> = ids.filter(|id| !self.places.contains_key(id)).collect();
        if unread.is_empty() {
            Ok(())
        } else {
            Err(Halt::Read(unread))
        }
    }

    /// The slots of the root.
    pub(super) fn root(&self) -> Result<Slots, Halt> {
        let root = self.tree.root();
        match self.places.get(&root) {
            None => Err(Halt::Read(vec![root])),
            Some(Place {
                now: Some(body), ..
            }) => Ok(body.slots),
            Some(_) if self.tree.is_space() => Ok(Slots::FREE),
            Some(_) => Err(IpamError::NoPool.into()),
        }
    }

    /// The slots of `child`, of which the node above says that `largest` is free.
    pub(super) fn below(&self, child: NodeId, largest: Option<u8>) -> Result<Slots, Halt> {
        match self.places.get(&child) {
            None => Err(Halt::Read(vec![child])),
            Some(Place {
                now: Some(body), ..
            }) if body.slots.largest_free(child.length()) == largest => Ok(body.slots),
            Some(_) => Err(IpamError::Stale.into()),
        }
    }

    /// Makes `block` what `slot` says, and has the nodes above know. The nodes on its path must
    /// have been looked at as far as there are any.
    pub(super) fn paint(&mut self, block: Cidr, slot: Slot) {
        let path: Vec<NodeId> = self.tree.path(block).collect();
        let mut floor = 0;
        for id in &path {
            floor = self.body_mut(*id, floor).floor;
        }
        if let Some(id) = path.last() {
            let body = self.body_mut(*id, floor);
            body.slots = body.slots.with(id.slots_of(block), slot);
        }
        for child in path.iter().skip(1).rev() {
            if !self.tell_parent(*child) {
                break;
            }
        }
    }

    /// Has the node above `child` know what has become of it. Returns whether that was news.
    fn tell_parent(&mut self, child: NodeId) -> bool {
        let (Some((parent, index)), Some(place)) = (child.parent(), self.places.get_mut(&child))
        else {
            return false;
        };
        let (version, body) = (place.version, place.now.unwrap_or(Body::FREE));
        let said = if body.slots.is_free() {
            place.now = None;
            Slot::Free
        } else {
            Slot::Split(body.slots.largest_free(child.length()))
        };
        let above = self.body_mut(parent, 0);
        if said == Slot::Free {
            above.floor = above.floor.max(version).max(body.floor);
        }
        let run = Run::one(index);
        let is_news = above.slots.get(index) != said;
        above.slots = above.slots.with(run, said);
        is_news
    }

    fn body_mut(&mut self, id: NodeId, floor: u64) -> &mut Body {
        let slots = Slots::FREE;
        let place = self.places.entry(id).or_insert(Place {
            version: 0,
            stored: None,
            now: None,
        });
        place.now.get_or_insert(Body { slots, floor })
    }
}
