//! A table that counts what it is asked.

use std::sync::atomic::{AtomicUsize, Ordering};

use groundplane_model::{Change, Index, Key, Partition, Record};
use groundplane_ports::{Page, PortError, ReadTable, Result, WriteTable};

use crate::dynamo::TestTable;

/// A table that counts what it is asked.
pub(super) struct Counted {
    table: TestTable,
    reads: AtomicUsize,
    commits: AtomicUsize,
    writes: AtomicUsize,
    conflicts: AtomicUsize,
}

/// What a table was asked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counts {
    /// Records and pages that were read.
    pub(super) reads: usize,
    /// Commits that were made.
    pub(super) commits: usize,
    /// Records that were written or removed in those.
    pub(super) writes: usize,
    /// Commits that were not made because someone else was faster.
    pub(super) conflicts: usize,
}

impl Counted {
    pub(super) fn new(table: TestTable) -> Self {
        Self {
            table,
            reads: AtomicUsize::new(0),
            commits: AtomicUsize::new(0),
            writes: AtomicUsize::new(0),
            conflicts: AtomicUsize::new(0),
        }
    }

    /// What it was asked since it was last told.
    pub(super) fn take(&self) -> Counts {
        let taken = |count: &AtomicUsize| count.swap(0, Ordering::Relaxed);
        Counts {
            reads: taken(&self.reads),
            commits: taken(&self.commits),
            writes: taken(&self.writes),
            conflicts: taken(&self.conflicts),
        }
    }

    fn read(&self) -> &TestTable {
        self.reads.fetch_add(1, Ordering::Relaxed);
        &self.table
    }
}

impl ReadTable for Counted {
    async fn get<R: Record>(&self, key: &Key) -> Result<Option<R>> {
        self.read().get(key).await
    }

    async fn query<R: Record>(&self, partition: &Partition, prefix: &str) -> Result<Vec<R>> {
        self.read().query(partition, prefix).await
    }

    async fn page<R: Record>(
        &self,
        partition: &Partition,
        prefix: &str,
        limit: u16,
        cursor: Option<&str>,
    ) -> Result<Page<R>> {
        self.read().page(partition, prefix, limit, cursor).await
    }

    async fn list<R: Record>(
        &self,
        index: &Index,
        limit: u16,
        cursor: Option<&str>,
    ) -> Result<Page<R>> {
        self.read().list(index, limit, cursor).await
    }
}

impl WriteTable for Counted {
    async fn commit(&self, changes: Vec<Change>) -> Result<()> {
        let count = changes.len();
        let outcome = self.table.commit(changes).await;
        match &outcome {
            Ok(()) => {
                self.commits.fetch_add(1, Ordering::Relaxed);
                self.writes.fetch_add(count, Ordering::Relaxed);
            }
            Err(PortError::Conflict(_)) => {
                self.conflicts.fetch_add(1, Ordering::Relaxed);
            }
            Err(_) => {}
        }
        outcome
    }
}
