//! Publishes the messages of the outbox, which the table's stream delivers at least once: an
//! execution is named by its deployment, run or check, so it starts once, a timer by what it ends, and an
//! event carries the message's id. A message that cannot be read is logged and dropped; one that cannot be
//! published is reported back, and the stream delivers it again.

use groundplane_model::{
    DeploymentId, Digest, Event, Failure, FailureKind, InstanceId, LifeTimer, Outbox,
    OutboxMessage, TenantId,
};
use groundplane_ports::{
    PublishEvents, ResumeDeployments, SetTimers, StartChecks, StartDeployments, StartRuns,
};
use jiff::Timestamp;
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

/// Where messages go.
#[derive(Debug)]
pub struct Outlets<'a, D, C, R, T, B> {
    /// The deploy state machine.
    pub deployments: &'a D,
    /// The drift state machine.
    pub checks: &'a C,
    /// The transition state machine.
    pub runs: &'a R,
    /// The timers.
    pub timers: &'a T,
    /// The bus.
    pub bus: &'a B,
}

/// Publishes a batch. Where one message fails, the ones after it are left to the next delivery.
/// Messages of different batches have no order; none of them needs one.
///
/// # Errors
/// Never; failures are part of the answer.
pub async fn handle(
    outlets: &Outlets<
        '_,
        impl StartDeployments + ResumeDeployments,
        impl StartChecks,
        impl StartRuns,
        impl SetTimers,
        impl PublishEvents,
    >,
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
        if let Err(failure) = publish(outlets, &message).await {
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

/// Why a run is stopped.
const TOO_LONG: &str = "the run has taken too long";

async fn publish(
    outlets: &Outlets<
        '_,
        impl StartDeployments + ResumeDeployments,
        impl StartChecks,
        impl StartRuns,
        impl SetTimers,
        impl PublishEvents,
    >,
    outbox: &Outbox,
) -> Result<(), Failure> {
    match &outbox.message {
        OutboxMessage::StartDeployment {
            tenant,
            instance,
            deployment,
        } => {
            let whose = (tenant, instance, deployment);
            start(outlets.deployments, whose, (deployment.as_str(), "run")).await?;
        }
        OutboxMessage::RestartDeployment {
            tenant,
            instance,
            deployment,
            execution,
            mode,
        } => {
            let whose = (tenant, instance, deployment);
            start(outlets.deployments, whose, (execution, mode)).await?;
        }
        OutboxMessage::ResumeDeployment { token } => outlets.deployments.resume(token).await?,
        OutboxMessage::StartRun {
            tenant,
            instance,
            run,
        } => {
            let input = text(&json!({ "tenant": tenant, "instance": instance, "run": run }))?;
            outlets.runs.start_run(run.as_str(), &input).await?;
        }
        OutboxMessage::CheckDrift {
            tenant,
            instance,
            since,
        } => {
            check(outlets.checks, (tenant, instance), *since).await?;
        }
        OutboxMessage::StopRun { run } => {
            outlets.runs.stop_run(run.as_str(), TOO_LONG).await?;
        }
        OutboxMessage::SetTimer {
            tenant,
            instance,
            timer,
            at,
        } => {
            set(outlets.timers, (tenant, instance), (timer, *at)).await?;
        }
        OutboxMessage::PublishExternal { event } => {
            outlets.bus.relay(&relayed(event)).await?;
        }
        OutboxMessage::PublishEvent {
            detail_type,
            detail,
        } => {
            let text = text(&addressed(detail, &outbox.id))?;
            outlets.bus.publish(detail_type, &text).await?;
        }
    }
    Ok(())
}

/// An event that says itself who tells it, with its address in its detail.
fn relayed(event: &Event) -> Event {
    let detail = addressed(&event.detail, &event.id);
    Event {
        detail,
        ..event.clone()
    }
}

/// Starts an execution of the deploy state machine, by this name and in this mode.
async fn start(
    deployments: &impl StartDeployments,
    (tenant, instance, deployment): (&TenantId, &InstanceId, &DeploymentId),
    (name, mode): (&str, &str),
) -> Result<(), Failure> {
    let input = json!({
        "tenant": tenant, "instance": instance, "deployment": deployment, "mode": mode
    });
    Ok(deployments.start(name, &text(&input)?).await?)
}

/// Sets a timer. Its name tells it from every other by what it ends, and of whom; it has at most 64
/// characters, as names of schedules have.
async fn set(
    timers: &impl SetTimers,
    (tenant, instance): (&TenantId, &InstanceId),
    (timer, at): (&LifeTimer, Timestamp),
) -> Result<(), Failure> {
    let owner = Digest::of(format!("{tenant}#{instance}").as_bytes());
    let name = match timer {
        LifeTimer::Stay(stay) => format!("stay-{}-{stay}", owner.short(32)),
        LifeTimer::Run(run) => run.to_string(),
    };
    let input = json!({ "tenant": tenant, "instance": instance });
    Ok(timers.set_timer(&name, at, &text(&input)?).await?)
}

/// Starts a check. Its name tells it from every other by whose it is and when it was asked for. No
/// environment has an underscore in its name, so no check of a whole environment has such a name.
async fn check(
    checks: &impl StartChecks,
    (tenant, instance): (&TenantId, &InstanceId),
    since: Timestamp,
) -> Result<(), Failure> {
    let owner = Digest::of(format!("{tenant}#{instance}").as_bytes());
    let name = format!("check_{}_{}", owner.short(32), since.as_microsecond());
    let input = json!({ "tenant": tenant, "instance": instance, "since": since });
    Ok(checks.start_check(&name, &text(&input)?).await?)
}

/// The detail of an event with the message's id, by which consumers recognise a repeated delivery,
/// and with the instance that it is about in the fields by which events are routed.
fn addressed(detail: &Value, id: &str) -> Value {
    let mut detail = detail.clone();
    if let Value::Object(fields) = &mut detail {
        fields.insert("id".to_owned(), Value::from(id));
        fields.insert(Event::ID.to_owned(), Value::from(id));
        for (name, field) in [("tenant", Event::TENANT), ("instance", Event::INSTANCE)] {
            if let Some(value) = fields.get(name).cloned() {
                fields.insert(field.to_owned(), value);
            }
        }
    }
    detail
}

fn text(value: &Value) -> Result<String, Failure> {
    serde_json::to_string(value)
        .map_err(|error| Failure::new(FailureKind::Internal, error.to_string()))
}
