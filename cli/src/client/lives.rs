//! Lifecycles, and the lives of instances.

use std::collections::BTreeMap;

use groundplane_model::{
    InstanceId, LifecycleName, LifecycleRef, LifecycleVersion, OperationName, RunId, SignalName,
    StateName, WorkflowName,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::transport::{Call, Method};
use super::{Body, CallError, Client};

/// A version of a lifecycle that is published.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PublishedLifecycle {
    /// Its name.
    pub(crate) name: LifecycleName,
    /// Its version.
    pub(crate) version: LifecycleVersion,
    /// When it was published.
    pub(crate) published_at: Timestamp,
    /// Who published it.
    pub(crate) published_by: String,
}

/// A version of a lifecycle in full.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct FullLifecycle {
    /// What a listing shows of it.
    #[serde(flatten)]
    pub(crate) summary: PublishedLifecycle,
    /// What it is.
    pub(crate) spec: Value,
    /// The same as a Mermaid diagram.
    pub(crate) diagram: String,
}

/// Where an instance is in its lifecycle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Life {
    /// The lifecycle that it follows.
    pub(crate) lifecycle: LifecycleRef,
    /// Its state.
    pub(crate) state: StateName,
    /// Since when.
    pub(crate) state_since: Timestamp,
    /// When that becomes too long.
    pub(crate) deadline: Option<Deadline>,
    /// What runs.
    pub(crate) run: Option<LifeRun>,
    /// How many signals wait for it.
    pub(crate) waiting: usize,
}

/// When a stay becomes too long.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Deadline {
    /// When.
    pub(crate) at: Timestamp,
    /// The signal that the instance gets then.
    pub(crate) signal: SignalName,
}

/// What runs for an instance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LifeRun {
    /// Which run.
    pub(crate) id: RunId,
    /// What runs.
    pub(crate) workflow: WorkflowName,
    /// The state that it leads to.
    pub(crate) to: Option<StateName>,
    /// When it has taken too long.
    pub(crate) deadline: Timestamp,
}

/// What one event did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LoggedEvent {
    /// Its id.
    pub(crate) event: String,
    /// Who says it.
    pub(crate) source: String,
    /// What kind it is.
    pub(crate) detail_type: String,
    /// When it was decided.
    pub(crate) received_at: Timestamp,
    /// The route that it matched, counted from 0.
    pub(crate) route: Option<u64>,
    /// The signal that it became.
    pub(crate) signal: Option<SignalName>,
    /// The operation that it asked for.
    pub(crate) operation: Option<OperationName>,
    /// Who sent it.
    pub(crate) by: Option<String>,
    /// What was decided.
    pub(crate) decision: String,
    /// Why.
    pub(crate) why: Option<String>,
    /// The state before.
    pub(crate) from: StateName,
    /// The state after.
    pub(crate) to: Option<StateName>,
    /// The run that it started.
    pub(crate) run: Option<RunId>,
}

/// One step in the history of an instance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct HistoryStep {
    /// Counted from 1.
    pub(crate) number: u64,
    /// The state before.
    pub(crate) from: Option<StateName>,
    /// The state after.
    pub(crate) to: StateName,
    /// How it went.
    pub(crate) outcome: String,
    /// The signal that led to it.
    pub(crate) signal: Option<SignalName>,
    /// The operation that led to it.
    pub(crate) operation: Option<OperationName>,
    /// Why.
    pub(crate) cause: Option<String>,
    /// When.
    pub(crate) at: Timestamp,
}

/// An operation that has begun.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct BegunOperation {
    /// The instance.
    pub(crate) instance: InstanceId,
    /// The operation.
    pub(crate) operation: OperationName,
    /// Its run.
    pub(crate) run: RunId,
}

/// An instance that was moved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct MovedLife {
    /// The instance.
    pub(crate) instance: InstanceId,
    /// The lifecycle that it follows now.
    pub(crate) lifecycle: LifecycleRef,
    /// Its state.
    pub(crate) state: StateName,
}

impl Client {
    /// Every version of every lifecycle.
    pub(crate) fn lifecycles(&self) -> Result<Vec<PublishedLifecycle>, CallError> {
        self.every("/v1/lifecycles", &[], "lifecycles")
    }

    /// One lifecycle: at a version, or its newest one.
    pub(crate) fn lifecycle(
        &self,
        name: &LifecycleName,
        version: Option<&LifecycleVersion>,
    ) -> Result<FullLifecycle, CallError> {
        let version = version.map(|it| format!("/{it}")).unwrap_or_default();
        let path = format!("/v1/lifecycles/{name}{version}");
        self.send(&Call::new(Method::Get, &path))
    }

    /// What each event did to an instance.
    pub(crate) fn events(&self, id: &InstanceId) -> Result<Vec<LoggedEvent>, CallError> {
        self.every(&format!("/v1/instances/{id}/events"), &[], "events")
    }

    /// The states of an instance over time.
    pub(crate) fn history(&self, id: &InstanceId) -> Result<Vec<HistoryStep>, CallError> {
        self.every(&format!("/v1/instances/{id}/history"), &[], "states")
    }

    /// Runs an operation. The same `key` is one run, however often it is sent.
    pub(crate) fn operate(
        &self,
        (id, operation): (&InstanceId, &OperationName),
        body: &Body,
        key: &str,
    ) -> Result<BegunOperation, CallError> {
        let path = format!("/v1/instances/{id}/operations/{operation}");
        let mut call = Call::new(Method::Post(body), &path);
        call.idempotency_key = Some(key);
        self.send(&call)
    }

    /// Gives an instance a signal. The same `key` is one signal, however often it is sent.
    pub(crate) fn signal(
        &self,
        (id, signal): (&InstanceId, &SignalName),
        body: &Body,
        key: &str,
    ) -> Result<LoggedEvent, CallError> {
        let path = format!("/v1/instances/{id}/signals/{signal}");
        let mut call = Call::new(Method::Post(body), &path);
        call.idempotency_key = Some(key);
        self.send(&call)
    }

    /// Moves an instance to another lifecycle. Doing it again changes nothing.
    pub(crate) fn move_life(&self, id: &InstanceId, body: &Body) -> Result<MovedLife, CallError> {
        let path = format!("/v1/instances/{id}/lifecycle");
        self.send(&Call::new(Method::Put(body), &path))
    }
}

/// What becomes of states, by the old ones.
pub(crate) type States = BTreeMap<StateName, StateName>;
