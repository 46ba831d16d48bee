//! Resolvers as platform engineers configure them: provider-wide in a `kind: Resolver` document,
//! per landing zone and per environment in theirs.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{Index, Key, Partition, Record, ResolverName};

/// Configuration of resolvers, by their names.
pub type ResolverConfigs = BTreeMap<ResolverName, Value>;

/// The `spec` of a `kind: Resolver` document. Its JSON Schema is `schema/resolver.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResolverSpec {
    /// The function that answers, for a resolver that is not the platform's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function_arn: Option<String>,
    /// What applies everywhere, unless a landing zone or an environment says otherwise.
    #[serde(default)]
    pub config: Value,
    /// The inputs of specs that it gives values to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bindings: Vec<Binding>,
}

/// An input that a resolver gives a value to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Binding {
    /// The input: a JSON pointer into the spec (RFC 6901), for example `/spec/compute/image`.
    pub input: String,
    /// What becomes of a value that the user gives.
    #[serde(default)]
    pub user_value: UserValue,
    /// What the resolver is told.
    #[serde(default)]
    pub arguments: BTreeMap<String, String>,
    /// Which of the resolver's outputs becomes the value; the resolver's first one if none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
}

/// What becomes of a user's value on an input that a resolver gives a value to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum UserValue {
    /// It is refused.
    #[default]
    Refuse,
    /// It stays, and the resolver is not asked.
    Keep,
    /// The resolver is told it as the argument `value`, and what it answers takes its place.
    Resolve,
}

/// A resolver at one version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolver {
    /// Its name.
    pub name: ResolverName,
    /// What it is.
    pub spec: ResolverSpec,
    /// When this version was applied.
    pub updated_at: Timestamp,
    /// Who applied this version.
    pub updated_by: String,
    /// Its version, counted from 1.
    #[serde(default)]
    pub version: u64,
}

impl Resolver {
    /// The start of the sort key of every resolver; all lie in one partition and are read together.
    pub const PREFIX: &'static str = "RESOLVER#";

    /// Where the resolver lies.
    #[must_use]
    pub fn key_of(name: &ResolverName) -> Key {
        Key::new(Partition::resolvers(), format!("{}{name}", Self::PREFIX))
    }
}

impl Record for Resolver {
    const KIND: &'static str = "resolver";

    fn key(&self) -> Key {
        Self::key_of(&self.name)
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn index(&self) -> Option<Index> {
        Some(Index::resolvers(self.name.as_str()))
    }
}
