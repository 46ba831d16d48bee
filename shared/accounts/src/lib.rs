//! In which account an instance stands, and how it is reached for its tenant.
//!
//! Guarantees: a landing zone that names no role costs nothing but to be looked at; a role is only
//! ever asked for with the external id of the tenant whose instance is worked on; no external id
//! comes from anywhere but the table, and there it is never changed.

use groundplane_model::{
    AccountRole, Change, DeploymentId, DeploymentSpec, ExternalId, Failure, FailureKind, Instance,
    Key, LandingZone, LandingZoneName, Partition, TenantId,
};
use groundplane_ports::{Account, Clock, PortError, Random, ReadTable, WriteTable};

/// The account of `role`, as it is reached for `tenant`; none where there is no role.
///
/// # Errors
/// `Denied` where the tenant has no external id yet, since then no role can trust it; otherwise as
/// the table says.
pub async fn of_role(
    table: &impl ReadTable,
    tenant: &TenantId,
    role: Option<AccountRole>,
) -> Result<Option<Account>, Failure> {
    let Some(role) = role else {
        return Ok(None);
    };
    let stored: Option<ExternalId> = table.get(&ExternalId::key_of(tenant)).await?;
    let Some(id) = stored else {
        let message = format!(
            "the role `{}` of the landing zone `{}` cannot trust the tenant `{tenant}`, which has no \
             external id yet; applying its document of `kind: Tenant` makes one",
            role.role_arn, role.landing_zone
        );
        return Err(Failure::new(FailureKind::Denied, message));
    };
    Ok(Some(Account {
        role,
        tenant: tenant.clone(),
        external_id: id.value,
    }))
}

/// The account of a landing zone, as it is reached for `tenant`; none where that is the platform's
/// own.
///
/// # Errors
/// As [`of_role`].
pub async fn of_zone(
    table: &impl ReadTable,
    tenant: &TenantId,
    zone: &LandingZone,
) -> Result<Option<Account>, Failure> {
    of_role(table, tenant, AccountRole::of(zone)).await
}

/// The account that `instance` stands in, by the role that its landing zone names now. A landing
/// zone that is not in the table names none.
///
/// # Errors
/// As [`of_role`].
pub async fn of_instance(
    table: &impl ReadTable,
    instance: &Instance,
) -> Result<Option<Account>, Failure> {
    match zone(table, &instance.landing_zone).await? {
        Some(zone) => of_zone(table, &instance.tenant, &zone).await,
        None => Ok(None),
    }
}

/// The account in which that deployment worked, by the role that its landing zone names now; of a
/// landing zone that is gone, by the role that it named then.
///
/// # Errors
/// As [`of_role`], and as the table says.
pub async fn of_deployment(
    table: &impl ReadTable,
    tenant: &TenantId,
    deployment: &DeploymentId,
) -> Result<Option<Account>, Failure> {
    let key = DeploymentSpec::key_of(tenant, deployment);
    let submitted: DeploymentSpec = table.require(&key).await?;
    let then = submitted.landing_zone;
    let now = zone(table, &then.name).await?.unwrap_or(then);
    of_zone(table, tenant, &now).await
}

async fn zone(
    table: &impl ReadTable,
    name: &LandingZoneName,
) -> Result<Option<LandingZone>, Failure> {
    let key = Key::meta(Partition::landing_zone(name));
    Ok(table.get(&key).await?)
}

/// The external id of `tenant`, which is made if there is none.
///
/// # Errors
/// As the table and the source of randomness say.
pub async fn external_id(
    table: &(impl ReadTable + WriteTable),
    system: &(impl Clock + Random),
    tenant: &TenantId,
) -> Result<String, Failure> {
    let key = ExternalId::key_of(tenant);
    if let Some(stored) = table.get::<ExternalId>(&key).await? {
        return Ok(stored.value);
    }
    let new = ExternalId::of(tenant.clone(), &system.bytes()?, system.now());
    match table.commit(vec![Change::save(&new)]).await {
        Ok(()) => Ok(new.value),
        // Somebody else was faster: theirs counts.
        Err(PortError::Conflict(_)) => {
            let stored: ExternalId = table.require(&key).await?;
            Ok(stored.value)
        }
        Err(error) => Err(error.into()),
    }
}
