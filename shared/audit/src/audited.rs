//! A table whose commits leave entries in the audit log.

use groundplane_model::{Change, Index, Key, Partition, Record};
use groundplane_ports::{Page, ReadTable, Result, WriteTable};

use crate::Attempt;

/// A table that writes what is committed on behalf of an [`Attempt`] together with its entry, and
/// everything else as it comes.
#[derive(Debug, Clone)]
pub struct Audited<T>(T);

impl<T> Audited<T> {
    /// The table that writes to `table`.
    #[must_use]
    pub const fn new(table: T) -> Self {
        Self(table)
    }
}

impl<T: ReadTable> ReadTable for Audited<T> {
    async fn get<R: Record>(&self, key: &Key) -> Result<Option<R>> {
        let record: Option<R> = self.0.get(key).await?;
        remember(record.iter());
        Ok(record)
    }

    async fn query<R: Record>(&self, partition: &Partition, prefix: &str) -> Result<Vec<R>> {
        let records: Vec<R> = self.0.query(partition, prefix).await?;
        remember(records.iter());
        Ok(records)
    }

    async fn page<R: Record>(
        &self,
        partition: &Partition,
        prefix: &str,
        limit: u16,
        cursor: Option<&str>,
    ) -> Result<Page<R>> {
        let page: Page<R> = self.0.page(partition, prefix, limit, cursor).await?;
        remember(page.records.iter());
        Ok(page)
    }

    /// What an index gives may be old, so it is no ground for saying what something was.
    async fn list<R: Record>(
        &self,
        index: &Index,
        limit: u16,
        cursor: Option<&str>,
    ) -> Result<Page<R>> {
        self.0.list(index, limit, cursor).await
    }
}

fn remember<'a, R: Record + 'a>(records: impl Iterator<Item = &'a R>) {
    let Some(attempt) = Attempt::current() else {
        return;
    };
    records.for_each(|record| attempt.saw(record));
}

impl<T: WriteTable> WriteTable for Audited<T> {
    async fn commit(&self, mut changes: Vec<Change>) -> Result<()> {
        let attempt = Attempt::current().filter(|_| !changes.is_empty());
        let Some(attempt) = attempt else {
            return self.0.commit(changes).await;
        };
        changes.push(Change::save(&attempt.entry_of(&changes)));
        self.0.commit(changes).await?;
        attempt.committed();
        Ok(())
    }
}
