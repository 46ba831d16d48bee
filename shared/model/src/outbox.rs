//! Messages that are written in the same transaction as the state they tell of. The table's
//! stream hands them to `dispatch-outbox`.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{DeploymentId, Event, InstanceId, Key, Partition, Record, RunId, TaskToken, TenantId};

/// What is to be published.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum OutboxMessage {
    /// Start the deploy state machine.
    StartDeployment {
        /// The tenant.
        tenant: TenantId,
        /// The instance.
        instance: InstanceId,
        /// The deployment, which also names the execution.
        deployment: DeploymentId,
    },
    /// Start the deploy state machine once more.
    RestartDeployment {
        /// The tenant.
        tenant: TenantId,
        /// The instance.
        instance: InstanceId,
        /// The deployment.
        deployment: DeploymentId,
        /// The name of the execution.
        execution: String,
        /// `run` for one that never began, `recover` for one to be taken back.
        mode: String,
    },
    /// Wake the execution of a deployment that waits, which then looks why.
    ResumeDeployment {
        /// What it waits for.
        token: TaskToken,
    },
    /// Start the transition state machine.
    StartRun {
        /// The tenant.
        tenant: TenantId,
        /// The instance.
        instance: InstanceId,
        /// The run, which also names the execution.
        run: RunId,
    },
    /// Stop the execution of a run that has taken too long, if it is still there.
    StopRun {
        /// The run.
        run: RunId,
    },
    /// Come back to an instance at a time.
    SetTimer {
        /// The tenant.
        tenant: TenantId,
        /// The instance.
        instance: InstanceId,
        /// What is then due.
        timer: LifeTimer,
        /// When.
        at: Timestamp,
    },
    /// Start the drift state machine for one instance.
    CheckDrift {
        /// The tenant.
        tenant: TenantId,
        /// The instance.
        instance: InstanceId,
        /// When the check was asked for: one that began since then is the one that is meant.
        since: Timestamp,
    },
    /// Put an event on the bus.
    PublishEvent {
        /// For example `Deployment Succeeded`.
        detail_type: String,
        /// The event's detail.
        detail: Value,
    },
    /// Put an event on the bus that says itself who tells it, of what, and when.
    PublishExternal {
        /// The event; its id is the same for each delivery.
        #[serde(with = "crate::json_text")]
        event: Event,
    },
}

/// What is due in the life of an instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LifeTimer {
    /// The end of that stay in a state.
    Stay(u64),
    /// The end of a run that takes too long.
    Run(RunId),
}

/// A message and its identity, by which a repeated delivery is recognised.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outbox {
    /// Unique; derived from what the message tells of.
    pub id: String,
    /// What is to be published.
    pub message: OutboxMessage,
    /// When it was written.
    pub created_at: Timestamp,
    /// The version of this record.
    #[serde(default)]
    pub version: u64,
}

impl Outbox {
    /// How long a message is kept after it was written. DynamoDB streams keep a record for 24
    /// hours, so a message that is not out by then needs the dead-letter queue anyway.
    const KEPT: SignedDuration = SignedDuration::from_hours(72);

    /// A message that is written now.
    #[must_use]
    pub fn new(id: impl Into<String>, message: OutboxMessage, now: Timestamp) -> Self {
        Self {
            id: id.into(),
            message,
            created_at: now,
            version: 0,
        }
    }
}

impl Record for Outbox {
    const KIND: &'static str = "outbox";

    fn key(&self) -> Key {
        Key::meta(Partition::outbox(&self.id))
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn expires_at(&self) -> Option<Timestamp> {
        self.created_at.checked_add(Self::KEPT).ok()
    }
}
