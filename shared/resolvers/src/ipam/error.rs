//! What an operation on a tree of addresses is refused for.

use super::Cidr;

/// Why a block is not handed out or taken back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IpamError {
    /// The pool does not exist, or does no longer.
    #[error("there is no such pool")]
    NoPool,
    /// Others wrote between two reads: read everything again and try once more.
    #[error("the pool was changed while it was read")]
    Stale,
    /// No free block is large enough.
    #[error("no /{length} is free in `{pool}`; {}", largest(.largest_free))]
    Full {
        /// The block that is handed out of.
        pool: Cidr,
        /// The prefix length that was asked for.
        length: u8,
        /// The prefix length of the largest free block, if anything is free.
        largest_free: Option<u8>,
    },
    /// The prefix length does not exist.
    #[error("a prefix length of {length} is beyond {longest}, the longest of `{pool}`")]
    LengthBeyond {
        /// The block that is handed out of.
        pool: Cidr,
        /// The prefix length that was asked for.
        length: u8,
        /// The longest one.
        longest: u8,
    },
    /// The pool's settings do not allow this prefix length.
    #[error("a /{length} is not allowed in `{pool}`, which hands out /{min} to /{max}")]
    LengthNotAllowed {
        /// The block that is handed out of.
        pool: Cidr,
        /// The prefix length that was asked for.
        length: u8,
        /// The shortest one that is allowed.
        min: u8,
        /// The longest one that is allowed.
        max: u8,
    },
    /// The block is not part of the pool.
    #[error("`{cidr}` is outside of `{pool}`")]
    Outside {
        /// The block.
        cidr: Cidr,
        /// The block that is handed out of.
        pool: Cidr,
    },
    /// The block, or a part of it, is reserved.
    #[error("`{cidr}` overlaps with a reserved range")]
    Reserved {
        /// The block.
        cidr: Cidr,
    },
    /// The block, or a part of it, is taken.
    #[error("`{cidr}` overlaps with `{taken}`, which is taken")]
    Overlaps {
        /// The block.
        cidr: Cidr,
        /// The first taken block that it overlaps with.
        taken: Cidr,
    },
    /// The block is to be given back and is free already.
    #[error("`{cidr}` is free already")]
    AlreadyFree {
        /// The block.
        cidr: Cidr,
    },
    /// The block is to be given back and was never taken as a whole, only parts of it or more than
    /// it.
    #[error("`{cidr}` was not handed out as one block")]
    NotTaken {
        /// The block.
        cidr: Cidr,
    },
    /// A pool that is to be removed is in use.
    #[error("`{pool}` is in use")]
    InUse {
        /// The block that it hands out of.
        pool: Cidr,
    },
}

fn largest(largest_free: &Option<u8>) -> String {
    largest_free.map_or_else(
        || "nothing is".to_owned(),
        |length| format!("the largest free block is a /{length}"),
    )
}
