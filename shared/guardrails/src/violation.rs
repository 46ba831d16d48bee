//! What the rules find in a template.

use serde::{Deserialize, Serialize};

/// A place in a template that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Violation {
    /// The logical id of the resource; empty where the template as a whole is at fault.
    pub resource: String,
    /// JSON pointer into the template to the property at fault, also where that is missing.
    pub pointer: String,
    /// The rule, as `group/rule`.
    pub rule: String,
    /// The IAM action that it is about, where the rule is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// What is wrong, and what would be right; rules call it `msg`, as Conftest does.
    #[serde(alias = "msg")]
    pub message: String,
}

/// A violation that an exception allows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Excepted {
    /// What the rule found.
    pub violation: Violation,
    /// Why it may stay.
    pub reason: String,
}

/// All that the rules found in one template, each list in the order of resources and places.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// What must be mended before the template may be applied.
    pub violations: Vec<Violation>,
    /// What an exception allows.
    pub excepted: Vec<Excepted>,
}
