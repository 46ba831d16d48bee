//! The address resolver: hands out blocks of a pool so that no two ever overlap.
//!
//! A tree of small records stands for a block of addresses: a space (all of IPv4 or of IPv6) or a
//! pool. Each node looks at four bits and says of each of its sixteen slots how large the largest
//! free block in it is; the root therefore knows whether there is room, and the way to it reads one
//! node per level. Nodes that are wholly free are not kept, and a node is written only if what it
//! says changes, so that most allocations write one or two.
//!
//! Nothing here reads or writes: a [`View`] says which nodes it needs and, in the end, which have
//! to be written if they are still as they were read.

mod allocate;
mod block;
mod cidr;
mod config;
mod create;
mod draft;
mod error;
mod node;
mod pool;
mod pool_record;
mod reading;
mod release;
mod spread;
mod tree;
mod utilisation;
mod view;

pub use block::{Block, BlockState, Holder, Within};
pub use cidr::{Cidr, CidrError, Family};
pub use config::{AddressRequest, AddressRequestError, IpamConfig, Size};
pub use draft::{LengthsDraft, PoolDraft};
pub use error::IpamError;
pub use node::{InvalidSlots, NodeId, PoolNode, Slot, Slots};
pub use pool::{Lengths, PoolSpec};
pub use pool_record::Pool;
pub use spread::Spread;
pub use tree::Tree;
pub use utilisation::Utilisation;
pub use view::{Edit, Step, View};

#[cfg(test)]
mod cidr_tests;
#[cfg(test)]
mod create_tests;
#[cfg(test)]
mod figures;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod model_tests;
#[cfg(test)]
mod node_tests;
#[cfg(test)]
mod pool_tests;
#[cfg(test)]
mod simulation;
#[cfg(test)]
mod view_tests;
