//! Keeps pools of addresses and what is taken of them in the table: what the address resolver
//! decides ([`groundplane_resolvers::View`]) is read, committed, and decided again where someone
//! else was faster.
//!
//! Whatever is written of a pool is written in one commit together with the nodes of its tree, so
//! that a block is taken exactly if its record is there.

mod attempts;
mod due;
mod imports;
mod pools;
mod refusal;
mod trees;

pub use attempts::{Attempts, Stopped};
pub use due::{free_due, sweep};
pub use imports::{Imported, give_back_import, import};
pub use pools::{Created, create_pool, find_pool, largest_free, remove_pool, utilisation};
pub use refusal::explain;
pub use trees::{carry_out, commit, tree_of};
