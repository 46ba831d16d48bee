//! The naming resolver as a Lambda: hands out names and takes them back. A name is a claim that
//! exists once, written together with the owner's allocation, so that no two owners ever share
//! one, and the same owner always gets the same.

use std::collections::BTreeMap;
use std::error::Error;

use groundplane_model::{
    Allocation, Change, DeploymentSpec, Failure, FailureKind, Layer, Owner, Record,
    ResolutionRequest, ResolverAnswer, ResolverCall, ResolverName,
};
use groundplane_ports::{Clock, PortError, ReadTable, WriteTable};
use groundplane_quotas::Counted;
use groundplane_resolvers::{
    Counter, NameClaim, NameRequest, Naming, NamingConfig, Sequence, configured,
};

/// How many other names are tried where one is taken. Names carry a hash or a number, so few are
/// enough but for the priorities of rules: there are 50,000, and with a hundred rules on a
/// listener (the quota of a load balancer) the chance that 16 in a row are taken is below 10^-43.
const ATTEMPTS: u32 = 16;

/// How often one name is tried again where others were faster: they share a counter, and each of
/// them gets further.
const RACES: u32 = 24;

/// Hands out or takes back names. Doing it again changes nothing. `installation` tells this
/// installation's names from those of another in the same account.
///
/// # Errors
/// `Conflict` where others are faster again and again, `Invalid` where a request cannot be met,
/// and as the table says.
pub async fn handle(
    table: &(impl ReadTable + WriteTable),
    clock: &impl Clock,
    installation: &str,
    call: ResolverCall,
) -> Result<ResolverAnswer, Failure> {
    let table = &Counted::new(table, clock.now());
    match call {
        ResolverCall::Resolve {
            tenant,
            deployment,
            requests,
            ..
        } => {
            let key = DeploymentSpec::key_of(&tenant, &deployment);
            let submitted: DeploymentSpec = table.require(&key).await?;
            let (config, layer) = configured(&ResolverName::naming(), &submitted)?;
            let ground = Ground {
                installation,
                config,
                layer,
                submitted: &submitted,
            };
            for request in &requests {
                resolve(table, clock, &ground, request).await?;
            }
            Ok(ResolverAnswer {
                count: requests.len(),
            })
        }
        ResolverCall::Release { owners, .. } => {
            for owner in &owners {
                release(table, owner).await?;
            }
            Ok(ResolverAnswer {
                count: owners.len(),
            })
        }
        // A name is free as soon as it is released.
        ResolverCall::Sweep {} => Ok(ResolverAnswer { count: 0 }),
    }
}

/// What names are made from, the request aside.
struct Ground<'a> {
    installation: &'a str,
    config: NamingConfig,
    layer: Layer,
    submitted: &'a DeploymentSpec,
}

impl Ground<'_> {
    fn wanted<'r>(&'r self, request: &'r ResolutionRequest) -> Result<NameRequest<'r>, Failure> {
        let zone = &self.submitted.landing_zone.spec;
        Ok(NameRequest {
            account: Some(&zone.account),
            region: Some(&zone.region),
            ..NameRequest::of(request).map_err(|error| invalid(&error))?
        })
    }

    fn naming(&self, wanted: &NameRequest<'_>) -> Result<Naming, Failure> {
        let refused = |problems| {
            let message = format!("no names can be made for `{}`", wanted.resource_type);
            Failure::invalid_document(message, problems)
        };
        let naming = self.config.naming(wanted.resource_type, self.installation);
        naming.map_err(refused)
    }
}

fn invalid(error: &dyn Error) -> Failure {
    Failure::new(FailureKind::Invalid, error.to_string())
}

/// What one attempt found.
enum Attempt {
    /// The owner has a name.
    Held,
    /// Someone else has the name.
    Taken,
    /// Someone else was faster.
    Raced,
}

async fn resolve(
    table: &(impl ReadTable + WriteTable),
    clock: &impl Clock,
    ground: &Ground<'_>,
    request: &ResolutionRequest,
) -> Result<(), Failure> {
    let (mut taken, mut raced) = (0, 0);
    while taken < ATTEMPTS && raced < RACES {
        match attempt(table, clock, ground, (request, taken)).await? {
            Attempt::Held => return Ok(()),
            Attempt::Taken => taken += 1,
            Attempt::Raced => raced += 1,
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

/// Tries to get the name that follows `taken` others that turned out to be taken.
async fn attempt(
    table: &(impl ReadTable + WriteTable),
    clock: &impl Clock,
    ground: &Ground<'_>,
    (request, taken): (&ResolutionRequest, u32),
) -> Result<Attempt, Failure> {
    let key = Allocation::key_of(&ResolverName::naming(), &request.owner);
    let held: Option<Allocation> = table.get(&key).await?;
    let is_own = |held: &Allocation| held.owner == request.owner;
    if held.as_ref().is_some_and(is_own) {
        return Ok(Attempt::Held);
    }
    let wanted = ground.wanted(request)?;
    let naming = ground.naming(&wanted)?;
    let counted = number(table, ground, (&naming, &wanted), taken).await?;
    let claim = naming
        .claim(&wanted, taken, counted.as_ref().map(|(number, _)| *number))
        .map_err(|error| invalid(&error))?;
    let mut changes = Vec::new();
    // What an earlier incarnation of the instance left is given up in the same transaction.
    if let Some(stale) = &held {
        changes.extend(claim_of(table, stale).await?.as_ref().map(Change::remove));
    }
    changes.extend(counted.as_ref().map(|(_, counter)| Change::save(counter)));
    changes.push(Change::save(&claim));
    let outputs = outputs(ground, &claim, counted.as_ref());
    let answer = (claim.name.as_str(), outputs);
    let allocation = Allocation::answer(request, answer, ground.layer, clock.now());
    changes.push(Change::save(&allocation.over(held.as_ref())));
    match table.commit(changes).await {
        Ok(()) => Ok(Attempt::Held),
        Err(PortError::Conflict(_)) => why_not(table, &claim, counted.as_ref()).await,
        Err(error) => Err(error.into()),
    }
}

/// Why a name was not got. Who counts on at the same time takes the same number first, and then the
/// next number is free; a name is taken where its number is still the next.
async fn why_not(
    table: &impl ReadTable,
    claim: &NameClaim,
    counted: Option<&(u32, Counter)>,
) -> Result<Attempt, Failure> {
    if let Some((_, counter)) = counted {
        let now: Option<Counter> = table.get(&counter.key()).await?;
        if now.map_or(0, |now| now.version) != counter.version {
            return Ok(Attempt::Raced);
        }
    }
    let key = NameClaim::key_of(&claim.scope, &claim.name);
    let other: Option<NameClaim> = table.get(&key).await?;
    let is_taken = other.is_some_and(|other| other.owner != claim.owner);
    Ok(if is_taken {
        Attempt::Taken
    } else {
        Attempt::Raced
    })
}

/// The number that the name needs, if it needs one, and the counter without it.
async fn number(
    table: &impl ReadTable,
    ground: &Ground<'_>,
    (naming, wanted): (&Naming, &NameRequest<'_>),
    passed_over: u32,
) -> Result<Option<(u32, Counter)>, Failure> {
    let per = ground.config.sequence_per.unwrap_or_default();
    let Some(scope) = naming
        .counter_scope(wanted, per)
        .map_err(|error| invalid(&error))?
    else {
        return Ok(None);
    };
    let counter: Option<Counter> = table.get(&Counter::key_of(&scope)).await?;
    let counter = counter.unwrap_or_else(|| Counter::new(scope));
    let taken = counter.take(ground.config.sequence(), passed_over);
    Ok(Some(taken.map_err(|error| invalid(&error))?))
}

fn outputs(
    ground: &Ground<'_>,
    claim: &NameClaim,
    counted: Option<&(u32, Counter)>,
) -> BTreeMap<String, String> {
    let mut outputs = BTreeMap::from([
        ("name".to_owned(), claim.name.clone()),
        ("scope".to_owned(), claim.scope.clone()),
    ]);
    let fqdn = ground.config.fqdn(&claim.name);
    outputs.extend(fqdn.map(|fqdn| ("fqdn".to_owned(), fqdn)));
    if let Some((number, counter)) = counted {
        outputs.insert("number".to_owned(), number.to_string());
        outputs.insert("counter".to_owned(), counter.scope.clone());
        let gap_free = ground.config.gap_free.unwrap_or_default();
        outputs.insert("gapFree".to_owned(), gap_free.to_string());
    }
    outputs
}

async fn release(table: &(impl ReadTable + WriteTable), owner: &Owner) -> Result<(), Failure> {
    let key = Allocation::key_of(&ResolverName::naming(), owner);
    for _ in 0..RACES {
        let Some(held) = table.get::<Allocation>(&key).await? else {
            return Ok(());
        };
        if held.owner != *owner {
            return Ok(());
        }
        let mut changes = vec![Change::remove(&held)];
        changes.extend(claim_of(table, &held).await?.as_ref().map(Change::remove));
        changes.extend(given_back(table, &held).await?.as_ref().map(Change::save));
        match table.commit(changes).await {
            Ok(()) => return Ok(()),
            Err(PortError::Conflict(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let message = format!("the name of `{}` keeps changing", owner.unit);
    Err(Failure::new(FailureKind::Conflict, message))
}

/// The claim behind an allocation, if it is still the owner's.
async fn claim_of(table: &impl ReadTable, held: &Allocation) -> Result<Option<NameClaim>, Failure> {
    let key = NameClaim::key_of(held.output("scope"), held.output("name"));
    let claim: Option<NameClaim> = table.get(&key).await?;
    Ok(claim.filter(|claim| claim.owner == held.owner))
}

/// The counter with the number of the name given back, where it keeps no gaps.
async fn given_back(table: &impl ReadTable, held: &Allocation) -> Result<Option<Counter>, Failure> {
    let Ok(number) = held.output("number").parse() else {
        return Ok(None);
    };
    if held.output("gapFree") != "true" {
        return Ok(None);
    }
    let key = Counter::key_of(held.output("counter"));
    let counter: Option<Counter> = table.get(&key).await?;
    let given_back = counter.map(|counter| counter.give_back(Sequence::GapFree, number));
    // A number that nobody has, or that cannot be remembered as free, is lost; the name is not.
    Ok(given_back.and_then(Result::ok))
}
