//! What platform engineers allow a tenant: which sections and engines, within which limits, and
//! how much.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Index, Key, Limit, Partition, Record, TenantId};

/// Which names are allowed: those of `allow` where there is one, and none of `deny`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Choice {
    /// The only ones that are allowed; all where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allow: Option<Vec<String>>,
    /// Those that are not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deny: Vec<String>,
    /// Who to ask about it; the tenant's owner if nobody is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
}

impl Choice {
    /// Whether `name` is allowed.
    #[must_use]
    pub fn allows(&self, name: &str) -> bool {
        let is_listed = |list: &Vec<String>| list.iter().any(|one| one == name);
        self.allow.as_ref().is_none_or(is_listed) && !is_listed(&self.deny)
    }
}

/// A label that every service must have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RequiredLabel {
    /// The label.
    pub name: String,
    /// What its value must match: a regular expression, anywhere in the value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// Who to ask about it; the tenant's owner if nobody is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
}

/// What holds besides in environments that serve production.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProductionRules {
    /// What is allowed in specs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<Limit>,
    /// Whether plans wait for an approval, also where the environment demands none.
    #[serde(default)]
    pub approval: bool,
}

/// How much a tenant may have and do; what is left out is not bounded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Quotas {
    /// The most instances at a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instances: Option<u64>,
    /// The most deployments that are accepted within an hour of the clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployments_per_hour: Option<u64>,
    /// The most allocations of resolvers at a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allocations: Option<u64>,
    /// The most calls of the API within a minute of the clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests_per_minute: Option<u64>,
}

/// The `spec` of a `kind: Tenant` document. Its JSON Schema is `schema/tenant.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TenantSpec {
    /// Who to ask where a rule names nobody else.
    pub owner: String,
    /// The sections that services may have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sections: Option<Choice>,
    /// The engines that sections may name, by section.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub engines: BTreeMap<String, Choice>,
    /// What is allowed in specs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<Limit>,
    /// The labels that services must have.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub required_labels: Vec<RequiredLabel>,
    /// What holds besides in environments that serve production.
    #[serde(default)]
    pub production: ProductionRules,
    /// How much the tenant may have and do.
    #[serde(default)]
    pub quotas: Quotas,
}

/// What is allowed a tenant, at one version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tenant {
    /// The tenant.
    pub name: TenantId,
    /// What is allowed.
    pub spec: TenantSpec,
    /// When this version was applied.
    pub updated_at: Timestamp,
    /// Who applied this version.
    pub updated_by: String,
    /// Its version, counted from 1.
    #[serde(default)]
    pub version: u64,
}

impl Tenant {
    /// Where what is allowed `tenant` lies.
    #[must_use]
    pub fn key_of(tenant: &TenantId) -> Key {
        Key::meta(Partition::tenant(tenant))
    }
}

impl Record for Tenant {
    const KIND: &'static str = "tenant";

    fn key(&self) -> Key {
        Self::key_of(&self.name)
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn index(&self) -> Option<Index> {
        Some(Index::tenants(self.name.as_str()))
    }
}
