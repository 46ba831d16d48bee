//! Takes a block back: it rests for a while before others may have it.

use groundplane_addresses::{Attempts, Stopped, commit};
use groundplane_model::{Allocation, Change, Failure, FailureKind, Owner, PoolName, ResolverName};
use groundplane_ports::{PortError, ReadTable, WriteTable};
use groundplane_resolvers::{Block, Cidr, Within};
use jiff::Timestamp;

/// Takes back what `owner` holds, if it does.
pub(crate) async fn release(
    table: &(impl ReadTable + WriteTable),
    owner: &Owner,
    now: Timestamp,
) -> Result<(), Failure> {
    let mut attempts = Attempts::default();
    loop {
        let Err(stopped) = attempt(table, owner, now).await else {
            return Ok(());
        };
        attempts.again(stopped).map_err(|stopped| match stopped {
            Stopped::Failed(failure) => failure,
            Stopped::Away(error) => error.into(),
            Stopped::Raced | Stopped::Refused(_) => {
                let message = format!("the addresses of `{}` keep changing", owner.unit);
                Failure::new(FailureKind::Unavailable, message)
            }
        })?;
    }
}

async fn attempt(
    table: &(impl ReadTable + WriteTable),
    owner: &Owner,
    now: Timestamp,
) -> Result<(), Stopped> {
    let key = Allocation::key_of(&ResolverName::ipam(), owner);
    let held: Option<Allocation> = table.get(&key).await?;
    let Some(held) = held.filter(|held| held.owner == *owner) else {
        return Ok(());
    };
    let mut records = vec![Change::remove(&held)];
    if let Some(block) = block_of(table, &held).await? {
        records.push(Change::save(&block.put_to_rest(now)));
    }
    Ok(commit(table, &[], records).await?)
}

/// The block behind an allocation, if it is still the owner's.
pub(crate) async fn block_of(
    table: &impl ReadTable,
    held: &Allocation,
) -> Result<Option<Block>, PortError> {
    let pool = PoolName::parse(held.output("pool")).ok();
    let cidr = Cidr::parse(&held.value).ok();
    let Some((pool, cidr)) = pool.zip(cidr) else {
        return Ok(None);
    };
    let key = Block::key_of(&Within::Pool(pool), cidr);
    let block: Option<Block> = table.get(&key).await?;
    Ok(block.filter(|block| block.is_held_by(&held.owner)))
}
