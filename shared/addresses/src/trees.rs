//! Operations on trees of addresses, with the nodes that they need read from the table.

use groundplane_model::{Change, Failure};
use groundplane_ports::{PortError, ReadTable, WriteTable};
use groundplane_resolvers::{Cidr, IpamError, PoolNode, Step, Tree, View, Within};

use crate::attempts::Stopped;
use crate::pools::find_pool;

/// Carries `operation` on until it is done, and reads what it asks for.
///
/// # Errors
/// Where it is refused or the table cannot be read.
pub async fn carry_out<T: Send>(
    table: &impl ReadTable,
    view: &mut View,
    operation: impl Fn(&mut View) -> Result<Step<T>, IpamError> + Send,
) -> Result<T, Stopped> {
    loop {
        let ids = match operation(view)? {
            Step::Done(done) => return Ok(done),
            Step::Read(ids) => ids,
        };
        for id in ids {
            let node: Option<PoolNode> = table.get(&view.tree().key_of(id)).await?;
            view.learn(id, node);
        }
    }
}

/// Commits what `views` have changed together with `records`.
///
/// # Errors
/// As the table says.
pub async fn commit(
    table: &impl WriteTable,
    views: &[&View],
    records: Vec<Change>,
) -> Result<(), PortError> {
    let edits = views.iter().flat_map(|view| view.edits());
    let mut changes: Vec<Change> = edits.map(Change::from).collect();
    changes.extend(records);
    table.commit(changes).await
}

/// The tree that `cidr` is, or would be, a block of.
///
/// # Errors
/// `NotFound` where there is no such pool; otherwise as the table says.
pub async fn tree_of(table: &impl ReadTable, within: &Within, cidr: Cidr) -> Result<Tree, Failure> {
    match within {
        Within::Pool(name) => Ok(find_pool(table, name).await?.tree()),
        Within::Space(name) => Ok(Tree::space(name, cidr.family())),
    }
}
