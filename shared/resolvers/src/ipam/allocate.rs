//! Taking blocks: of a prefix length, wherever there is room, or a certain one.

use super::node::{NIBBLE, Run, Slots};
use super::spread::Fit;
use super::view::Halt;
use super::{Cidr, IpamError, NodeId, Slot, Spread, Step, View};

impl View {
    /// Takes a block of `length`, at the place that `spread` picks.
    ///
    /// # Errors
    /// As [`IpamError`] says.
    pub fn allocate(&mut self, length: u8, spread: Spread) -> Result<Step<Cidr>, IpamError> {
        let found = self.find(length, spread);
        Step::of(found.map(|block| self.take(block)))
    }

    /// Takes exactly `block`.
    ///
    /// # Errors
    /// As [`IpamError`] says.
    pub fn allocate_exact(&mut self, block: Cidr) -> Result<Step<Cidr>, IpamError> {
        let found = self.expect_free(block);
        Step::of(found.map(|()| self.take(block)))
    }

    fn take(&mut self, block: Cidr) -> Cidr {
        self.paint(block, Slot::Taken(block.length()));
        block
    }

    /// A free block of `length`, read and checked down to where it begins.
    fn find(&self, length: u8, spread: Spread) -> Result<Cidr, Halt> {
        let pool = self.tree().cidr();
        let longest = pool.family().longest();
        if length > longest {
            let error = IpamError::LengthBeyond {
                pool,
                length,
                longest,
            };
            return Err(error.into());
        }
        let mut node = self.tree().root();
        let mut slots = self.root()?;
        let largest_free = slots.largest_free(node.length());
        if largest_free.is_none_or(|largest| largest > length) {
            let error = IpamError::Full {
                pool,
                length,
                largest_free,
            };
            return Err(error.into());
        }
        let target = self.tree().level(length);
        while node.length() < target {
            // INVARIANT: the node has room, as the root or the node above said, so some slot has.
            let fit = spread
                .choose(node, fits(node, slots, length), target)
                .ok_or(IpamError::Stale)?;
            match slots.get(fit.index) {
                Slot::Split(largest) => {
                    node = node.child(fit.index);
                    slots = self.below(node, largest)?;
                }
                // Whichever free slot is broken up, this node has to be written: so it is the one
                // that keeps most of the others together.
                Slot::Free | Slot::Taken(_) | Slot::Reserved => {
                    let run = slots.tightest_run(1).ok_or(IpamError::Stale)?;
                    let bits = node.slot(run.first).bits();
                    return Ok(Cidr::at(pool.family(), bits, length));
                }
            }
        }
        let below = node.length() + NIBBLE;
        let run = slots.tightest_run(1 << below.saturating_sub(length));
        Ok(node.block_of(run.ok_or(IpamError::Stale)?))
    }

    /// That nothing of `block` is taken or reserved.
    fn expect_free(&self, block: Cidr) -> Result<(), Halt> {
        let pool = self.tree().cidr();
        if !pool.contains(block) {
            return Err(IpamError::Outside { cidr: block, pool }.into());
        }
        self.expect_read(self.tree().path(block))?;
        let target = self.tree().level(block.length());
        let mut node = self.tree().root();
        let mut slots = self.root()?;
        while node.length() < target {
            let index = node.slots_of(block).first;
            match slots.get(index) {
                Slot::Free => return Ok(()),
                Slot::Split(largest) => {
                    node = node.child(index);
                    slots = self.below(node, largest)?;
                }
                Slot::Taken(_) | Slot::Reserved => break,
            }
        }
        self.obstacle(block, node, slots, node.slots_of(block))
    }

    /// Refuses the slots of `run` if they are not free, for the first block in them that is not.
    fn obstacle(&self, block: Cidr, node: NodeId, slots: Slots, run: Run) -> Result<(), Halt> {
        let Some((index, slot)) = slots.run(run).find(|(_, slot)| *slot != Slot::Free) else {
            return Ok(());
        };
        match slot {
            Slot::Split(largest) => {
                let child = node.child(index);
                let whole = child.slots_of(child.block());
                self.obstacle(block, child, self.below(child, largest)?, whole)
            }
            Slot::Taken(length) => Err(IpamError::Overlaps {
                cidr: block,
                taken: node.slot(index).enclosing(length),
            }
            .into()),
            Slot::Reserved | Slot::Free => Err(IpamError::Reserved { cidr: block }.into()),
        }
    }
}

/// The slots of `node` with room for a block of `length`, which is smaller than a slot.
fn fits(node: NodeId, slots: Slots, length: u8) -> Vec<Fit> {
    let room = |slot: Slot| match slot {
        Slot::Free => Some(node.length() + NIBBLE),
        Slot::Split(largest) => largest.filter(|largest| *largest <= length),
        Slot::Taken(_) | Slot::Reserved => None,
    };
    slots
        .iter()
        .filter_map(|(index, slot)| room(slot).map(|largest| Fit { index, largest }))
        .collect()
}
