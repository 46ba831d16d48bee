//! Deployments: one run against an instance, and the steps that it consists of.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    Applied, Approval, Artifact, BoundInput, Cancellation, ContextKey, DeploymentId, Digest,
    Environment, Index, InstanceId, Key, LandingZone, LifecycleRef, Partition, Record, Resolver,
    ResolverName, StepId, TenantId, UnitName,
};

/// What a deployment is to do with its instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = DeploymentAction)]
pub enum Action {
    /// Make it as the spec says.
    Apply,
    /// Remove it.
    Destroy,
}

/// How far a deployment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum DeploymentStatus {
    /// Durable; its state machine starts in a moment.
    Accepted,
    /// Its state machine is at work.
    Running,
    /// It is planned, and nothing happens before someone approves the plan.
    Waiting,
    /// It failed and is taking back what it did.
    Compensating,
    /// It ended well.
    Succeeded,
    /// It ended badly; `error` says why.
    Failed,
}

impl DeploymentStatus {
    /// Whether nothing more will happen.
    #[must_use]
    pub const fn has_ended(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed)
    }
}

/// What a successful deployment amounted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// At least one unit was provisioned or removed.
    Changed,
    /// Everything was already as the spec says.
    Unchanged,
}

/// Why a deployment or a step failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeploymentError {
    /// The unit that failed, if it was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<UnitName>,
    /// The error name, for example `Groundplane.ProvisionFailed`.
    pub name: String,
    /// The cause, in words that the user can act on.
    pub cause: String,
}

/// Where what a deployment is to do comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Someone asked for it.
    #[default]
    Wish,
    /// It deploys what this revision of the instance was.
    Revision(u64),
    /// It does what this deployment failed to do.
    Retry(DeploymentId),
}

/// One run against an instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deployment {
    /// The tenant.
    pub tenant: TenantId,
    /// Its id, which also names its execution.
    pub id: DeploymentId,
    /// The instance.
    pub instance: InstanceId,
    /// The incarnation of the instance.
    pub incarnation: String,
    /// What it is to do.
    pub action: Action,
    /// How far it is.
    pub status: DeploymentStatus,
    /// What it amounted to, once it has succeeded.
    pub outcome: Option<Outcome>,
    /// The steps in the order of their waves, once it is planned. Steps of one wave run side by
    /// side.
    pub waves: Vec<Vec<StepId>>,
    /// The digest of the plan: of every template, binding and order in it.
    pub plan_digest: Option<Digest>,
    /// The revision that it recorded.
    pub revision: Option<u64>,
    /// Why it failed.
    pub error: Option<DeploymentError>,
    /// Who asked for it.
    pub requested_by: String,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// When its state machine began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// How often the sweeper has started it anew.
    #[serde(default)]
    pub recoveries: u32,
    /// When the sweeper last started it anew.
    #[serde(default)]
    pub recovered_at: Option<Timestamp>,
    /// Where what it is to do comes from.
    #[serde(default)]
    pub origin: Origin,
    /// The approval that it needs, once it is planned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<Approval>,
    /// Who wants it to go no further.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled: Option<Cancellation>,
    /// The version of this record.
    #[serde(default)]
    pub version: u64,
}

impl Deployment {
    /// Where the deployment lies.
    #[must_use]
    pub fn key_of(tenant: &TenantId, id: &DeploymentId) -> Key {
        Key::meta(Partition::deployment(tenant, id))
    }

    fn shard(&self) -> u8 {
        self.id.as_str().bytes().fold(0_u8, u8::wrapping_add) % Index::ACTIVE_SHARDS
    }
}

impl Record for Deployment {
    const KIND: &'static str = "deployment";

    fn key(&self) -> Key {
        Self::key_of(&self.tenant, &self.id)
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn index(&self) -> Option<Index> {
        (!self.status.has_ended())
            .then(|| Index::active_deployments(self.shard(), self.id.as_str()))
    }
}

/// Which deployment a step of the state machine is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeploymentRef {
    /// The tenant.
    pub tenant: TenantId,
    /// The deployment.
    pub deployment: DeploymentId,
}

/// What a deployment was asked for and the ground that it was accepted on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeploymentSpec {
    /// The tenant.
    pub tenant: TenantId,
    /// The deployment.
    pub deployment: DeploymentId,
    /// The spec with every default filled in; null for a destroy.
    #[serde(with = "crate::json_text")]
    pub spec: Value,
    /// The environment as it was at acceptance.
    pub environment: Environment,
    /// The landing zone as it was at acceptance.
    pub landing_zone: LandingZone,
    /// The resolvers as they were configured at acceptance.
    #[serde(default)]
    pub resolvers: Vec<Resolver>,
    /// The inputs that resolvers give values to.
    #[serde(default)]
    pub bound: Vec<BoundInput>,
    /// The inputs of the spec that resolvers gave values to before, which stay as they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<KeptInput>,
    /// The lifecycle that its instance follows, if it begins to live; the built-in one if none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifecycle: Option<LifecycleRef>,
    /// What a check of drift has it do; none where somebody asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repair: Option<Repair>,
    /// The version of this record.
    #[serde(default)]
    pub version: u64,
}

/// What a check of drift has a deployment do. Its spec is that of the revision that is deployed, with
/// everything that resolvers gave: they are not asked again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repair {
    /// The units that are applied again although nothing is asked of them that was not before, and no
    /// others but what reads from them. None where what is there was accepted: then the spec is
    /// another one.
    #[serde(default)]
    pub units: BTreeSet<UnitName>,
}

/// An input of a spec whose value a resolver gave to an earlier deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptInput {
    /// The resolver.
    pub resolver: ResolverName,
    /// What the owner of the value calls it.
    pub input: String,
}

impl DeploymentSpec {
    /// Where the spec of a deployment lies.
    #[must_use]
    pub fn key_of(tenant: &TenantId, deployment: &DeploymentId) -> Key {
        Key::new(Partition::deployment(tenant, deployment), "SPEC")
    }
}

impl Record for DeploymentSpec {
    const KIND: &'static str = "deployment-spec";

    fn key(&self) -> Key {
        Self::key_of(&self.tenant, &self.deployment)
    }

    fn version(&self) -> u64 {
        self.version
    }
}

/// What a step does with its unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum StepAction {
    /// Make the unit as its template says.
    Apply {
        /// The rendered template.
        artifact: Artifact,
        /// The template's parameters and the context key that each takes its value from.
        parameters: BTreeMap<String, ContextKey>,
        /// The context keys that the unit writes and the template output of each.
        outputs: BTreeMap<ContextKey, String>,
        /// Which of them users see.
        exports: BTreeSet<ContextKey>,
        /// The units whose context it reads.
        after: BTreeSet<UnitName>,
    },
    /// Remove the unit.
    Destroy,
}

/// How far a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StepStatus {
    /// Its wave has not come.
    Pending,
    /// Its engine is at work.
    Running,
    /// Its engine has ended well.
    Succeeded,
    /// There was nothing to do.
    Unchanged,
    /// It failed.
    Failed,
    /// It was taken back because the deployment failed.
    Undone,
    /// It could not be taken back.
    UndoFailed,
}

/// One step of a deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The tenant.
    pub tenant: TenantId,
    /// The deployment.
    pub deployment: DeploymentId,
    /// The step.
    pub id: StepId,
    /// The unit that it is about.
    pub unit: UnitName,
    /// Its wave, counted from 0.
    pub wave: usize,
    /// The stack of the unit.
    pub stack_name: String,
    /// What it does.
    pub action: StepAction,
    /// Whether it applies what was applied before, since the unit is not as that was.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub repair: bool,
    /// How far it is.
    pub status: StepStatus,
    /// What was applied before this step began, to be restored if the deployment fails.
    pub before: Option<Applied>,
    /// What its unit shows to users, once it has been provisioned.
    #[serde(default)]
    pub outputs: BTreeMap<ContextKey, String>,
    /// Why it failed.
    pub error: Option<DeploymentError>,
    /// When its engine began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// The version of this record.
    #[serde(default)]
    pub version: u64,
}

impl Step {
    /// The start of the sort key of every step of a deployment.
    pub const PREFIX: &'static str = "STEP#";

    /// Where the step lies.
    #[must_use]
    pub fn key_of(tenant: &TenantId, deployment: &DeploymentId, id: &StepId) -> Key {
        Key::new(
            Partition::deployment(tenant, deployment),
            format!("{}{id}", Self::PREFIX),
        )
    }
}

impl Record for Step {
    const KIND: &'static str = "step";

    fn key(&self) -> Key {
        Self::key_of(&self.tenant, &self.deployment, &self.id)
    }

    fn version(&self) -> u64 {
        self.version
    }
}

/// A remembered answer, so that the same request twice is one deployment. IETF draft
/// `httpapi-idempotency-key-header`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Idempotency {
    /// The tenant.
    pub tenant: TenantId,
    /// The digest of the key that the client chose.
    pub key_digest: Digest,
    /// The digest of the request.
    pub request_digest: Digest,
    /// The instance of the answer.
    pub instance: InstanceId,
    /// The deployment of the answer.
    pub deployment: DeploymentId,
    /// When the request was accepted.
    pub created_at: Timestamp,
    /// The version of this record.
    #[serde(default)]
    pub version: u64,
}

impl Idempotency {
    /// How long a key is remembered.
    const KEPT: SignedDuration = SignedDuration::from_hours(24);

    /// Where the answer to a key lies.
    #[must_use]
    pub fn key_of(tenant: &TenantId, key_digest: &Digest) -> Key {
        Key::meta(Partition::idempotency(tenant, key_digest.as_str()))
    }

    /// Whether the key may be used for something else at `now`. The table forgets late.
    #[must_use]
    pub fn has_expired(&self, now: Timestamp) -> bool {
        self.expires_at().is_some_and(|end| end <= now)
    }
}

impl Record for Idempotency {
    const KIND: &'static str = "idempotency";

    fn key(&self) -> Key {
        Self::key_of(&self.tenant, &self.key_digest)
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn expires_at(&self) -> Option<Timestamp> {
        self.created_at.checked_add(Self::KEPT).ok()
    }
}
