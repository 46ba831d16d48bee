//! Blocks that are taken by hand: what was there before, and networks elsewhere that must not be
//! overlapped.

use groundplane_model::{Change, Failure, FailureKind};
use groundplane_ports::{ReadTable, WriteTable};
use groundplane_resolvers::{Block, Cidr, Holder, IpamError, View, Within};
use jiff::Timestamp;

use crate::attempts::{Attempts, Stopped};
use crate::refusal::explain;
use crate::trees::{carry_out, commit, tree_of};

/// What became of a block that was to be imported.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    /// The block.
    pub block: Block,
    /// Whether it was not known before.
    pub is_new: bool,
}

/// Takes `cidr` for what `description` says. Doing it again changes nothing.
///
/// # Errors
/// `Conflict` where something is in the way, `NotFound` where there is no such pool; otherwise as
/// the table says.
pub async fn import(
    table: &(impl ReadTable + WriteTable),
    (within, cidr): (Within, Cidr),
    description: &str,
    now: Timestamp,
) -> Result<Imported, Failure> {
    let mut attempts = Attempts::default();
    loop {
        let stopped = match take(table, (&within, cidr), description, now).await {
            Ok(imported) => return Ok(imported),
            Err(stopped) => stopped,
        };
        if let Err(stopped) = attempts.again(stopped) {
            return Err(explain(table, &within, stopped, None).await);
        }
    }
}

async fn take(
    table: &(impl ReadTable + WriteTable),
    (within, cidr): (&Within, Cidr),
    description: &str,
    now: Timestamp,
) -> Result<Imported, Stopped> {
    let holder = Holder::Import(description.to_owned());
    let known: Option<Block> = table.get(&Block::key_of(within, cidr)).await?;
    if let Some(block) = known.filter(|block| block.holder == holder) {
        let is_new = false;
        return Ok(Imported { block, is_new });
    }
    let mut view = View::new(tree_of(table, within, cidr).await?);
    carry_out(table, &mut view, |view| view.allocate_exact(cidr)).await?;
    let block = Block::taken(&view, (within.clone(), cidr), holder, now);
    commit(table, &[&view], vec![Change::save(&block)]).await?;
    let is_new = true;
    Ok(Imported { block, is_new })
}

/// Gives back a block that was imported.
///
/// # Errors
/// `NotFound` where there is no such block, `Conflict` where it was not imported; otherwise as the
/// table says.
pub async fn give_back_import(
    table: &(impl ReadTable + WriteTable),
    within: &Within,
    cidr: Cidr,
) -> Result<(), Failure> {
    let mut attempts = Attempts::default();
    loop {
        let Err(stopped) = give_back(table, within, cidr).await else {
            return Ok(());
        };
        if let Err(stopped) = attempts.again(stopped) {
            return Err(explain(table, within, stopped, None).await);
        }
    }
}

async fn give_back(
    table: &(impl ReadTable + WriteTable),
    within: &Within,
    cidr: Cidr,
) -> Result<(), Stopped> {
    let block: Option<Block> = table.get(&Block::key_of(within, cidr)).await?;
    let block = block.ok_or_else(|| {
        let message = format!("`{cidr}` was not imported");
        Failure::new(FailureKind::NotFound, message)
    })?;
    let Holder::Import(_) = &block.holder else {
        let holder = block.holder.seen_by(None);
        let message = format!("`{cidr}` was not imported: {holder} holds it");
        return Err(Failure::new(FailureKind::Conflict, message).into());
    };
    let mut view = View::new(tree_of(table, within, cidr).await?);
    match carry_out(table, &mut view, |view| view.release(cidr)).await {
        Ok(()) | Err(Stopped::Refused(IpamError::AlreadyFree { .. })) => {}
        Err(stopped) => return Err(stopped),
    }
    Ok(commit(table, &[&view], vec![Change::remove(&block)]).await?)
}
