//! Giving blocks back.

use super::view::Halt;
use super::{Cidr, IpamError, Slot, Step, View};

impl View {
    /// Gives back `block`, which was taken as one.
    ///
    /// # Errors
    /// As [`IpamError`] says; [`IpamError::AlreadyFree`] where it was given back before.
    pub fn release(&mut self, block: Cidr) -> Result<Step<()>, IpamError> {
        let taken = self.expect_taken(block);
        Step::of(taken.map(|()| self.paint(block, Slot::Free)))
    }

    fn expect_taken(&self, block: Cidr) -> Result<(), Halt> {
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
            let Slot::Split(largest) = slots.get(index) else {
                break;
            };
            node = node.child(index);
            slots = self.below(node, largest)?;
        }
        let run = node.slots_of(block);
        let all = |wanted: Slot| slots.run(run).all(|(_, slot)| slot == wanted);
        if all(Slot::Taken(block.length())) {
            Ok(())
        } else if all(Slot::Free) {
            Err(IpamError::AlreadyFree { cidr: block }.into())
        } else {
            Err(IpamError::NotTaken { cidr: block }.into())
        }
    }
}
