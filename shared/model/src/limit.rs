//! Limits: what platform engineers allow for an input of specs, in a landing zone or environment.

use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};

/// What is allowed for one input of specs. Everything that it says must hold. Its JSON Schema is
/// `schema/limits.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Limit {
    /// Its name, unique where it stands; users are told it.
    pub name: String,
    /// Who to ask about it.
    pub owner: String,
    /// The input: a JSON pointer into the spec (RFC 6901); `*` stands for every item.
    pub input: String,
    /// The smallest number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<Number>,
    /// The largest number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum: Option<Number>,
    /// The values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed: Option<Vec<Value>>,
    /// What a text must match: a regular expression of the crate `regex`, anywhere in the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
}
