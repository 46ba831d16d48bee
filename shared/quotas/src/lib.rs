//! What tenants use of their quotas: read, and counted in the transaction that uses it.
//!
//! Guarantee: whatever is committed through [`Counted`], the counter of a tenant's allocations is
//! the number of its allocations, and never above its quota.

mod counted;

use groundplane_model::{Quota, Tenant, TenantId, Usage};
use groundplane_ports::{ReadTable, Result};
use jiff::Timestamp;

pub use counted::Counted;

/// What `tenant` is allowed, if somebody has said so.
///
/// # Errors
/// As the table says.
pub async fn rules_of(table: &impl ReadTable, tenant: &TenantId) -> Result<Option<Tenant>> {
    table.get(&Tenant::key_of(tenant)).await
}

/// How much of it `tenant` uses at `now`.
///
/// # Errors
/// As the table says.
pub async fn used(
    table: &impl ReadTable,
    tenant: &TenantId,
    quota: Quota,
    now: Timestamp,
) -> Result<i64> {
    let counter: Option<Usage> = table.get(&quota.key_of(tenant, now)).await?;
    Ok(counter.map_or(0, |counter| counter.used))
}
