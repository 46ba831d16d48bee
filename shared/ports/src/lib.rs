//! What Groundplane needs of the world, one trait per permission: a handler's signature is its
//! IAM policy. Adapters for AWS are in `groundplane-aws`; tests bring their own.
//!
//! Guarantees that every adapter keeps: reads of the table are strongly consistent (listings are
//! not), a commit happens whole or not at all, and whatever fails with [`PortError::Unavailable`]
//! may have happened.

mod accounts;
mod audit;
mod databases;
mod drift;
mod functions;
mod registry;
mod runs;
mod secrets;
mod services;
mod stacks;
mod table;
mod tagged;

use std::future::Future;

use groundplane_model::{Artifact, Event, Failure, FailureKind, TaskToken};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

pub use accounts::{Account, Reach, Reached};
pub use audit::KeepAudit;
pub use databases::{Database, FailOverDatabases, ReadDatabases};
pub use drift::{Detection, DetectionProgress, Found, ReadDrift, ResourceDrift, StartChecks};
pub use functions::CallFunctions;
pub use registry::ReadRegistry;
pub use runs::{ReadRuns, RunState, SetTimers, StartRuns};
pub use secrets::{
    DescribeSecrets, NewSecretVersion, Random, ReadSecretValues, SecretDescription, SecretValue,
    WriteSecrets,
};
pub use services::{
    ChangeScaling, ChangeServices, ReadScaling, ReadServices, Rollout, RolloutState, ScalingLimits,
    ServiceHealth, ServicePlace,
};
pub use stacks::{
    ChangeSet, ChangeSetKind, ChangeSetState, ChangeStacks, ExecutionState, NewChangeSet,
    ReadStacks, Stack, StackEvent,
};
pub use table::{Page, ReadTable, WriteTable};
pub use tagged::{ReadTagged, TaggedPage, TaggedResource};

/// Why an I/O call failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PortError {
    /// A condition of a write did not hold: someone else was faster.
    #[error("{0} was changed by someone else")]
    Conflict(String),
    /// The service did not answer or asked to slow down. What was asked may have happened.
    #[error("{0}")]
    Unavailable(String),
    /// The service refused: a missing permission.
    #[error("{0}")]
    Denied(String),
    /// The service refused: the request is wrong.
    #[error("{0}")]
    Refused(String),
    /// Nothing was written: the tenant has as much as it may have.
    #[error("{0}")]
    Exhausted(String),
    /// Nothing was written: a record is larger than the table keeps.
    #[error("{0}")]
    TooLarge(String),
    /// What the service gave cannot be understood.
    #[error("{0}")]
    Internal(String),
}

impl From<PortError> for Failure {
    fn from(error: PortError) -> Self {
        let kind = match &error {
            PortError::Conflict(_) => FailureKind::Conflict,
            PortError::Unavailable(_) => FailureKind::Unavailable,
            PortError::Denied(_) => FailureKind::Denied,
            PortError::Refused(_) => FailureKind::ProvisionFailed,
            PortError::Exhausted(_) => FailureKind::QuotaExceeded,
            PortError::TooLarge(_) => FailureKind::Invalid,
            PortError::Internal(_) => FailureKind::Internal,
        };
        let is_ours = matches!(
            error,
            PortError::Denied(_) | PortError::Refused(_) | PortError::Internal(_)
        );
        Self {
            is_ours,
            ..Self::new(kind, error.to_string())
        }
    }
}

/// The result of an I/O call.
pub type Result<T> = std::result::Result<T, PortError>;

/// The time.
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> Timestamp;
}

/// Permission to let time pass, for what moves by itself.
pub trait Pause: Send + Sync {
    /// Lets `time` pass.
    fn pause(&self, time: SignedDuration) -> impl Future<Output = ()> + Send;
}

/// Fresh identifiers.
pub trait Ids: Send + Sync {
    /// A universally unique identifier, version 7 (RFC 9562): later ones sort after earlier ones.
    fn next(&self) -> Uuid;
}

/// Permission to store artifacts.
pub trait WriteArtifacts: Send + Sync {
    /// Stores `content` under its digest. Storing the same content again changes nothing.
    ///
    /// # Errors
    /// As [`PortError`] says.
    fn store(&self, content: &[u8]) -> impl Future<Output = Result<Artifact>> + Send;
}

/// Permission to read artifacts.
pub trait ReadArtifacts: Send + Sync {
    /// The content that was stored as `artifact`.
    ///
    /// # Errors
    /// As [`PortError`] says; `Internal` where what is there is not what was stored.
    fn read(&self, artifact: &Artifact) -> impl Future<Output = Result<Vec<u8>>> + Send;
}

/// Where somebody may put one document that is too large for a request.
#[derive(Debug, Clone)]
pub struct UploadPlace {
    /// The address, which is a permission: whoever has it may use it. It is never logged.
    pub url: String,
    /// The headers that must be sent along.
    pub headers: Vec<(String, String)>,
}

/// Permission to have documents uploaded, and to read them.
pub trait Uploads: Send + Sync {
    /// Where exactly `bytes` bytes may be put as `key` within `valid`.
    ///
    /// # Errors
    /// As [`PortError`] says.
    fn place(
        &self,
        key: &str,
        bytes: u64,
        valid: SignedDuration,
    ) -> impl Future<Output = Result<UploadPlace>> + Send;

    /// What was put as `key`; none where nothing was.
    ///
    /// # Errors
    /// As [`PortError`] says; `Refused` where it has more than `most` bytes.
    fn uploaded(
        &self,
        key: &str,
        most: u64,
    ) -> impl Future<Output = Result<Option<Vec<u8>>>> + Send;
}

/// Permission to start the deploy state machine.
pub trait StartDeployments: Send + Sync {
    /// Starts an execution named `name` with the JSON text `input`. An execution of that name
    /// that exists already is a success: it was started by an earlier delivery.
    ///
    /// # Errors
    /// As [`PortError`] says.
    fn start(&self, name: &str, input: &str) -> impl Future<Output = Result<()>> + Send;
}

/// Permission to wake executions of the deploy state machine that wait.
pub trait ResumeDeployments: Send + Sync {
    /// Wakes the execution that waits under `token`. One that does not wait any more is a
    /// success: it was woken before, has asked anew, or is gone.
    ///
    /// # Errors
    /// As [`PortError`] says.
    fn resume(&self, token: &TaskToken) -> impl Future<Output = Result<()>> + Send;
}

/// Permission to see whether an execution of the deploy state machine is at work.
pub trait ReadDeploymentRuns: Send + Sync {
    /// Whether the execution named `name` is running.
    ///
    /// # Errors
    /// As [`PortError`] says.
    fn is_running(&self, name: &str) -> impl Future<Output = Result<bool>> + Send;
}

/// Permission to put events on the platform's bus.
pub trait PublishEvents: Send + Sync {
    /// Puts one event with the JSON text `detail`.
    ///
    /// # Errors
    /// As [`PortError`] says.
    fn publish(&self, detail_type: &str, detail: &str) -> impl Future<Output = Result<()>> + Send;

    /// Puts an event with its own source, time and resources. The bus gives it another id; its own
    /// goes with it in the field [`Event::ID`] of its detail.
    ///
    /// # Errors
    /// As [`PortError`] says.
    fn relay(&self, event: &Event) -> impl Future<Output = Result<()>> + Send;

    /// Puts events as [`PublishEvents::relay`] does. Where it fails, some of them may be there.
    ///
    /// # Errors
    /// As [`PortError`] says.
    fn relay_all(&self, events: &[Event]) -> impl Future<Output = Result<()>> + Send {
        async move {
            for event in events {
                self.relay(event).await?;
            }
            Ok(())
        }
    }
}
