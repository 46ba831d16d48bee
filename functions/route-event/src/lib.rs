//! Routes events to the instances that they are about. A message that is no event is logged and
//! done with, since it would be none the next time either; one that could not be dealt with is
//! reported back, and the queue delivers it again.

mod owners;

use groundplane_events::envelope;
use groundplane_lifecycle::Occurrence;
use groundplane_lives::{Lives, Told, Whose};
use groundplane_model::{Digest, Event, Failure};
use groundplane_ports::{Clock, ReadTable, WriteTable};
use serde::{Deserialize, Serialize};

use crate::owners::Owner;

/// A batch of the queue, as far as it matters here.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Batch {
    /// The messages.
    #[serde(rename = "Records", default)]
    pub records: Vec<Message>,
}

/// A message of the queue.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Message {
    /// Its identity in the queue.
    #[serde(rename = "messageId")]
    pub id: String,
    /// The event, in EventBridge's envelope.
    pub body: String,
}

/// Which messages the queue has to deliver again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The failures.
    #[serde(rename = "batchItemFailures")]
    pub failures: Vec<ItemFailure>,
}

/// A message to deliver again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ItemFailure {
    /// Its identity in the queue.
    #[serde(rename = "itemIdentifier")]
    pub id: String,
}

/// Routes a batch. What goes wrong with one message does not touch the others.
///
/// # Errors
/// Never; failures are part of the answer.
pub async fn handle<T: ReadTable + WriteTable, C: Clock>(
    lives: &Lives<'_, T, C>,
    batch: Batch,
) -> Result<Answer, Failure> {
    let mut answer = Answer::default();
    for message in batch.records {
        let routed = match envelope::parse(&message.body) {
            Ok(event) => route(lives, &known(event)).await,
            Err(refused) => {
                let digest = Digest::of(message.body.as_bytes());
                let (bytes, why) = (message.body.len(), refused.to_string());
                tracing::error!(message = message.id, %digest, bytes, why, "not an event");
                Ok(())
            }
        };
        if let Err(failure) = routed {
            tracing::warn!(message = message.id, cause = %failure, "not routed");
            answer.failures.push(ItemFailure { id: message.id });
        }
    }
    Ok(answer)
}

/// The event under its own id: a bus gives what the platform puts on it another one each time.
fn known(event: Event) -> Event {
    let id = event.own_id().to_owned();
    Event { id, ..event }
}

async fn route<T: ReadTable + WriteTable, C: Clock>(
    lives: &Lives<'_, T, C>,
    event: &Event,
) -> Result<(), Failure> {
    let owners = owners::of(lives.table, event).await?;
    if owners.is_empty() {
        let (id, source, kind) = (&event.id, &event.source, &event.detail_type);
        tracing::info!(event = id, source, kind, "of no instance");
        return Ok(());
    }
    let occurrence = Occurrence::event(event);
    let mut failed = None;
    for owner in &owners {
        // Each instance is told, whatever becomes of the others; who was told before is not told
        // again when the message is delivered again.
        if let Err(failure) = tell(lives, owner, &occurrence).await {
            failed = Some(failure);
        }
    }
    failed.map_or(Ok(()), Err)
}

async fn tell<T: ReadTable + WriteTable, C: Clock>(
    lives: &Lives<'_, T, C>,
    owner: &Owner,
    occurrence: &Occurrence<'_>,
) -> Result<(), Failure> {
    let Owner { whose, incarnation } = owner;
    if let Some(incarnation) = incarnation
        && !is_of(lives, whose, incarnation).await?
    {
        tracing::info!(instance = %whose.instance, "of an earlier life");
        return Ok(());
    }
    let told = lives.tell(whose, occurrence).await?;
    let (tenant, instance) = (&whose.tenant, &whose.instance);
    match told {
        Told::Decided(entry) => {
            let (event, verdict) = (&entry.event, entry.verdict);
            tracing::info!(%tenant, %instance, event, ?verdict, "decided");
        }
        Told::Before(entry) => {
            let event = &entry.event;
            tracing::info!(%tenant, %instance, event, "decided before");
        }
        Told::Unknown => tracing::info!(%tenant, %instance, "not deployed yet"),
    }
    Ok(())
}

/// Whether the present life of an instance is the one that a resource belongs to.
async fn is_of<T: ReadTable + WriteTable, C: Clock>(
    lives: &Lives<'_, T, C>,
    whose: &Whose,
    incarnation: &str,
) -> Result<bool, Failure> {
    let life = lives.load(whose).await?;
    Ok(life.is_none_or(|(life, _)| life.incarnation == incarnation))
}
