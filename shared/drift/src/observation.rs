//! What a revision knows of its resources, and what sources saw of them.

use groundplane_model::UnitName;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// One resource that a revision knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// The unit that it belongs to.
    pub unit: UnitName,
    /// Its name in the template.
    pub logical_id: String,
    /// Its type, for example `AWS::ECS::Service`.
    pub resource_type: String,
    /// Its name in the cloud, if the revision knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub physical_id: Option<String>,
}

/// What one source saw of one resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observation {
    /// The unit that it belongs to.
    pub unit: UnitName,
    /// Its name in the template.
    pub logical_id: String,
    /// Its type, for example `AWS::ECS::Service`.
    pub resource_type: String,
    /// Its name in the cloud, if the source tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub physical_id: Option<String>,
    /// Who saw it.
    pub source: Source,
    /// What was seen.
    pub seen: Seen,
    /// Within which numbers the resource is scaled by AWS, if it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scaling: Option<Scaling>,
}

/// Who saw a resource. Of two that speak of the same property the later one here counts: it asks
/// the service itself and is the fresher.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "kebab-case")]
#[schema(as = DriftSource)]
pub enum Source {
    /// The drift detection of CloudFormation.
    CloudFormation,
    /// ECS itself.
    Ecs,
}

/// What a source saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "kebab-case")]
pub enum Seen {
    /// The resource is there.
    There {
        /// The properties that were asked for, as far as the source sees them.
        expected: Value,
        /// The same properties as they are.
        actual: Value,
    },
    /// The resource is not there any more.
    Gone,
    /// The source cannot tell: the resource never counts as in sync.
    NotChecked {
        /// Why.
        reason: String,
    },
}

/// The numbers within which a resource is scaled, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scaling {
    /// The smallest.
    pub minimum: u64,
    /// The largest.
    pub maximum: u64,
}

/// A resource that carries the tags of an instance.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Tagged {
    /// Its ARN, or what else tells it from all others.
    pub identifier: String,
    /// Its type, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_type: Option<String>,
    /// The unit that its tags name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<UnitName>,
}
