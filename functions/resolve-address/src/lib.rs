//! The address resolver as a Lambda: hands out blocks of pools, takes them back, and frees what has
//! rested. A block, the nodes of the pool that say that it is taken, and the owner's allocation are
//! written together, so that no two owners ever hold overlapping addresses and nothing is lost,
//! whatever fails in between.

mod allocate;
mod ground;
mod release;

use groundplane_addresses::sweep;
use groundplane_model::{DeploymentSpec, Failure, ResolverAnswer, ResolverCall};
use groundplane_ports::{Clock, ReadTable, WriteTable};
use groundplane_quotas::Counted;

use ground::Ground;

/// Hands out addresses, takes them back, or frees what is due. Doing it again changes nothing.
///
/// # Errors
/// `Invalid` where a request cannot be met, `NotFound` where there is no such pool, and as the
/// table says.
pub async fn handle(
    table: &(impl ReadTable + WriteTable),
    clock: &impl Clock,
    call: ResolverCall,
) -> Result<ResolverAnswer, Failure> {
    let table = &Counted::new(table, clock.now());
    let count = match call {
        ResolverCall::Resolve {
            tenant,
            deployment,
            requests,
            ..
        } => {
            let key = DeploymentSpec::key_of(&tenant, &deployment);
            let submitted: DeploymentSpec = table.require(&key).await?;
            let mut ground = Ground::read(&submitted)?;
            for request in &requests {
                allocate::allocate(table, &mut ground, request, clock.now()).await?;
            }
            requests.len()
        }
        ResolverCall::Release { owners, .. } => {
            for owner in &owners {
                release::release(table, owner, clock.now()).await?;
            }
            owners.len()
        }
        ResolverCall::Sweep {} => sweep(table, clock.now()).await?,
    };
    Ok(ResolverAnswer { count })
}
