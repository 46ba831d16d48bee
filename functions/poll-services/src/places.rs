//! In which account each resource is. An instance says so, but the ARN of the resource and the
//! environment that its instance is named for say it too, without a read for each instance.

use std::collections::BTreeMap;

use groundplane_accounts::{of_instance, of_zone};
use groundplane_model::{
    Environment, EnvironmentName, Failure, Instance, Key, LandingZone, Partition, ResourceOwner,
    TenantId,
};
use groundplane_ports::{Account, ReadTable, Result as PortResult};

use crate::poll::Watched;

/// What is looked at, by the account that it is in.
#[derive(Default)]
pub(crate) struct Sorted<'a> {
    /// None is the platform's own.
    pub(crate) known: BTreeMap<Option<Account>, Vec<&'a Watched>>,
    /// Why the accounts of others are not known.
    pub(crate) unknown: Vec<Failure>,
}

/// Sorts what is looked at.
pub(crate) async fn sorted<'a>(
    table: &impl ReadTable,
    watched: &'a [Watched],
) -> PortResult<Sorted<'a>> {
    let mut places = Places::default();
    let mut sorted = Sorted::default();
    for one in watched {
        match places.of(table, &one.owner).await? {
            Ok(account) => sorted.known.entry(account).or_default().push(one),
            Err(failure) => sorted.unknown.push(failure),
        }
    }
    Ok(sorted)
}

type Found = std::result::Result<Option<Account>, Failure>;

/// What was read in this round.
#[derive(Default)]
struct Places {
    zones: BTreeMap<EnvironmentName, Option<LandingZone>>,
    accounts: BTreeMap<(EnvironmentName, TenantId), Found>,
}

impl Places {
    async fn of(&mut self, table: &impl ReadTable, owner: &ResourceOwner) -> PortResult<Found> {
        let Ok(environment) = EnvironmentName::parse(owner.instance.environment()) else {
            return of_owner(table, owner).await;
        };
        if !self.zones.contains_key(&environment) {
            let zone = zone_of(table, &environment).await?;
            self.zones.insert(environment.clone(), zone);
        }
        let zone = self.zones.get(&environment).and_then(Option::as_ref);
        let Some(zone) = zone.filter(|zone| is_in(&owner.identifier, zone)) else {
            return of_owner(table, owner).await;
        };
        let key = (environment, owner.tenant.clone());
        if let Some(found) = self.accounts.get(&key) {
            return Ok(found.clone());
        }
        let found = of_zone(table, &owner.tenant, zone).await;
        self.accounts.insert(key, found.clone());
        Ok(found)
    }
}

/// The landing zone that an environment is in now.
async fn zone_of(
    table: &impl ReadTable,
    name: &EnvironmentName,
) -> PortResult<Option<LandingZone>> {
    let key = Key::meta(Partition::environment(name));
    let Some(environment) = table.get::<Environment>(&key).await? else {
        return Ok(None);
    };
    let key = Key::meta(Partition::landing_zone(&environment.spec.landing_zone));
    table.get(&key).await
}

/// Where the environment is elsewhere by now, the instance itself has the last word.
async fn of_owner(table: &impl ReadTable, owner: &ResourceOwner) -> PortResult<Found> {
    let key = Instance::key_of(&owner.tenant, &owner.instance);
    match table.get::<Instance>(&key).await? {
        Some(instance) => Ok(of_instance(table, &instance).await),
        None => Ok(Ok(None)),
    }
}

/// Whether the ARN is of the account and region of `zone`.
fn is_in(arn: &str, zone: &LandingZone) -> bool {
    let mut parts = arn.splitn(6, ':').skip(3);
    parts.next() == Some(&zone.spec.region) && parts.next() == Some(&zone.spec.account)
}
