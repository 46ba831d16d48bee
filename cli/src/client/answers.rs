//! What the platform answers, field by field. The same types are what `-o json` shows.

use std::collections::BTreeMap;

use groundplane_deployment::WaitsFor;
use groundplane_model::{
    Action, Cancellation, ContextKey, DeploymentError, DeploymentId, DeploymentStatus,
    EnvironmentName, InstanceId, InstanceStatus, LandingZoneName, Outcome, Problem, ServiceName,
    StepId, StepStatus, UnitName,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::lives::Life;

/// A deployment that was accepted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Accepted {
    /// The instance that it is for.
    pub(crate) instance: InstanceId,
    /// The deployment.
    pub(crate) deployment: DeploymentId,
    /// How far it is.
    pub(crate) status: DeploymentStatus,
    /// What the user should know about the document.
    #[serde(default)]
    pub(crate) warnings: Vec<Problem>,
}

/// A landing zone or an environment that was registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Registered {
    /// The kind of the document.
    pub(crate) kind: String,
    /// Its name.
    pub(crate) name: String,
    /// Its version: counted from 1, or its own where it has one.
    pub(crate) version: Value,
    /// Whether it differs from the version before.
    pub(crate) changed: bool,
    /// What the user should know about the document.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) warnings: Vec<Problem>,
}

/// Some items of a listing and where it goes on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Page<T> {
    /// The items.
    pub(crate) items: Vec<T>,
    /// What to ask for the next page with.
    #[serde(default)]
    pub(super) next: Option<String>,
}

/// A deployed service in one environment, as it is listed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InstanceSummary {
    /// `service.environment`.
    pub(crate) id: InstanceId,
    /// The service.
    pub(crate) name: ServiceName,
    /// The environment.
    pub(crate) environment: EnvironmentName,
    /// The landing zone.
    pub(crate) landing_zone: LandingZoneName,
    /// The labels of its last accepted spec.
    #[serde(default)]
    pub(crate) labels: BTreeMap<String, String>,
    /// What the platform is doing with it.
    pub(crate) status: InstanceStatus,
    /// The revision that is deployed.
    pub(crate) revision: Option<u64>,
    /// The deployment that is under way.
    pub(crate) active_deployment: Option<DeploymentId>,
    /// The deployment that was accepted last.
    pub(crate) last_deployment: DeploymentId,
    /// When the name was first deployed.
    pub(crate) created_at: Timestamp,
    /// When it last changed.
    pub(crate) updated_at: Timestamp,
    /// Which state of it this is; an earlier platform does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) etag: Option<String>,
}

impl InstanceSummary {
    /// The deployment that tells most about the instance now.
    pub(crate) fn latest_deployment(&self) -> &DeploymentId {
        self.active_deployment
            .as_ref()
            .unwrap_or(&self.last_deployment)
    }
}

/// A deployed service in one environment, in full.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Instance {
    /// What a listing shows of it.
    #[serde(flatten)]
    pub(crate) summary: InstanceSummary,
    /// What it shows to its users.
    pub(crate) outputs: BTreeMap<ContextKey, String>,
    /// What is provisioned for it.
    pub(crate) units: Vec<ProvisionedUnit>,
    /// Where it is in its lifecycle, once it was deployed.
    #[serde(default)]
    pub(crate) life: Option<Life>,
}

/// A unit of an instance that is provisioned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProvisionedUnit {
    /// The unit.
    pub(crate) unit: UnitName,
    /// The stack that holds its resources.
    pub(crate) stack_name: String,
    /// The deployment that applied it last.
    pub(crate) deployment: Option<DeploymentId>,
    /// The deployment that is changing it, or has left it half done.
    pub(crate) pending: Option<DeploymentId>,
}

/// One run against an instance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Deployment {
    /// Its id.
    pub(crate) id: DeploymentId,
    /// The instance that it is for.
    pub(crate) instance: InstanceId,
    /// What it is to do.
    pub(crate) action: Action,
    /// How far it is.
    pub(crate) status: DeploymentStatus,
    /// What it amounted to, once it has succeeded.
    pub(crate) outcome: Option<Outcome>,
    /// The revision that it recorded.
    pub(crate) revision: Option<u64>,
    /// The digest of its plan, once it is planned.
    pub(crate) plan_digest: Option<String>,
    /// Why it failed.
    pub(crate) error: Option<DeploymentError>,
    /// Who asked for it.
    pub(crate) requested_by: String,
    /// When it was accepted.
    pub(crate) created_at: Timestamp,
    /// When it began.
    pub(crate) started_at: Option<Timestamp>,
    /// When it ended.
    pub(crate) ended_at: Option<Timestamp>,
    /// The revision that it deploys again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) rollback_to: Option<u64>,
    /// The deployment that it tries again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) retry_of: Option<DeploymentId>,
    /// The approval that it waits or has waited for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) approval: Option<Value>,
    /// Who wants it to go no further.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cancelled: Option<Cancellation>,
    /// What it waits for, until it has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) waiting_for: Option<WaitsFor>,
    /// Its steps, wave by wave, once it is planned.
    #[serde(default)]
    pub(crate) waves: Vec<PlannedWave>,
}

impl Deployment {
    /// Every step, in the order of the waves.
    pub(crate) fn steps(&self) -> impl Iterator<Item = &PlannedStep> {
        self.waves.iter().flat_map(|wave| &wave.units)
    }
}

/// Steps that run side by side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct PlannedWave {
    /// The steps.
    pub(crate) units: Vec<PlannedStep>,
}

/// One step of a deployment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PlannedStep {
    /// The step.
    pub(crate) step: StepId,
    /// The unit that it is about.
    pub(crate) unit: UnitName,
    /// What it does with the unit.
    pub(crate) action: Action,
    /// How far it is.
    pub(crate) status: StepStatus,
    /// The stack of the unit.
    pub(crate) stack_name: String,
    /// Why it failed.
    pub(crate) error: Option<DeploymentError>,
    /// When it began.
    pub(crate) started_at: Option<Timestamp>,
    /// When it ended.
    pub(crate) ended_at: Option<Timestamp>,
}

/// Whom the platform takes the caller for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Whoami {
    /// Who, as the issuer names them.
    pub(crate) subject: String,
    /// The tenant that they belong to.
    pub(crate) tenant: Option<String>,
    /// Their groups.
    #[serde(default)]
    pub(crate) groups: Vec<String>,
    /// What they are.
    #[serde(default)]
    pub(crate) roles: Vec<String>,
    /// What they may do.
    #[serde(default)]
    pub(crate) actions: Vec<String>,
}

/// What the platform says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Health {
    /// Its version.
    pub(super) version: String,
}

/// A refusal as RFC 9457 has it; what is missing is made up for by the status.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub(super) struct ProblemDetails {
    /// The refusal's short name.
    pub(super) title: Option<String>,
    /// The refusal in a sentence.
    pub(super) detail: Option<String>,
    /// The problems of the document.
    #[serde(default)]
    pub(super) problems: Vec<Problem>,
    /// Where to look next, a path of the API.
    pub(super) link: Option<String>,
}
