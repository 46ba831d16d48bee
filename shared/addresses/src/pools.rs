//! Pools: made and removed whole, in one commit with the block that they take of what they are in.

use groundplane_model::{Change, Failure, FailureKind, PoolName};
use groundplane_ports::{Page, PortError, ReadTable, Result as PortResult, WriteTable};
use groundplane_resolvers::{
    Block, Edit, Holder, IpamError, Pool, PoolNode, Utilisation, View, Within,
};
use jiff::Timestamp;

use crate::attempts::{Attempts, Stopped};
use crate::due::free_due;
use crate::refusal::{explain, standing};
use crate::trees::{carry_out, commit, tree_of};

/// How many holders a refusal names.
const NAMED: u16 = 5;

/// How many blocks are read at a time.
const PAGE: u16 = 1000;

/// What became of a pool that was to be created.
#[derive(Debug, Clone, PartialEq)]
pub enum Created {
    /// It was.
    Made(Pool),
    /// There is one of that name.
    Exists(Pool),
}

/// The pool.
///
/// # Errors
/// `NotFound` where there is none of that name; otherwise as the table says.
pub async fn find_pool(table: &impl ReadTable, name: &PoolName) -> Result<Pool, Failure> {
    let found: Option<Pool> = table.get(&Pool::key_of(name)).await?;
    found.ok_or_else(|| Failure::new(FailureKind::NotFound, format!("there is no pool `{name}`")))
}

/// Creates a pool, unless there is one of its name.
///
/// # Errors
/// Where it does not fit its parent, or something is in the way; otherwise as the table says.
pub async fn create_pool(
    table: &(impl ReadTable + WriteTable),
    pool: &Pool,
) -> Result<Created, Failure> {
    let mut attempts = Attempts::default();
    loop {
        let stopped = match create(table, pool).await {
            Ok(created) => return Ok(created),
            Err(stopped) => stopped,
        };
        if let Err(stopped) = attempts.again(stopped) {
            return Err(explain(table, &pool.within(), stopped, None).await);
        }
    }
}

async fn create(table: &(impl ReadTable + WriteTable), pool: &Pool) -> Result<Created, Stopped> {
    if let Some(existing) = table.get::<Pool>(&Pool::key_of(&pool.name)).await? {
        // The answer to an attempt may have been lost.
        return Ok(if existing.incarnation == pool.incarnation {
            Created::Made(existing)
        } else {
            Created::Exists(existing)
        });
    }
    if let Some(parent) = &pool.spec.parent {
        expect_fit(table, pool, parent).await?;
    }
    let (within, cidr) = (pool.within(), pool.spec.cidr);
    let mut outer = View::new(tree_of(table, &within, cidr).await?);
    carry_out(table, &mut outer, |view| view.allocate_exact(cidr)).await?;
    let holder = Holder::Pool(pool.name.clone());
    let block = Block::taken(&outer, (within, cidr), holder, pool.created_at);
    let inner = View::of_new_pool(pool.tree(), &pool.spec.reserved);
    let records = vec![Change::save(pool), Change::save(&block)];
    commit(table, &[&outer, &inner], records).await?;
    Ok(Created::Made(Pool {
        version: 1,
        ..pool.clone()
    }))
}

async fn expect_fit(table: &impl ReadTable, pool: &Pool, parent: &PoolName) -> Result<(), Failure> {
    let parent = match find_pool(table, parent).await {
        Ok(parent) => parent,
        Err(failure) if failure.kind == FailureKind::NotFound => {
            return Err(Failure::new(FailureKind::Invalid, failure.message));
        }
        Err(failure) => return Err(failure),
    };
    let problems = pool.spec.problems_within(&parent.spec);
    if problems.is_empty() {
        return Ok(());
    }
    let message = format!("the pool does not fit its parent `{}`", parent.name);
    Err(Failure::invalid_document(message, problems))
}

/// Removes a pool that nobody holds anything of.
///
/// # Errors
/// `NotFound` where there is none, `Conflict` with the names of the holders where there are some;
/// otherwise as the table says.
pub async fn remove_pool(
    table: &(impl ReadTable + WriteTable),
    name: &PoolName,
    now: Timestamp,
) -> Result<(), Failure> {
    let mut attempts = Attempts::default();
    loop {
        let pool = find_pool(table, name).await?;
        let Err(stopped) = remove(table, &pool).await else {
            return Ok(());
        };
        let is_in_use = matches!(stopped, Stopped::Refused(IpamError::InUse { .. }));
        // What has rested for long enough holds nobody up.
        if is_in_use && free_due(table, &pool, now).await? > 0 {
            continue;
        }
        match attempts.again(stopped) {
            Ok(()) => {}
            Err(_) if is_in_use => return Err(in_use(table, &pool).await?),
            Err(stopped) => return Err(explain(table, &pool.within(), stopped, None).await),
        }
    }
}

async fn remove(table: &(impl ReadTable + WriteTable), pool: &Pool) -> Result<(), Stopped> {
    let reserved = &pool.spec.reserved;
    let mut inner = View::new(pool.tree());
    let edits: Vec<Edit> = carry_out(table, &mut inner, |view| view.remove_pool(reserved)).await?;
    let (within, cidr) = (pool.within(), pool.spec.cidr);
    let mut outer = View::new(tree_of(table, &within, cidr).await?);
    carry_out(table, &mut outer, |view| view.release(cidr)).await?;
    let block: Option<Block> = table.get(&Block::key_of(&within, cidr)).await?;
    let mut records: Vec<Change> = edits.into_iter().map(Change::from).collect();
    records.push(Change::remove(pool));
    records.extend(block.as_ref().map(Change::remove));
    Ok(commit(table, &[&outer], records).await?)
}

async fn in_use(table: &impl ReadTable, pool: &Pool) -> Result<Failure, PortError> {
    let within = Within::Pool(pool.name.clone());
    let page: Page<Block> = table
        .page(&within.partition(), Block::PREFIX, NAMED, None)
        .await?;
    let named: Vec<String> = page
        .records
        .iter()
        .map(|block| format!("`{}`, {}", block.cidr, standing(block, None)))
        .collect();
    let more = if page.next.is_some() {
        "; and more"
    } else {
        ""
    };
    let message = format!(
        "the pool `{}` is in use: {}{more}",
        pool.name,
        named.join("; ")
    );
    Ok(Failure::new(FailureKind::Conflict, message))
}

/// The prefix length of the largest free block of the pool, if anything is free.
///
/// # Errors
/// As the table says.
pub async fn largest_free(table: &impl ReadTable, pool: &Pool) -> PortResult<Option<u8>> {
    let tree = pool.tree();
    let root: Option<PoolNode> = table.get(&tree.key_of(tree.root())).await?;
    Ok(root.and_then(|root| root.largest_free()))
}

/// How full the pool is. Reads every block of it.
///
/// # Errors
/// As the table says.
pub async fn utilisation(table: &impl ReadTable, pool: &Pool) -> PortResult<Utilisation> {
    let partition = Within::Pool(pool.name.clone()).partition();
    let mut taken = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let page: Page<Block> = table
            .page(&partition, Block::PREFIX, PAGE, cursor.as_deref())
            .await?;
        taken.extend(page.records.iter().map(|block| block.cidr));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    let largest = largest_free(table, pool).await?;
    Ok(Utilisation::of(&pool.spec, taken, largest))
}
