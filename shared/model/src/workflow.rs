//! Workflows that platform engineers register, and what is kept of a run's own work.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    DeploymentId, Index, InstanceId, Key, Partition, Record, RunId, TenantId, WorkflowName,
};

/// The `spec` of a `kind: Workflow` document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkflowSpec {
    /// The Step Functions state machine that does the work.
    pub state_machine_arn: String,
    /// The JSON Schema of what it is told; without one it is told nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<Value>,
    /// How long it may take, for example `1h30m`; as long as the run if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<String>,
}

impl WorkflowSpec {
    /// What the names of registered state machines begin with: the platform may start no other.
    pub const MACHINE_PREFIX: &'static str = "groundplane-workflow-";
    /// The most characters after [`WorkflowSpec::MACHINE_PREFIX`].
    const LONGEST_NAME: usize = 60;

    /// Whether the platform may start the state machine, as its permissions say: one named
    /// `groundplane-workflow-…`, by the ARN of the machine itself.
    #[must_use]
    pub fn has_startable_machine(&self) -> bool {
        let parts: Vec<&str> = self.state_machine_arn.split(':').collect();
        let [arn, partition, service, region, account, resource, name] = parts.as_slice() else {
            return false;
        };
        let rest = name.strip_prefix(Self::MACHINE_PREFIX).unwrap_or_default();
        [*arn, *service, *resource] == ["arn", "states", "stateMachine"]
            && partition.starts_with("aws")
            && partition
                .chars()
                .all(|c| c.is_ascii_lowercase() || c == '-')
            && !region.is_empty()
            && region
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
            && account.len() == 12
            && account.chars().all(|c| c.is_ascii_digit())
            && (1..=Self::LONGEST_NAME).contains(&rest.len())
            && rest
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
    }
}

/// A registered workflow at one version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Workflow {
    /// Its name.
    pub name: WorkflowName,
    /// What it is.
    #[serde(with = "crate::json_text")]
    pub spec: WorkflowSpec,
    /// When this version was applied.
    pub updated_at: Timestamp,
    /// Who applied this version.
    pub updated_by: String,
    /// Its version, counted from 1.
    #[serde(default)]
    pub version: u64,
}

impl Workflow {
    /// Where the workflow lies.
    #[must_use]
    pub fn key_of(name: &WorkflowName) -> Key {
        Key::meta(Partition::workflow(name))
    }
}

impl Record for Workflow {
    const KIND: &'static str = "workflow";

    fn key(&self) -> Key {
        Self::key_of(&self.name)
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn index(&self) -> Option<Index> {
        Some(Index::workflows(self.name.as_str()))
    }
}

/// What a run has begun. It is written before the cloud is asked, so that a run that is begun
/// again finds what it has done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Begun {
    /// The containers of a service are replaced.
    Restart {
        /// The service's ARN.
        service: String,
        /// The rollout that was the newest one before.
        before: String,
        /// The rollout that replaces them, once ECS has begun it.
        after: Option<String>,
    },
    /// A service is scaled.
    Scale {
        /// The service's ARN.
        service: String,
        /// How many containers it was to have, if that was changed.
        desired: Option<u32>,
    },
    /// A deployment was accepted.
    Deployment {
        /// The deployment.
        deployment: DeploymentId,
    },
    /// A database goes over to its standby.
    Failover {
        /// The database's identifier.
        database: String,
        /// The zone that it was in.
        zone: Option<String>,
        /// Whether RDS has taken the request.
        is_taken: bool,
    },
}

/// The work of one run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkflowRun {
    /// The tenant.
    pub tenant: TenantId,
    /// The instance.
    pub instance: InstanceId,
    /// The run.
    pub run: RunId,
    /// What was begun.
    pub begun: Begun,
    /// When.
    pub begun_at: Timestamp,
    /// The version of this record.
    #[serde(default)]
    pub version: u64,
}

impl WorkflowRun {
    /// The start of the sort key of every run of an instance.
    pub const PREFIX: &'static str = "RUN#";
    /// How long it is kept after it was begun.
    const KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);

    /// Where the work of a run lies.
    #[must_use]
    pub fn key_of(tenant: &TenantId, instance: &InstanceId, run: &RunId) -> Key {
        Key::new(
            Partition::instance(tenant, instance),
            format!("{}{run}", Self::PREFIX),
        )
    }
}

impl Record for WorkflowRun {
    const KIND: &'static str = "workflow-run";

    fn key(&self) -> Key {
        Self::key_of(&self.tenant, &self.instance, &self.run)
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn expires_at(&self) -> Option<Timestamp> {
        self.begun_at.checked_add(Self::KEPT).ok()
    }
}
