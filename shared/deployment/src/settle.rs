//! What an instance no longer needs is given back to the resolvers.

use std::collections::BTreeMap;

use groundplane_model::{Allocation, Deployment, Owner, ResolverName, UnitState};
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

/// The allocations of units that are not there, or no longer. None once `deployment` has ended:
/// by then they may be what the next one was given.
#[must_use]
pub fn releases(
    deployment: &Deployment,
    allocations: &[Allocation],
    units: &[UnitState],
) -> Vec<ReleaseBatch> {
    if deployment.status.has_ended() {
        return Vec::new();
    }
    let mut idle: BTreeMap<ResolverName, Vec<Owner>> = BTreeMap::new();
    for allocation in allocations {
        if units.iter().all(|unit| unit.unit != allocation.owner.unit) {
            idle.entry(allocation.resolver)
                .or_default()
                .push(allocation.owner.clone());
        }
    }
    idle.iter()
        .flat_map(|(resolver, owners)| owners.chunks(BATCH).map(|owners| (*resolver, owners)))
        .map(|(resolver, owners)| ReleaseBatch {
            resolver,
            owners: owners.to_vec(),
        })
        .collect()
}

#[cfg(test)]
#[path = "settle_tests.rs"]
mod tests;
