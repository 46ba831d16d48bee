//! The settings of a pool, and what follows from them.

use std::collections::BTreeMap;

use groundplane_model::{PoolName, Problem, SpaceName};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::draft::misfit;
use super::{Cidr, IpamError};

/// A pool whose settings go together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PoolSpec {
    /// The block that it hands out of.
    pub cidr: Cidr,
    /// The space that it is in, within which no two blocks overlap.
    pub space: SpaceName,
    /// The pool that it is a part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<PoolName>,
    /// The prefix lengths of its allocations. Pools within it are not bound to them.
    pub allowed_lengths: Lengths,
    /// What is never handed out: parts of the pool that do not overlap.
    pub reserved: Vec<Cidr>,
    /// What it can be chosen by.
    pub tags: BTreeMap<String, String>,
    /// The subnet that its addresses are in, if they are all in one; owners are told it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subnet_id: Option<String>,
}

/// Prefix lengths from `min` to `max`, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Lengths {
    /// The shortest one, which gives the largest block.
    pub min: u8,
    /// The longest one, which gives the smallest block.
    pub max: u8,
}

impl PoolSpec {
    /// The space of a pool that does not say one.
    pub const DEFAULT_SPACE: &'static str = "default";
    /// The most reserved ranges.
    pub const MOST_RESERVED: usize = 16;
    /// The most records that a new pool may consist of: it is made and removed in one commit,
    /// beside what is written in the tree that the pool is a block of.
    pub const MOST_RECORDS: usize = 64;
    /// The most tags.
    pub const MOST_TAGS: usize = 50;

    /// What keeps the pool from being a part of `parent`, before the question whether the block is
    /// free there.
    #[must_use]
    pub fn problems_within(&self, parent: &Self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.space != parent.space {
            let message = format!("the parent is in the space `{}`", parent.space);
            problems.push(Problem::error("/space", message));
        }
        if let Some(message) = misfit(self.cidr, parent.cidr, "the parent") {
            problems.push(Problem::error("/cidr", message));
        }
        let reserved = parent.reserved.iter().filter(|r| r.overlaps(self.cidr));
        problems.extend(reserved.map(|range| {
            let message = format!(
                "`{}` overlaps with `{range}`, which the parent reserves",
                self.cidr
            );
            Problem::error("/cidr", message)
        }));
        problems
    }

    /// That allocations may have this prefix length.
    ///
    /// # Errors
    /// [`IpamError::LengthNotAllowed`] where they may not.
    pub fn expect_allowed(&self, length: u8) -> Result<(), IpamError> {
        let Lengths { min, max } = self.allowed_lengths;
        if (min..=max).contains(&length) {
            Ok(())
        } else {
            Err(IpamError::LengthNotAllowed {
                pool: self.cidr,
                length,
                min,
                max,
            })
        }
    }

    /// Whether it has all of these tags.
    #[must_use]
    pub fn has_tags(&self, wanted: &BTreeMap<String, String>) -> bool {
        wanted
            .iter()
            .all(|(key, value)| self.tags.get(key) == Some(value))
    }
}
