//! The address resolver: hands out blocks of a pool so that no two ever overlap.

mod allocate;
mod cidr;
mod create;
mod error;
mod node;
mod release;
mod spread;
mod tree;
mod view;

pub use cidr::{Cidr, CidrError, Family};
pub use error::IpamError;
pub use node::{InvalidSlots, NodeId, PoolNode, Slot, Slots};
pub use spread::Spread;
pub use tree::Tree;
pub use view::{Edit, Step, View};

#[cfg(test)]
#[path = "ipam/experiment.rs"]
mod experiment;
