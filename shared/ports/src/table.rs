//! The table, where all state lives.

use std::future::Future;

use groundplane_model::{Change, Failure, FailureKind, Index, Key, Partition, Record};

use crate::Result;

/// One page of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<R> {
    /// The records of the page.
    pub records: Vec<R>,
    /// Where the next page starts, if there is one; opaque.
    pub next: Option<String>,
}

/// Permission to read the table.
pub trait ReadTable: Send + Sync {
    /// The record at `key`; strongly consistent.
    ///
    /// # Errors
    /// As [`crate::PortError`] says.
    fn get<R: Record>(&self, key: &Key) -> impl Future<Output = Result<Option<R>>> + Send;

    /// The record at `key`, which must exist; strongly consistent.
    ///
    /// # Errors
    /// `NotFound` where it does not exist; otherwise as [`crate::PortError`] says.
    fn require<R: Record>(
        &self,
        key: &Key,
    ) -> impl Future<Output = std::result::Result<R, Failure>> + Send {
        async move {
            self.get(key).await?.ok_or_else(|| {
                let message = format!("there is no {} `{}`", R::KIND, key.partition.as_str());
                Failure::new(FailureKind::NotFound, message)
            })
        }
    }

    /// Every record of `partition` whose sort key starts with `prefix`, in the order of the sort
    /// keys; strongly consistent.
    ///
    /// # Errors
    /// As [`crate::PortError`] says.
    fn query<R: Record>(
        &self,
        partition: &Partition,
        prefix: &str,
    ) -> impl Future<Output = Result<Vec<R>>> + Send;

    /// One page of what [`ReadTable::query`] gives; strongly consistent. `cursor` is the `next` of
    /// the page before. An adapter that can do so stops reading where the page ends.
    ///
    /// # Errors
    /// As [`crate::PortError`] says; a cursor that no page gave may be `Refused`.
    fn page<R: Record>(
        &self,
        partition: &Partition,
        prefix: &str,
        limit: u16,
        cursor: Option<&str>,
    ) -> impl Future<Output = Result<Page<R>>> + Send {
        async move {
            let mut records: Vec<R> = self.query(partition, prefix).await?;
            if let Some(cursor) = cursor {
                records.retain(|record| record.key().sort.as_str() > cursor);
            }
            let limit = usize::from(limit);
            let is_cut = records.len() > limit;
            records.truncate(limit);
            let last = records.last().filter(|_| is_cut);
            let next = last.map(|record| record.key().sort);
            Ok(Page { records, next })
        }
    }

    /// One page of the listing that `index` names (its `sort` is where sort keys must start, ""
    /// for all); eventually consistent. `cursor` is the `next` of the page before.
    ///
    /// # Errors
    /// As [`crate::PortError`] says; a cursor that no page gave is `Refused`.
    fn list<R: Record>(
        &self,
        index: &Index,
        limit: u16,
        cursor: Option<&str>,
    ) -> impl Future<Output = Result<Page<R>>> + Send;
}

/// Permission to change the table.
pub trait WriteTable: Send + Sync {
    /// Commits up to 100 changes together or not at all.
    ///
    /// # Errors
    /// [`crate::PortError::Conflict`] where the condition of any change does not hold; otherwise
    /// as [`crate::PortError`] says.
    fn commit(&self, changes: Vec<Change>) -> impl Future<Output = Result<()>> + Send;
}
