//! What resolvers are asked and what they hand out.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{DeploymentId, InstanceId, Key, Partition, Record, ResolverName, TenantId, UnitName};

/// A layer of configuration; later ones have the last word.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    ToSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Layer {
    /// What applies where nothing is configured.
    #[default]
    Default,
    /// What the provider configures for all.
    Provider,
    /// What a landing zone configures.
    LandingZone,
    /// What an environment configures.
    Environment,
}

impl Layer {
    /// The layer as text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Provider => "provider",
            Self::LandingZone => "landing-zone",
            Self::Environment => "environment",
        }
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Who owns what a resolver handed out: one input of one unit of one incarnation of an instance.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Owner {
    /// The tenant.
    pub tenant: TenantId,
    /// The instance.
    pub instance: InstanceId,
    /// The incarnation of the instance: a name that is used again after a destroy is another.
    pub incarnation: String,
    /// The unit that needs the value.
    pub unit: UnitName,
    /// The input of the unit, for example `stack`.
    pub input: String,
}

/// One question to a resolver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResolutionRequest {
    /// The resolver that answers.
    pub resolver: ResolverName,
    /// Who will own the answer.
    pub owner: Owner,
    /// The deployment that asks.
    pub deployment: DeploymentId,
    /// The abstract inputs, for example the type of resource that a name is for.
    pub inputs: BTreeMap<String, String>,
}

/// What the function of a resolver is asked: one contract for all of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum ResolverCall {
    /// Hand out values. Asking again for the same owner and inputs gives the same allocation.
    Resolve {
        /// The tenant.
        tenant: TenantId,
        /// The deployment that asks; what it was accepted on has the configuration.
        deployment: DeploymentId,
        /// The resolver.
        resolver: ResolverName,
        /// The requests.
        requests: Vec<ResolutionRequest>,
    },
    /// Take back what each owner holds. Doing it again changes nothing.
    Release {
        /// The resolver.
        resolver: ResolverName,
        /// The owners.
        owners: Vec<Owner>,
    },
    /// Free what has rested or was reserved for long enough.
    Sweep {},
}

/// How many values were handed out or taken back. The values themselves are in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResolverAnswer {
    /// The count.
    pub count: usize,
}

/// An input of a submitted spec that a resolver gives its value, as a binding demands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoundInput {
    /// The input: a JSON pointer into the document.
    pub pointer: String,
    /// The resolver.
    pub resolver: ResolverName,
    /// What the resolver is told.
    pub inputs: BTreeMap<String, String>,
    /// Which of its outputs becomes the value; its first one if none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
}

/// A value that a resolver gave to a revision, and where it came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResolvedValue {
    /// The unit that needed it.
    pub unit: UnitName,
    /// What the unit calls it; a JSON pointer for an input of the spec.
    pub input: String,
    /// The resolver.
    pub resolver: ResolverName,
    /// What the resolver was told.
    pub inputs: BTreeMap<String, String>,
    /// What it answered.
    pub outputs: BTreeMap<String, String>,
    /// The layer of configuration that had the last word.
    pub layer: Layer,
    /// When it was handed out.
    pub at: Timestamp,
}

impl From<&Allocation> for ResolvedValue {
    fn from(allocation: &Allocation) -> Self {
        Self {
            unit: allocation.owner.unit.clone(),
            input: allocation.owner.input.clone(),
            resolver: allocation.resolver.clone(),
            inputs: allocation.inputs.clone(),
            outputs: allocation.outputs.clone(),
            layer: allocation.layer,
            at: allocation.allocated_at,
        }
    }
}

/// What a resolver handed out, kept with the instance until it is released. Asking again for the
/// same owner gives the same allocation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allocation {
    /// Who owns it.
    pub owner: Owner,
    /// The resolver that handed it out.
    pub resolver: ResolverName,
    /// The deployment that asked for it first.
    pub deployment: DeploymentId,
    /// The inputs that it was made from.
    pub inputs: BTreeMap<String, String>,
    /// The concrete values.
    pub outputs: BTreeMap<String, String>,
    /// The first of them: what a unit or an input takes that names no other.
    #[serde(default)]
    pub value: String,
    /// The layer of configuration that had the last word.
    #[serde(default)]
    pub layer: Layer,
    /// When it was handed out.
    pub allocated_at: Timestamp,
    /// The version of this record.
    #[serde(default)]
    pub version: u64,
}

impl Allocation {
    /// The start of the sort key of every allocation of an instance.
    pub const PREFIX: &'static str = "ALLOCATION#";

    /// What owns an allocation for an input of the spec itself, in place of a unit.
    pub const SPEC: &'static str = "spec";

    /// What answers `request` at `now`: the outputs, and the one of them that is taken where no
    /// other is named.
    #[must_use]
    pub fn answer(
        request: &ResolutionRequest,
        (value, outputs): (&str, BTreeMap<String, String>),
        layer: Layer,
        now: Timestamp,
    ) -> Self {
        Self {
            owner: request.owner.clone(),
            resolver: request.resolver.clone(),
            deployment: request.deployment.clone(),
            inputs: request.inputs.clone(),
            outputs,
            value: value.to_owned(),
            layer,
            allocated_at: now,
            version: 0,
        }
    }

    /// The same over the version that is stored.
    #[must_use]
    pub fn over(self, stored: Option<&Self>) -> Self {
        Self {
            version: stored.map_or(0, |stored| stored.version),
            ..self
        }
    }

    /// The output of that name, or nothing.
    #[must_use]
    pub fn output(&self, name: &str) -> &str {
        self.outputs.get(name).map_or("", String::as_str)
    }

    /// Whether it is for an input of the spec and not for a unit.
    #[must_use]
    pub fn is_of_the_spec(&self) -> bool {
        self.owner.unit.as_str() == Self::SPEC
    }

    /// Where the allocation of `owner` lies.
    #[must_use]
    pub fn key_of(resolver: &ResolverName, owner: &Owner) -> Key {
        Key::new(
            Partition::instance(&owner.tenant, &owner.instance),
            format!(
                "{}{}#{}#{}",
                Self::PREFIX,
                resolver,
                owner.unit,
                owner.input
            ),
        )
    }
}

impl Record for Allocation {
    const KIND: &'static str = "allocation";

    fn key(&self) -> Key {
        Self::key_of(&self.resolver, &self.owner)
    }

    fn version(&self) -> u64 {
        self.version
    }
}
