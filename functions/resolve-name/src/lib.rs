//! The naming resolver as a Lambda: hands out names and takes them back. A name is a claim that
//! exists once, written together with the owner's allocation, so that no two owners ever share
//! one, and the same owner always gets the same.

use std::collections::BTreeMap;

use groundplane_model::{
    Allocation, Change, Failure, FailureKind, Owner, ResolutionRequest, ResolverName,
};
use groundplane_ports::{Clock, PortError, ReadTable, WriteTable};
use groundplane_resolvers::{NameClaim, Naming};
use serde::{Deserialize, Serialize};

/// How many other names are tried where one is taken. Names carry a hash, so one is enough but
/// for the priorities of rules: there are 50,000, and with a hundred rules on a listener (the quota
/// of a load balancer) the chance that 16 in a row are taken is below 10^-43.
const ATTEMPTS: u32 = 16;

/// What is asked of the resolver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Request {
    /// Hand out a name for each request.
    Resolve {
        /// The requests.
        requests: Vec<ResolutionRequest>,
    },
    /// Take back what each owner holds.
    Release {
        /// The owners.
        owners: Vec<Owner>,
    },
}

/// How many names were handed out or taken back. The names themselves are in the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The count.
    pub count: usize,
}

/// Hands out or takes back names. Doing it again changes nothing.
///
/// # Errors
/// `Conflict` where others are faster again and again, `Invalid` where a request cannot be met,
/// and as the table says.
pub async fn handle(
    table: &(impl ReadTable + WriteTable),
    clock: &impl Clock,
    naming: &Naming,
    request: Request,
) -> Result<Answer, Failure> {
    match request {
        Request::Resolve { requests } => {
            for request in &requests {
                resolve(table, clock, naming, request).await?;
            }
            Ok(Answer {
                count: requests.len(),
            })
        }
        Request::Release { owners } => {
            for owner in &owners {
                release(table, owner).await?;
            }
            Ok(Answer {
                count: owners.len(),
            })
        }
    }
}

async fn resolve(
    table: &(impl ReadTable + WriteTable),
    clock: &impl Clock,
    naming: &Naming,
    request: &ResolutionRequest,
) -> Result<(), Failure> {
    for attempt in 0..ATTEMPTS {
        let key = Allocation::key_of(ResolverName::Naming, &request.owner);
        let held: Option<Allocation> = table.get(&key).await?;
        if held
            .as_ref()
            .is_some_and(|held| held.owner == request.owner)
        {
            return Ok(());
        }
        let claim = naming
            .candidate(request, attempt)
            .map_err(|error| Failure::new(FailureKind::Invalid, error.to_string()))?;
        let changes = take(table, clock, request, held, claim).await?;
        match table.commit(changes).await {
            Ok(()) => return Ok(()),
            Err(PortError::Conflict(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let Owner {
        instance,
        unit,
        input,
        ..
    } = &request.owner;
    let message = format!("no free name was found for `{input}` of `{unit}` of `{instance}`");
    Err(Failure::new(FailureKind::Conflict, message))
}

/// The changes that give `claim` to the owner. What an earlier incarnation of the instance left
/// is given up in the same transaction.
async fn take(
    table: &impl ReadTable,
    clock: &impl Clock,
    request: &ResolutionRequest,
    stale: Option<Allocation>,
    claim: NameClaim,
) -> Result<Vec<Change>, Failure> {
    let mut changes = Vec::new();
    if let Some(stale) = &stale
        && let Some(left) = claim_of(table, stale).await?
    {
        changes.push(Change::remove(&left));
    }
    let allocation = Allocation {
        owner: request.owner.clone(),
        resolver: ResolverName::Naming,
        deployment: request.deployment.clone(),
        inputs: request.inputs.clone(),
        outputs: BTreeMap::from([
            ("name".to_owned(), claim.name.clone()),
            ("scope".to_owned(), claim.scope.clone()),
        ]),
        allocated_at: clock.now(),
        version: stale.map_or(0, |stale| stale.version),
    };
    changes.push(Change::save(&claim));
    changes.push(Change::save(&allocation));
    Ok(changes)
}

async fn release(table: &(impl ReadTable + WriteTable), owner: &Owner) -> Result<(), Failure> {
    let key = Allocation::key_of(ResolverName::Naming, owner);
    let Some(held) = table.get::<Allocation>(&key).await? else {
        return Ok(());
    };
    if held.owner != *owner {
        return Ok(());
    }
    let mut changes = vec![Change::remove(&held)];
    changes.extend(claim_of(table, &held).await?.as_ref().map(Change::remove));
    Ok(table.commit(changes).await?)
}

/// The claim behind an allocation, if it is still the owner's.
async fn claim_of(table: &impl ReadTable, held: &Allocation) -> Result<Option<NameClaim>, Failure> {
    let output = |name: &str| {
        held.outputs
            .get(name)
            .map(String::as_str)
            .unwrap_or_default()
    };
    let key = NameClaim::key_of(output("scope"), output("name"));
    let claim: Option<NameClaim> = table.get(&key).await?;
    Ok(claim.filter(|claim| claim.owner == held.owner))
}
