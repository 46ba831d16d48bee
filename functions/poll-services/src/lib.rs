//! Looks at what cannot say itself how it is, services of ECS and databases of RDS, and puts an
//! event on the bus for each change. What a resource was like and the event are written together,
//! so a change is told once, whatever is repeated or cut short.

mod databases;
mod places;
mod poll;
mod services;
mod watch;

use groundplane_model::{Change, Failure, Life, Outbox, OutboxMessage, Poller, ResourceOwner};
use groundplane_ports::{
    Clock, PortError, Reach, ReadDatabases, ReadServices, ReadTable, Result as PortResult,
    WriteTable,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use poll::{Finding, Poll};

use crate::databases::DatabasePoller;
use crate::services::ServicePoller;
use crate::watch::watch;

/// What one round of polling did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// How many resources were looked at.
    pub watched: usize,
    /// How many changes were told.
    pub changes: usize,
}

/// Looks at everything once. A source that does not answer keeps none of the others from being
/// looked at.
///
/// # Errors
/// The first failure of a source, once all were asked; or as the table says.
pub async fn handle(
    table: &(impl ReadTable + WriteTable),
    services: &impl Reach<Port: ReadServices>,
    databases: &impl Reach<Port: ReadDatabases>,
    clock: &impl Clock,
) -> Result<Answer, Failure> {
    let all = watch(table).await?;
    for orphan in &all.orphans {
        committed(table, vec![Change::remove(orphan)]).await?;
    }
    let poller: Option<Poller> = table.get(&Poller::key_of()).await?;
    let since = poller.as_ref().map(|poller| poller.polled_at);
    let now = clock.now();
    let mut round = Round::default();
    let sorted = places::sorted(table, &all.watched).await?;
    sorted
        .unknown
        .into_iter()
        .for_each(|failure| round.fail("an account", failure));
    for (account, watched) in sorted.known {
        let of_type = |wanted: &'static str| {
            let watched = watched.iter().copied();
            watched.filter(move |one| one.owner.resource_type == wanted)
        };
        let services = match services.reach(account.as_ref()).await {
            Ok(services) => services,
            Err(error) => {
                round.fail("an account", error.into());
                continue;
            }
        };
        for cluster in &ServicePoller::for_all(&*services, of_type(ResourceOwner::SERVICE), now) {
            round.take(table, cluster, (since, now)).await?;
        }
        let watched: Vec<_> = of_type(ResourceOwner::DATABASE).collect();
        if !watched.is_empty() {
            let port = &*databases.reach(account.as_ref()).await?;
            let databases = DatabasePoller { port, watched, now };
            round.take(table, &databases, (since, now)).await?;
        }
    }
    if let Some(failure) = round.failure {
        return Err(failure);
    }
    if !all.watched.is_empty() {
        let polled = Poller {
            polled_at: now,
            version: poller.map_or(0, |poller| poller.version),
        };
        committed(table, vec![Change::save(&polled)]).await?;
    }
    Ok(Answer {
        watched: all.watched.len(),
        changes: round.changes,
    })
}

/// What has come of the sources so far.
#[derive(Debug, Default)]
struct Round {
    changes: usize,
    failure: Option<Failure>,
}

impl Round {
    /// Keeps in mind that `source` could not be asked.
    fn fail(&mut self, source: &str, failure: Failure) {
        tracing::warn!(source, cause = %failure, "not polled");
        self.failure.get_or_insert(failure);
    }

    /// Asks one source, and saves what it finds.
    async fn take(
        &mut self,
        table: &(impl ReadTable + WriteTable),
        source: &impl Poll,
        (since, now): (Option<Timestamp>, Timestamp),
    ) -> Result<(), Failure> {
        let findings = match source.poll(since).await {
            Ok(findings) => findings,
            Err(failure) => {
                self.fail(&source.source(), failure);
                return Ok(());
            }
        };
        for Finding {
            owner,
            event,
            remember,
        } in findings
        {
            if !lives(table, &owner).await? {
                continue;
            }
            let id = format!("poll.{}", event.id);
            let message = Outbox::new(id, OutboxMessage::PublishExternal { event }, now);
            let changes = vec![Change::save(&remember), Change::save(&message)];
            self.changes += usize::from(committed(table, changes).await?);
        }
        Ok(())
    }
}

/// Whether the life that a resource belongs to has begun and not ended. What is found before is
/// found again by the next round, so that the instance hears of it once it can.
async fn lives(table: &impl ReadTable, owner: &ResourceOwner) -> PortResult<bool> {
    let key = Life::key_of(&owner.tenant, &owner.instance);
    let life: Option<Life> = table.get(&key).await?;
    Ok(life.is_some_and(|life| !life.ended && life.incarnation == owner.incarnation))
}

/// Commits, unless another round was faster.
async fn committed(table: &impl WriteTable, changes: Vec<Change>) -> PortResult<bool> {
    match table.commit(changes).await {
        Ok(()) => Ok(true),
        Err(PortError::Conflict(_)) => Ok(false),
        Err(error) => Err(error),
    }
}
