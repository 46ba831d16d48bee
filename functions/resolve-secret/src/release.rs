//! Secrets that are taken back: what was generated for the owner is deleted, what was there before
//! stays.

use std::collections::BTreeMap;

use groundplane_accounts::of_deployment;
use groundplane_model::{Allocation, Change, Failure, Owner};
use groundplane_ports::{Account, ChangeStacks, Clock, Pause, Reach, ReadStacks, WriteArtifacts};
use groundplane_resolvers::SecretStack;

use crate::engine::{Engine, Order};
use crate::{Table, commit, held, output};

/// Deletes the stacks of all owners, side by side, then forgets them.
pub(crate) async fn release<C, A, S>(
    table: &impl Table,
    engine: &Engine<C, A, S>,
    owners: &[Owner],
) -> Result<(), Failure>
where
    C: Reach<Port: ReadStacks + ChangeStacks>,
    A: WriteArtifacts,
    S: Clock + Pause,
{
    let mut taken = Vec::new();
    for owner in owners {
        let own = held(table, owner).await?;
        taken.extend(own.filter(|own| own.owner == *owner));
    }
    remove_stacks(table, engine, &taken).await?;
    for own in &taken {
        commit(table, Change::remove(own), &own.owner).await?;
    }
    Ok(())
}

/// Deletes what an earlier incarnation of the owner left, if that is what is held. Its allocation
/// is overwritten by what follows.
pub(crate) async fn previous_life<C, A, S>(
    table: &impl Table,
    engine: &Engine<C, A, S>,
    (owner, held): (&Owner, Option<&Allocation>),
) -> Result<(), Failure>
where
    C: Reach<Port: ReadStacks + ChangeStacks>,
    A: WriteArtifacts,
    S: Clock + Pause,
{
    match held.filter(|held| held.owner != *owner) {
        Some(stale) => remove_stacks(table, engine, std::slice::from_ref(stale)).await,
        None => Ok(()),
    }
}

/// Each is deleted in the account that it was made in.
async fn remove_stacks<C, A, S>(
    table: &impl Table,
    engine: &Engine<C, A, S>,
    allocations: &[Allocation],
) -> Result<(), Failure>
where
    C: Reach<Port: ReadStacks + ChangeStacks>,
    A: WriteArtifacts,
    S: Clock + Pause,
{
    let mut made: BTreeMap<Option<Account>, Vec<(&Allocation, SecretStack)>> = BTreeMap::new();
    for held in allocations {
        if held.outputs.contains_key(output::STACK) {
            let account = of_deployment(table, &held.owner.tenant, &held.deployment).await?;
            let stack = SecretStack::of(&engine.installation, &held.owner);
            made.entry(account).or_default().push((held, stack));
        }
    }
    for (account, made) in &made {
        let orders: Vec<Order<'_>> = made
            .iter()
            .map(|(held, stack)| Order {
                owner: &held.owner,
                deployment: &held.deployment,
                stack,
                template: None,
            })
            .collect();
        engine.carry_out(account.as_ref(), &orders).await?;
    }
    Ok(())
}
