//! Under which identifiers events can name what a unit owns. Written before the unit's own record,
//! so that a crash between the two is mended by the delivery that follows.

use std::collections::BTreeMap;

use groundplane_events::identifiers;
use groundplane_model::{
    Applied, Change, Deployment, DeploymentSpec, Failure, Instance, Observation, Record, Resource,
    ResourceOwner, UnitName,
};
use groundplane_ports::{PortError, ReadTable, WriteTable};

/// How many records are written in one transaction.
const BATCH: usize = 90;

/// A unit of a deployment: what it owned before, and what it owns now.
pub(crate) struct Owned<'a> {
    pub(crate) deployment: &'a Deployment,
    pub(crate) unit: &'a UnitName,
    pub(crate) before: Option<&'a Applied>,
    pub(crate) now: &'a [Resource],
}

impl Owned<'_> {
    /// Writes who owns what the unit owns now, and forgets what it owned and owns no more.
    pub(crate) async fn save(&self, table: &(impl ReadTable + WriteTable)) -> Result<(), Failure> {
        let Deployment {
            tenant,
            instance: id,
            ..
        } = self.deployment;
        let instance: Instance = table.require(&Instance::key_of(tenant, id)).await?;
        let key = DeploymentSpec::key_of(tenant, &self.deployment.id);
        let submitted: DeploymentSpec = table.require(&key).await?;
        let wanted = self.owners(self.now, &submitted, &instance);
        let before = self.before.map_or(&[][..], |applied| &applied.resources);
        let before = self.owners(before, &submitted, &instance);
        let new = wanted
            .iter()
            .filter(|(id, owner)| before.get(*id) != Some(owner))
            .map(|(_, owner)| owner)
            .collect::<Vec<_>>();
        for batch in new.chunks(BATCH) {
            add(table, batch).await?;
        }
        let gone = before.iter().filter(|(id, _)| !wanted.contains_key(*id));
        let mut changes = Vec::new();
        for (_, owner) in gone {
            changes.extend(forget(table, owner).await?);
        }
        for batch in changes.chunks(BATCH) {
            table.commit(batch.to_vec()).await?;
        }
        Ok(())
    }

    fn owners(
        &self,
        resources: &[Resource],
        submitted: &DeploymentSpec,
        instance: &Instance,
    ) -> BTreeMap<String, ResourceOwner> {
        let ground = &submitted.landing_zone.spec;
        let mut owners = BTreeMap::new();
        for resource in resources {
            let (of, physical) = (&resource.resource_type, &resource.physical_id);
            for identifier in identifiers(of, physical, &ground.account, &ground.region) {
                let owner = ResourceOwner {
                    identifier: identifier.clone(),
                    tenant: instance.tenant.clone(),
                    instance: instance.id.clone(),
                    incarnation: instance.incarnation.clone(),
                    unit: self.unit.clone(),
                    logical_id: resource.logical_id.clone(),
                    resource_type: of.clone(),
                    physical_id: physical.clone(),
                    version: 0,
                };
                owners.insert(identifier, owner);
            }
        }
        owners
    }
}

/// Writes owners that are new. Most have no record yet; where one has, of an earlier life or of a
/// delivery that was cut short, it is read and written over.
async fn add(
    table: &(impl ReadTable + WriteTable),
    owners: &[&ResourceOwner],
) -> Result<(), Failure> {
    let fresh = owners.iter().copied().map(Change::save).collect();
    match table.commit(fresh).await {
        Ok(()) => return Ok(()),
        Err(PortError::Conflict(_)) => {}
        Err(error) => return Err(error.into()),
    }
    let mut changes = Vec::new();
    for owner in owners {
        let stored: Option<ResourceOwner> = table.get(&owner.key()).await?;
        let version = stored.as_ref().map_or(0, |stored| stored.version);
        let owner = ResourceOwner {
            version,
            ..(*owner).clone()
        };
        if stored.as_ref() != Some(&owner) {
            changes.push(Change::save(&owner));
        }
    }
    Ok(table.commit(changes).await?)
}

/// Forgets an identifier and how its resource was seen last, unless it belongs to someone else by
/// now.
async fn forget(table: &impl ReadTable, owner: &ResourceOwner) -> Result<Vec<Change>, Failure> {
    let identifier = &owner.identifier;
    let stored: Option<ResourceOwner> = table.get(&ResourceOwner::key_of(identifier)).await?;
    let is_ours = |stored: &ResourceOwner| {
        (&stored.tenant, &stored.instance, &stored.incarnation)
            == (&owner.tenant, &owner.instance, &owner.incarnation)
    };
    let Some(stored) = stored.filter(is_ours) else {
        return Ok(Vec::new());
    };
    let seen: Option<Observation> = match stored.is_polled() {
        true => table.get(&Observation::key_of(identifier)).await?,
        false => None,
    };
    let seen = seen.as_ref().map(Change::remove);
    Ok([Change::remove(&stored)].into_iter().chain(seen).collect())
}
