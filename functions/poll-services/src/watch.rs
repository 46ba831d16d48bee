//! What is looked at: the listing of resources, beside the listing of how they were.

use std::collections::BTreeMap;

use groundplane_model::{Index, Observation, Record, ResourceOwner};
use groundplane_ports::{ReadTable, Result};

use crate::poll::Watched;

/// How many records are read at a time.
const PAGE: u16 = 200;

/// Everything that is looked at.
pub(crate) struct Watch {
    /// The resources.
    pub(crate) watched: Vec<Watched>,
    /// What is remembered of resources that nobody owns any more.
    pub(crate) orphans: Vec<Observation>,
}

/// Lists everything that is looked at. Both listings may be a moment behind: then a change is
/// refused when it is saved, and found by the next poll.
pub(crate) async fn watch(table: &impl ReadTable) -> Result<Watch> {
    let mut all = Watch {
        watched: Vec::new(),
        orphans: Vec::new(),
    };
    for shard in 0..Index::ACTIVE_SHARDS {
        let observations: Vec<Observation> = list(table, &Index::observed(shard, "")).await?;
        let mut before: BTreeMap<String, Observation> = observations
            .into_iter()
            .map(|seen| (seen.identifier.clone(), seen))
            .collect();
        let owners: Vec<ResourceOwner> = list(table, &Index::polled(shard, "")).await?;
        all.watched.extend(owners.into_iter().map(|owner| Watched {
            before: before.remove(&owner.identifier),
            owner,
        }));
        all.orphans.extend(before.into_values());
    }
    Ok(all)
}

async fn list<R: Record>(table: &impl ReadTable, index: &Index) -> Result<Vec<R>> {
    let mut records = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let page = table.list::<R>(index, PAGE, cursor.as_deref()).await?;
        records.extend(page.records);
        cursor = page.next;
        if cursor.is_none() {
            return Ok(records);
        }
    }
}
