//! Blocks that become free by themselves: released ones that have rested, and reservations that
//! were not asked for again. Nothing is free before it was freed here.

use std::collections::VecDeque;

use groundplane_model::{Allocation, Change, Failure, Index, ResolverName};
use groundplane_ports::{Page, PortError, ReadTable, WriteTable};
use groundplane_resolvers::{Block, BlockState, Cidr, Holder, IpamError, Pool, View, Within};
use jiff::Timestamp;

use crate::attempts::{Attempts, Stopped};
use crate::trees::{carry_out, commit};

/// How many blocks are listed at a time.
const PAGE: u16 = 100;

/// How many blocks are freed in one commit, where nobody comes between: neighbours share nodes.
const BATCH: usize = 16;

/// How many changes a commit has before it takes no further block: far enough from the hundred
/// that a commit can have for one more with the longest path there is.
const ENOUGH: usize = 60;

/// Frees what is due of a pool: something if anything is, and up to a page.
///
/// Gives how many blocks were freed.
///
/// # Errors
/// As the table says.
pub async fn free_due(
    table: &(impl ReadTable + WriteTable),
    pool: &Pool,
    now: Timestamp,
) -> Result<usize, Failure> {
    let index = Index::due_blocks(&pool.name, "");
    let mut cursor: Option<String> = None;
    loop {
        let page: Page<Block> = table.list(&index, PAGE, cursor.as_deref()).await?;
        // The listing may be behind, so some of these may be free already; the earliest come first.
        let due = page.records.iter().filter(|block| block.is_due(now));
        let due: VecDeque<Cidr> = due.map(|block| block.cidr).collect();
        let is_last = due.len() < page.records.len() || page.next.is_none();
        let freed = free(table, pool, due, now).await?;
        if freed > 0 || is_last {
            return Ok(freed);
        }
        cursor = page.next;
    }
}

/// Frees what is due in every pool, a page at a time. Gives how many blocks were freed.
///
/// # Errors
/// As the table says; what was not reached is reached by the next sweep.
pub async fn sweep(
    table: &(impl ReadTable + WriteTable),
    now: Timestamp,
) -> Result<usize, Failure> {
    let mut freed = 0;
    let mut cursor: Option<String> = None;
    loop {
        let page: Page<Pool> = table
            .list(&Index::pools(""), PAGE, cursor.as_deref())
            .await?;
        for pool in &page.records {
            let mut some = free_due(table, pool, now).await?;
            while some > 0 {
                freed += some;
                some = free_due(table, pool, now).await?;
            }
        }
        cursor = page.next;
        if cursor.is_none() {
            return Ok(freed);
        }
    }
}

/// Frees those of `blocks` that are due.
async fn free(
    table: &(impl ReadTable + WriteTable),
    pool: &Pool,
    mut blocks: VecDeque<Cidr>,
    now: Timestamp,
) -> Result<usize, Failure> {
    let (mut freed, mut size) = (0, BATCH);
    let mut attempts = Attempts::default();
    while !blocks.is_empty() {
        match free_some(table, pool, blocks.iter().take(size), now).await {
            Ok(batch) => {
                blocks.drain(..batch.seen);
                freed += batch.freed;
                attempts = Attempts::default();
            }
            Err(stopped) => {
                // The fewer nodes a commit has, the less often someone comes between.
                size = (size / 2).max(1);
                attempts
                    .again(stopped)
                    .map_err(|stopped| failure(stopped, pool))?;
            }
        }
    }
    Ok(freed)
}

fn failure(stopped: Stopped, pool: &Pool) -> Failure {
    match stopped {
        Stopped::Failed(failure) => failure,
        Stopped::Away(error) => error.into(),
        Stopped::Raced | Stopped::Refused(_) => {
            let message = format!("the pool `{}` keeps changing", pool.name);
            PortError::Unavailable(message).into()
        }
    }
}

/// How many blocks were looked at, and how many of them freed.
struct Batch {
    seen: usize,
    freed: usize,
}

/// Frees the first of `blocks` in one commit.
async fn free_some<'a>(
    table: &(impl ReadTable + WriteTable),
    pool: &Pool,
    blocks: impl Iterator<Item = &'a Cidr> + Send,
    now: Timestamp,
) -> Result<Batch, Stopped> {
    let within = Within::Pool(pool.name.clone());
    let mut view = View::new(pool.tree());
    let mut records = Vec::new();
    let mut batch = Batch { seen: 0, freed: 0 };
    for cidr in blocks {
        if view.edits().len() + records.len() > ENOUGH {
            break;
        }
        batch.seen += 1;
        let block: Option<Block> = table.get(&Block::key_of(&within, *cidr)).await?;
        let Some(block) = block.filter(|block| block.is_due(now)) else {
            continue;
        };
        match carry_out(table, &mut view, |view| view.release(*cidr)).await {
            Ok(()) | Err(Stopped::Refused(IpamError::AlreadyFree { .. })) => {}
            Err(Stopped::Refused(error)) => {
                // One that cannot be freed must not keep all others from it.
                tracing::error!(%error, pool = %pool.name, "a block that is due was left");
                continue;
            }
            Err(stopped) => return Err(stopped),
        }
        records.push(Change::remove(&block));
        records.extend(reserved(table, &block).await?.as_ref().map(Change::remove));
        batch.freed += 1;
    }
    if !records.is_empty() {
        commit(table, &[&view], records).await?;
    }
    Ok(batch)
}

/// The allocation of a block that was only reserved: its owner has it no longer.
async fn reserved(table: &impl ReadTable, block: &Block) -> Result<Option<Allocation>, PortError> {
    let (BlockState::Reserved { .. }, Holder::Instance(owner)) = (block.state, &block.holder)
    else {
        return Ok(None);
    };
    let key = Allocation::key_of(&ResolverName::ipam(), owner);
    let held: Option<Allocation> = table.get(&key).await?;
    Ok(held.filter(|held| held.owner == *owner && held.value == block.cidr.to_string()))
}
