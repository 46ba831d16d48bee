//! How much a tenant may have and do, as far as the API is asked for it: what is used is counted in
//! the transaction that uses it.

use groundplane_deployment::Accepted;
use groundplane_governance::{bound_of, exceeded};
use groundplane_model::{Action, Quota, Tenant, TenantId};
use groundplane_ports::PortError;
use groundplane_quotas::{rules_of, used};
use jiff::Timestamp;

use crate::problem::Refused;
use crate::{Platform, System, Table};

/// The same acceptance with what it uses, each within its quota.
pub(crate) async fn charged<T: Table, S: System>(
    platform: &Platform<T, S>,
    accepted: Accepted,
) -> Result<Accepted, Refused> {
    let tenant = accepted.deployment.tenant.clone();
    let rules = rules_of(&platform.table, &tenant).await?;
    let Some(rules) = rules.as_ref() else {
        return Ok(accepted);
    };
    let now = accepted.deployment.created_at;
    let bound = |quota| bound_of(Some(rules), quota);
    let mut accepted = accepted;
    if accepted.is_new() {
        must_have_room(platform, rules, Quota::Instances, now).await?;
        accepted = accepted.within(bound(Quota::Instances));
    }
    let hourly = Quota::DeploymentsPerHour;
    // A destroy makes room; nobody should have to wait for that.
    if accepted.deployment.action == Action::Apply && bound(hourly).is_some() {
        must_have_room(platform, rules, hourly, now).await?;
        let one = hourly.count(&tenant, (1, bound(hourly)), now);
        accepted.changes.push(one);
    }
    Ok(accepted)
}

/// Refused where one more is too many.
async fn must_have_room<T: Table, S: System>(
    platform: &Platform<T, S>,
    rules: &Tenant,
    quota: Quota,
    now: Timestamp,
) -> Result<(), Refused> {
    if bound_of(Some(rules), quota).is_none() {
        return Ok(());
    }
    let used = used(&platform.table, &rules.name, quota, now).await?;
    match exceeded(Some(rules), (quota, used, 1), now) {
        Some(failure) => Err(Refused::from(failure).after(quota.seconds_left(now))),
        None => Ok(()),
    }
}

/// Counts a call of a tenant whose calls are bounded, and refuses it where it is one too many.
pub(crate) async fn count_call<T: Table, S: System>(
    platform: &Platform<T, S>,
    tenant: &TenantId,
) -> Result<(), Refused> {
    let quota = Quota::RequestsPerMinute;
    let Some(rules) = rules_of(&platform.table, tenant).await? else {
        return Ok(());
    };
    let Some(most) = bound_of(Some(&rules), quota) else {
        return Ok(());
    };
    let now = platform.system.now();
    let one = quota.count(tenant, (1, Some(most)), now);
    match platform.table.commit(vec![one]).await {
        Ok(()) => Ok(()),
        Err(PortError::Conflict(_)) => {
            let used = i64::try_from(most).unwrap_or(i64::MAX);
            let failure = exceeded(Some(&rules), (quota, used, 1), now);
            failure.map_or(Ok(()), |failure| {
                Err(Refused::from(failure).after(quota.seconds_left(now)))
            })
        }
        Err(error) => Err(error.into()),
    }
}
