//! What resolvers are asked and what they hand out.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{DeploymentId, InstanceId, Key, Partition, Record, TenantId, UnitName};

/// The resolvers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ResolverName {
    /// Names of stacks and resources.
    Naming,
}

impl ResolverName {
    /// The name as text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Naming => "naming",
        }
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

/// One answer of a resolver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolution {
    /// Who owns it.
    pub owner: Owner,
    /// The concrete values, for example `name`.
    pub outputs: BTreeMap<String, String>,
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
    /// When it was handed out.
    pub allocated_at: Timestamp,
    /// The version of this record.
    #[serde(default)]
    pub version: u64,
}

impl Allocation {
    /// The start of the sort key of every allocation of an instance.
    pub const PREFIX: &'static str = "ALLOCATION#";

    /// Where the allocation of `owner` lies.
    #[must_use]
    pub fn key_of(resolver: ResolverName, owner: &Owner) -> Key {
        Key::new(
            Partition::instance(&owner.tenant, &owner.instance),
            format!(
                "{}{}#{}#{}",
                Self::PREFIX,
                resolver.as_str(),
                owner.unit,
                owner.input
            ),
        )
    }
}

impl Record for Allocation {
    const KIND: &'static str = "allocation";

    fn key(&self) -> Key {
        Self::key_of(self.resolver, &self.owner)
    }

    fn version(&self) -> u64 {
        self.version
    }
}
