//! Instances, the units that they are made of, and their revisions.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    Artifact, Context, ContextKey, DeploymentId, EnvironmentName, Index, InstanceId, Key,
    LandingZoneName, Partition, Record, ResolvedValue, Resource, TenantId, UnitName,
};

/// What the platform is doing with an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum InstanceStatus {
    /// A deployment is under way.
    Deploying,
    /// The last deployment succeeded.
    Active,
    /// The last deployment failed; what was there before still is.
    Failed,
    /// A destroy is under way.
    Destroying,
    /// Everything was removed.
    Destroyed,
}

/// A deployed service in one environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instance {
    /// The team that owns it.
    pub tenant: TenantId,
    /// `service.environment`.
    pub id: InstanceId,
    /// Tells this life of the name from earlier ones that were destroyed.
    pub incarnation: String,
    /// The environment.
    pub environment: EnvironmentName,
    /// The landing zone that it was first deployed to.
    pub landing_zone: LandingZoneName,
    /// The labels of its last accepted spec.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// What the platform is doing with it.
    pub status: InstanceStatus,
    /// The revision that is deployed, if any deployment has succeeded.
    pub revision: Option<u64>,
    /// The number of the newest revision; it goes on counting through a destroy.
    #[serde(default)]
    pub last_revision: u64,
    /// The deployment that is under way.
    pub active_deployment: Option<DeploymentId>,
    /// The deployment that was accepted last.
    pub last_deployment: DeploymentId,
    /// When the name was first deployed.
    pub created_at: Timestamp,
    /// When this record last changed.
    pub updated_at: Timestamp,
    /// The version of this record.
    #[serde(default)]
    pub version: u64,
}

impl Instance {
    /// Where the instance lies.
    #[must_use]
    pub fn key_of(tenant: &TenantId, id: &InstanceId) -> Key {
        Key::meta(Partition::instance(tenant, id))
    }
}

impl Record for Instance {
    const KIND: &'static str = "instance";

    fn key(&self) -> Key {
        Self::key_of(&self.tenant, &self.id)
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn index(&self) -> Option<Index> {
        // A destroyed instance keeps its record, for its history, and leaves the listing.
        (self.status != InstanceStatus::Destroyed)
            .then(|| Index::instances(&self.tenant, self.id.as_str()))
    }
}

/// One unit of an instance: what is provisioned for it, and what is being provisioned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitState {
    /// The tenant.
    pub tenant: TenantId,
    /// The instance.
    pub instance: InstanceId,
    /// The unit.
    pub unit: UnitName,
    /// The stack that holds its resources.
    pub stack_name: String,
    /// What was applied last, if anything was.
    pub applied: Option<Applied>,
    /// The deployment that has begun to change it. It is written before the engine starts, so
    /// that a crash never leaves a stack that nobody knows of.
    pub pending: Option<DeploymentId>,
    /// The version of this record.
    #[serde(default)]
    pub version: u64,
}

/// What was applied for a unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Applied {
    /// The deployment that did it.
    pub deployment: DeploymentId,
    /// The rendered template.
    pub artifact: Artifact,
    /// The values of the template's parameters.
    pub parameters: BTreeMap<String, String>,
    /// What the unit wrote into the context.
    pub context: Context,
    /// The real resources.
    pub resources: Vec<Resource>,
    /// The units whose context it reads: they go after it when an instance is destroyed.
    pub after: BTreeSet<UnitName>,
}

impl UnitState {
    /// The start of the sort key of every unit of an instance.
    pub const PREFIX: &'static str = "UNIT#";

    /// Where the unit lies.
    #[must_use]
    pub fn key_of(tenant: &TenantId, instance: &InstanceId, unit: &UnitName) -> Key {
        Key::new(
            Partition::instance(tenant, instance),
            format!("{}{unit}", Self::PREFIX),
        )
    }
}

impl Record for UnitState {
    const KIND: &'static str = "unit";

    fn key(&self) -> Key {
        Self::key_of(&self.tenant, &self.instance, &self.unit)
    }

    fn version(&self) -> u64 {
        self.version
    }
}

/// What one successful deployment applied; never changed afterwards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    /// The tenant.
    pub tenant: TenantId,
    /// The instance.
    pub instance: InstanceId,
    /// Counted from 1.
    pub number: u64,
    /// The deployment that applied it.
    pub deployment: DeploymentId,
    /// The spec with every default filled in.
    #[serde(with = "crate::json_text")]
    pub spec: Value,
    /// The versions of environment and landing zone that it was planned on.
    pub ground: BTreeMap<String, u64>,
    /// What resolvers gave, and where it came from.
    #[serde(default)]
    pub resolved: Vec<ResolvedValue>,
    /// The template of each unit.
    pub artifacts: BTreeMap<UnitName, Artifact>,
    /// The exported context.
    pub outputs: BTreeMap<ContextKey, String>,
    /// When it was recorded.
    pub created_at: Timestamp,
    /// The version of this record.
    #[serde(default)]
    pub version: u64,
}

impl Revision {
    /// The start of the sort key of every revision of an instance.
    pub const PREFIX: &'static str = "REVISION#";

    /// Where the revision lies.
    #[must_use]
    pub fn key_of(tenant: &TenantId, instance: &InstanceId, number: u64) -> Key {
        Key::new(
            Partition::instance(tenant, instance),
            format!("{}{number:08}", Self::PREFIX),
        )
    }
}

impl Record for Revision {
    const KIND: &'static str = "revision";

    fn key(&self) -> Key {
        Self::key_of(&self.tenant, &self.instance, self.number)
    }

    fn version(&self) -> u64 {
        self.version
    }
}
