//! Secrets that are taken back: what was generated for the owner is deleted, what was there before
//! stays.

use groundplane_model::{Allocation, Change, Failure, Owner};
use groundplane_ports::{ChangeStacks, Clock, Pause, ReadStacks, WriteArtifacts};
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
    C: ReadStacks + ChangeStacks,
    A: WriteArtifacts,
    S: Clock + Pause,
{
    let mut taken = Vec::new();
    for owner in owners {
        let own = held(table, owner).await?;
        taken.extend(own.filter(|own| own.owner == *owner));
    }
    remove_stacks(engine, &taken).await?;
    for own in &taken {
        commit(table, Change::remove(own), &own.owner).await?;
    }
    Ok(())
}

/// Deletes what an earlier incarnation of the owner left, if that is what is held. Its allocation
/// is overwritten by what follows.
pub(crate) async fn previous_life<C, A, S>(
    engine: &Engine<C, A, S>,
    (owner, held): (&Owner, Option<&Allocation>),
) -> Result<(), Failure>
where
    C: ReadStacks + ChangeStacks,
    A: WriteArtifacts,
    S: Clock + Pause,
{
    match held.filter(|held| held.owner != *owner) {
        Some(stale) => remove_stacks(engine, std::slice::from_ref(stale)).await,
        None => Ok(()),
    }
}

async fn remove_stacks<C, A, S>(
    engine: &Engine<C, A, S>,
    allocations: &[Allocation],
) -> Result<(), Failure>
where
    C: ReadStacks + ChangeStacks,
    A: WriteArtifacts,
    S: Clock + Pause,
{
    let made: Vec<(&Allocation, SecretStack)> = allocations
        .iter()
        .filter(|held| held.outputs.contains_key(output::STACK))
        .map(|held| (held, SecretStack::of(&engine.installation, &held.owner)))
        .collect();
    let orders: Vec<Order<'_>> = made
        .iter()
        .map(|(held, stack)| Order {
            owner: &held.owner,
            deployment: &held.deployment,
            stack,
            template: None,
        })
        .collect();
    engine.carry_out(&orders).await?;
    Ok(())
}
