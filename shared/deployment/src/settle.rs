//! What an instance no longer needs is given back to the resolvers.

use std::collections::{BTreeMap, BTreeSet};

use groundplane_model::{
    Action, Allocation, Deployment, DeploymentSpec, DeploymentStatus, Owner, ResolverName,
    Revision, UnitName, UnitState,
};
use serde::{Deserialize, Serialize};

use crate::wants::wants_of;

/// The owners whose allocations one resolver takes back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseBatch {
    /// The resolver.
    pub resolver: ResolverName,
    /// The function that answers for it.
    pub function: String,
    /// The owners.
    pub owners: Vec<Owner>,
}

/// What an instance holds and has.
#[derive(Debug, Clone, Copy)]
pub struct Holdings<'a> {
    /// What resolvers handed out to it.
    pub allocations: &'a [Allocation],
    /// Its units.
    pub units: &'a [UnitState],
    /// The revision that is deployed, if any.
    pub revision: Option<&'a Revision>,
}

/// How many owners a resolver gets in one invocation; see [`crate::begin`].
const BATCH: usize = 50;

/// What is handed out and not needed, now that `deployment` has done or taken back its work: what
/// units hold that are not there, and what neither the spec in force wants nor a unit that is half
/// done or was left as a failed deployment made it. None once `deployment` has ended: by then it may
/// be what the next one was given.
#[must_use]
pub fn releases(
    deployment: &Deployment,
    submitted: &DeploymentSpec,
    holdings: Holdings<'_>,
) -> Vec<ReleaseBatch> {
    if deployment.status.has_ended() {
        return Vec::new();
    }
    let in_force = in_force(deployment, submitted, holdings.revision);
    let mut idle: BTreeMap<&ResolverName, Vec<Owner>> = BTreeMap::new();
    for allocation in holdings.allocations {
        let Allocation {
            resolver, owner, ..
        } = allocation;
        let unit = holdings.units.iter().find(|unit| unit.unit == owner.unit);
        let is_wanted =
            in_force.contains(&(resolver.clone(), owner.unit.clone(), owner.input.clone()));
        let is_needed = match unit {
            Some(unit) => is_wanted || is_left_with(unit, allocation, deployment),
            // An input of the spec has no unit.
            None => is_wanted && allocation.is_of_the_spec(),
        };
        if !is_needed {
            idle.entry(resolver).or_default().push(owner.clone());
        }
    }
    idle.iter()
        .flat_map(|(resolver, owners)| owners.chunks(BATCH).map(|owners| (*resolver, owners)))
        .map(|(resolver, owners)| ReleaseBatch {
            resolver: resolver.clone(),
            function: resolver.function().to_owned(),
            owners: owners.to_vec(),
        })
        .collect()
}

/// Whether `unit` is not as the spec in force says, and so may stand on what was allocated for another
/// one: it is half done, or `deployment` fails and either it or one before it has left the unit as it
/// made it.
fn is_left_with(unit: &UnitState, allocation: &Allocation, deployment: &Deployment) -> bool {
    let applied = unit.applied.as_ref().map(|applied| &applied.deployment);
    let is_failing = deployment.status == DeploymentStatus::Compensating;
    let is_of_this = allocation.deployment == deployment.id;
    unit.pending.is_some() || is_failing && (!is_of_this || applied == Some(&deployment.id))
}

/// What the spec wants that holds once `deployment` has ended: its own where it succeeds, that of
/// the revision before where it fails.
fn in_force(
    deployment: &Deployment,
    submitted: &DeploymentSpec,
    revision: Option<&Revision>,
) -> BTreeSet<(ResolverName, UnitName, String)> {
    match (deployment.status, deployment.action) {
        (DeploymentStatus::Compensating, _) => {
            let resolved = revision.into_iter().flat_map(|revision| &revision.resolved);
            resolved
                .map(|value| {
                    (
                        value.resolver.clone(),
                        value.unit.clone(),
                        value.input.clone(),
                    )
                })
                .collect()
        }
        (_, Action::Destroy) => BTreeSet::new(),
        (_, Action::Apply) => wants_of(submitted)
            .into_iter()
            .map(|wanted| (wanted.resolver, wanted.unit, wanted.input))
            .chain(kept_by(submitted))
            .collect(),
    }
}

/// What the inputs of the spec stand on that nobody resolves again.
fn kept_by(
    submitted: &DeploymentSpec,
) -> impl Iterator<Item = (ResolverName, UnitName, String)> + '_ {
    // INVARIANT: the name is a unit's name; a test parses it.
    let owner = UnitName::parse(Allocation::SPEC).ok();
    let kept = submitted.kept.iter();
    kept.filter_map(move |kept| Some((kept.resolver.clone(), owner.clone()?, kept.input.clone())))
}

#[cfg(test)]
#[path = "settle_tests.rs"]
mod tests;
