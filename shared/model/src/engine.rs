//! The engine contract: what a state machine under `statemachines/engines/` takes and gives.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{AccountRole, Artifact, DeploymentId, InstanceId, StepId, TenantId, UnitName};

/// What an engine is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EngineAction {
    /// Make what is there equal to the artifact.
    Apply,
    /// Remove what is there.
    Destroy,
}

/// The input of an engine. The same input twice has the same effect once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EngineInput {
    /// The tenant.
    pub tenant: TenantId,
    /// The instance.
    pub instance: InstanceId,
    /// The deployment.
    pub deployment: DeploymentId,
    /// The unit.
    pub unit: UnitName,
    /// The step within the deployment.
    pub step: StepId,
    /// Tells this call from others of the same deployment and unit: the idempotency token.
    pub token: String,
    /// What to do.
    pub action: EngineAction,
    /// The rendered template; none for a destroy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact: Option<Artifact>,
    /// The name of the stack.
    pub stack_name: String,
    /// The values of the template's parameters.
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
    /// The tags of the stack and all its resources.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// The service role that provisions, if the landing zone names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role_arn: Option<String>,
    /// How the account is reached, if it is another one than the platform's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountRole>,
    /// Whether what is there is not as the artifact made it, and is to be brought back to it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub repair: bool,
}

/// How an engine ended well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EngineStatus {
    /// Something was provisioned or removed.
    Succeeded,
    /// There was nothing to do.
    Unchanged,
}

/// The output of an engine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EngineOutput {
    /// How it ended.
    pub status: EngineStatus,
    /// The template's outputs.
    #[serde(default)]
    pub outputs: BTreeMap<String, String>,
    /// The resources that are there now.
    #[serde(default)]
    pub resources: Vec<Resource>,
}

/// One real resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource {
    /// Its name in the template.
    pub logical_id: String,
    /// Its type, for example `AWS::ECS::Service`.
    #[serde(rename = "type")]
    pub resource_type: String,
    /// Its name in the cloud.
    pub physical_id: String,
}
