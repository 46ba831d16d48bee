//! Resolvers turn abstract inputs into concrete values before anything is provisioned. Each
//! algorithm is pure and has a module of its own; the Lambdas under `functions/resolve-*` keep
//! what they hand out.

mod ipam;
mod naming;

pub use ipam::{Cidr, CidrError, Edit, Family, InvalidSlots, IpamError, NodeId, PoolNode, Slot, Slots, Spread, Step, Tree, View};
pub use naming::{NameClaim, Naming, NamingError, Pattern, PatternError, Scope};
