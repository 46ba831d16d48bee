//! Publishes the messages of the outbox, which the table's stream delivers at least once: a
//! deployment's execution is named by the deployment, so it starts once, and an event carries the
//! message's id. A message that cannot be read is logged and dropped; one that cannot be
//! published is reported back, and the stream delivers it again.

use groundplane_model::{Failure, FailureKind, Outbox, OutboxMessage};
use groundplane_ports::{PublishEvents, StartDeployments};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A batch of the stream, as far as it matters here.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Batch {
    /// The records.
    #[serde(rename = "Records", default)]
    pub records: Vec<StreamRecord>,
}

/// A record of the stream.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct StreamRecord {
    /// What changed.
    pub dynamodb: StreamChange,
}

/// What changed in the table.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct StreamChange {
    /// The place in the stream.
    #[serde(rename = "SequenceNumber")]
    pub sequence_number: String,
    /// The item as it is now, in DynamoDB's JSON; none for a removal.
    #[serde(rename = "NewImage")]
    pub new_image: Option<serde_dynamo::Item>,
}

/// Which records the stream has to deliver again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The failures, by sequence number.
    #[serde(rename = "batchItemFailures")]
    pub failures: Vec<ItemFailure>,
}

/// A record to deliver again, with all that follow it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ItemFailure {
    /// The place in the stream.
    #[serde(rename = "itemIdentifier")]
    pub sequence_number: String,
}

/// Publishes a batch. Where one message fails, the ones after it are left to the next delivery,
/// which keeps their order.
///
/// # Errors
/// Never; failures are part of the answer.
pub async fn handle(
    machine: &impl StartDeployments,
    bus: &impl PublishEvents,
    batch: Batch,
) -> Result<Answer, Failure> {
    for record in batch.records {
        let sequence_number = record.dynamodb.sequence_number;
        let Some(message) = record
            .dynamodb
            .new_image
            .and_then(|item| read(item, &sequence_number))
        else {
            continue;
        };
        if let Err(failure) = publish(machine, bus, &message).await {
            tracing::warn!(message = message.id, cause = %failure, "not published");
            return Ok(Answer {
                failures: vec![ItemFailure { sequence_number }],
            });
        }
    }
    Ok(Answer::default())
}

fn read(item: serde_dynamo::Item, sequence_number: &str) -> Option<Outbox> {
    match serde_dynamo::from_item(item) {
        Ok(message) => Some(message),
        Err(error) => {
            tracing::error!(sequence_number, %error, "a message of the outbox is unreadable");
            None
        }
    }
}

async fn publish(
    machine: &impl StartDeployments,
    bus: &impl PublishEvents,
    outbox: &Outbox,
) -> Result<(), Failure> {
    match &outbox.message {
        OutboxMessage::StartDeployment {
            tenant,
            instance,
            deployment,
        } => {
            let input = json!({
                "tenant": tenant, "instance": instance, "deployment": deployment, "mode": "run"
            });
            machine.start(deployment.as_str(), &text(&input)?).await?;
        }
        OutboxMessage::PublishEvent {
            detail_type,
            detail,
        } => {
            let mut detail = detail.clone();
            if let Value::Object(fields) = &mut detail {
                // Consumers recognise a repeated delivery by it.
                fields.insert("id".to_owned(), Value::from(outbox.id.clone()));
            }
            bus.publish(detail_type, &text(&detail)?).await?;
        }
    }
    Ok(())
}

fn text(value: &Value) -> Result<String, Failure> {
    serde_json::to_string(value)
        .map_err(|error| Failure::new(FailureKind::Internal, error.to_string()))
}
