//! Pools come and go: the nodes that a new pool consists of, and whether a pool is as it was made.

use super::node::Slots;
use super::view::Halt;
use super::{Cidr, Edit, IpamError, PoolNode, Slot, Step, Tree, View};

impl View {
    /// The view of a pool that does not exist yet, with everything outside of it and all of
    /// `reserved` closed. Its edits create the pool. The ranges must be those of a checked
    /// [`super::PoolSpec`].
    #[must_use]
    pub fn of_new_pool(tree: Tree, reserved: &[Cidr]) -> Self {
        let root = tree.root();
        let run = root.slots_of(tree.cidr());
        let whole = root.slots_of(root.block());
        let slots = Slots::FREE
            .with(whole, Slot::Reserved)
            .with(run, Slot::Free);
        let mut view = Self::new(tree);
        view.create(root, slots);
        for range in reserved {
            view.paint(*range, Slot::Reserved);
        }
        view
    }

    /// What has to be removed to remove the pool, if nobody holds anything of it.
    ///
    /// A commit of these edits meets a conflict if someone takes a block meanwhile: a block is
    /// taken in a node that is new, which changes the one above it, or in one that was there, and
    /// in an empty pool all that is there is removed.
    ///
    /// # Errors
    /// [`IpamError::InUse`] where someone does, otherwise as [`IpamError`] says.
    pub fn remove_pool(&self, reserved: &[Cidr]) -> Result<Step<Vec<Edit>>, IpamError> {
        Step::of(self.expect_as_new(reserved))
    }

    fn expect_as_new(&self, reserved: &[Cidr]) -> Result<Vec<Edit>, Halt> {
        let initial = Self::of_new_pool(self.tree().clone(), reserved);
        self.root()?;
        let new: Vec<PoolNode> = initial.nodes().collect();
        self.expect_read(new.iter().map(|node| node.node))?;
        let now: Vec<PoolNode> = self.nodes().collect();
        let is_as_new = |node: &PoolNode| {
            now.iter()
                .find(|other| other.node == node.node)
                .filter(|other| other.slots == node.slots)
                .cloned()
        };
        let edits: Option<Vec<Edit>> = new
            .iter()
            .map(|node| is_as_new(node).map(Edit::Remove))
            .collect();
        edits.ok_or_else(|| {
            IpamError::InUse {
                pool: self.tree().cidr(),
            }
            .into()
        })
    }
}
