//! How full a pool is.

use serde::Serialize;
use utoipa::ToSchema;

use super::cidr::addresses;
use super::{Cidr, PoolSpec};

/// How full a pool is, in addresses. As JSON the counts are text: those of IPv6 are beyond what
/// readers of JSON take for a number.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Utilisation {
    /// All of them; `u128::MAX` for all of IPv6.
    #[serde(serialize_with = "as_text")]
    #[schema(value_type = String)]
    pub total: u128,
    /// Those that are handed out, to allocations and to pools within it.
    #[serde(serialize_with = "as_text")]
    #[schema(value_type = String)]
    pub allocated: u128,
    /// Those that are never handed out.
    #[serde(serialize_with = "as_text")]
    #[schema(value_type = String)]
    pub reserved: u128,
    /// Those that are left.
    #[serde(serialize_with = "as_text")]
    #[schema(value_type = String)]
    pub free: u128,
    /// The part that is handed out of what can be, from 0 to 1.
    pub ratio: f64,
    /// The prefix length of the largest free block, if anything is free.
    pub largest_free: Option<u8>,
    /// The part of what is free that lies outside of the largest free block, from 0 to 1.
    pub fragmentation: f64,
}

impl Utilisation {
    /// The utilisation of a pool of which `allocated` is handed out, blocks that do not overlap.
    /// `largest_free` is what the root of its tree says.
    #[must_use]
    pub fn of(
        pool: &PoolSpec,
        allocated: impl IntoIterator<Item = Cidr>,
        largest_free: Option<u8>,
    ) -> Self {
        let total = pool.cidr.addresses();
        let reserved = sum(pool.reserved.iter().copied());
        let allocated = sum(allocated);
        let usable = total.saturating_sub(reserved);
        let free = usable.saturating_sub(allocated);
        let largest = largest_free.map_or(0, |length| addresses(pool.cidr.family(), length));
        Self {
            total,
            allocated,
            reserved,
            free,
            ratio: part(allocated, usable),
            largest_free,
            fragmentation: part(free.saturating_sub(largest), free),
        }
    }
}

fn sum(blocks: impl IntoIterator<Item = Cidr>) -> u128 {
    blocks
        .into_iter()
        .fold(0, |sum, block| sum.saturating_add(block.addresses()))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a ratio for people needs no more digits than a float has"
)]
fn part(some: u128, all: u128) -> f64 {
    if all == 0 {
        0.0
    } else {
        (some as f64 / all as f64).min(1.0)
    }
}

fn as_text<S: serde::Serializer>(count: &u128, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(count)
}
