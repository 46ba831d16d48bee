//! A table that counts allocations as they come and go.

use std::collections::BTreeMap;

use groundplane_governance::{bound_of, exceeded};
use groundplane_model::{Allocation, Change, Index, Key, Partition, Quota, Record, TenantId};
use groundplane_ports::{Page, PortError, ReadTable, Result, WriteTable};
use jiff::Timestamp;

use crate::{rules_of, used};

/// A table that counts the allocations of each tenant in the transactions that add or remove them,
/// and refuses those that are more than a tenant may have.
#[derive(Debug)]
pub struct Counted<'a, T> {
    table: &'a T,
    now: Timestamp,
}

impl<'a, T> Counted<'a, T> {
    /// `table`, counting.
    #[must_use]
    pub const fn new(table: &'a T, now: Timestamp) -> Self {
        Self { table, now }
    }
}

/// By how much each tenant has more allocations after `changes`.
fn counts(changes: &[Change]) -> BTreeMap<TenantId, i64> {
    let mut counts = BTreeMap::new();
    for change in changes {
        let by = match change {
            Change::Save { kind, expected, .. } if *kind == Allocation::KIND && *expected == 0 => 1,
            Change::Remove { key, .. } if key.sort.starts_with(Allocation::PREFIX) => -1,
            Change::Save { .. }
            | Change::Remove { .. }
            | Change::Check { .. }
            | Change::Count { .. } => continue,
        };
        if let Some(tenant) = change.key().partition.owner() {
            *counts.entry(tenant).or_insert(0) += by;
        }
    }
    counts.retain(|_, by| *by != 0);
    counts
}

impl<T: ReadTable + WriteTable> Counted<'_, T> {
    /// The change of a counter, if the tenant may have that much.
    async fn count(&self, tenant: &TenantId, by: i64) -> Result<Change> {
        let quota = Quota::Allocations;
        let Ok(more) = u64::try_from(by) else {
            return Ok(quota.count(tenant, (by, None), self.now));
        };
        let rules = rules_of(self.table, tenant).await?;
        let most = bound_of(rules.as_ref(), quota);
        if most.is_some() {
            let used = used(self.table, tenant, quota, self.now).await?;
            if let Some(failure) = exceeded(rules.as_ref(), (quota, used, more), self.now) {
                return Err(PortError::Exhausted(failure.message));
            }
        }
        // Others may be faster than this one: the bound is held by the transaction.
        Ok(quota.count(tenant, (by, most), self.now))
    }
}

impl<T: ReadTable> ReadTable for Counted<'_, T> {
    async fn get<R: Record>(&self, key: &Key) -> Result<Option<R>> {
        self.table.get(key).await
    }

    async fn query<R: Record>(&self, partition: &Partition, prefix: &str) -> Result<Vec<R>> {
        self.table.query(partition, prefix).await
    }

    async fn page<R: Record>(
        &self,
        partition: &Partition,
        prefix: &str,
        limit: u16,
        cursor: Option<&str>,
    ) -> Result<Page<R>> {
        self.table.page(partition, prefix, limit, cursor).await
    }

    async fn list<R: Record>(
        &self,
        index: &Index,
        limit: u16,
        cursor: Option<&str>,
    ) -> Result<Page<R>> {
        self.table.list(index, limit, cursor).await
    }
}

impl<T: ReadTable + WriteTable> WriteTable for Counted<'_, T> {
    async fn commit(&self, mut changes: Vec<Change>) -> Result<()> {
        for (tenant, by) in counts(&changes) {
            changes.push(self.count(&tenant, by).await?);
        }
        self.table.commit(changes).await
    }
}
