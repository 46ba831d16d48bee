//! What an instance no longer needs is given back to the resolvers.

use groundplane_model::{Allocation, Owner, ResolverName, UnitState};
use serde::{Deserialize, Serialize};

/// The owners whose allocations one resolver takes back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseBatch {
    /// The resolver.
    pub resolver: ResolverName,
    /// The owners.
    pub owners: Vec<Owner>,
}

/// How many owners a resolver gets in one invocation; see [`crate::begin`].
const BATCH: usize = 50;

/// The allocations of units that are not there, or no longer.
#[must_use]
pub fn releases(allocations: &[Allocation], units: &[UnitState]) -> Vec<ReleaseBatch> {
    let idle: Vec<&Allocation> = allocations
        .iter()
        .filter(|allocation| units.iter().all(|unit| unit.unit != allocation.owner.unit))
        .collect();
    idle.chunks(BATCH)
        .map(|allocations| ReleaseBatch {
            resolver: ResolverName::Naming,
            owners: allocations.iter().map(|allocation| allocation.owner.clone()).collect(),
        })
        .collect()
}
