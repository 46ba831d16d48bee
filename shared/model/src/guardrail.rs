//! Guardrails that platform engineers write, and what all guardrails said about a deployment.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    DeploymentId, EnvironmentName, GuardrailName, Index, Key, Partition, Record, TenantId, UnitName,
};

/// What becomes of a template that breaks a rule.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GuardrailSeverity {
    /// It is not deployed.
    #[default]
    Deny,
    /// It is deployed, and its author is told.
    Warn,
}

/// Leave to break one rule at one place, for a reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GuardrailException {
    /// The rule, as `group/rule`; of any guardrail, Groundplane's own among them.
    pub rule: String,
    /// The unit whose template it is.
    pub unit: String,
    /// The logical id of the resource; a `*` at the end stands for any rest.
    pub resource: String,
    /// The IAM actions that are meant, where the rule is about one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<String>,
    /// The only tenant that has leave; every tenant where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<TenantId>,
    /// The only environment in which there is leave; every one where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<EnvironmentName>,
    /// Why it may stay.
    pub reason: String,
}

impl GuardrailException {
    /// Whether it is about templates of `tenant` in `environment`.
    #[must_use]
    pub fn is_about(&self, tenant: &TenantId, environment: &EnvironmentName) -> bool {
        self.tenant.as_ref().is_none_or(|only| only == tenant)
            && (self.environment.as_ref()).is_none_or(|only| only == environment)
    }
}

/// The `spec` of a `kind: Guardrail` document. Its JSON Schema is `schema/guardrail.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GuardrailSpec {
    /// Who to ask about it.
    pub owner: String,
    /// What becomes of a template that breaks one of its rules.
    #[serde(default)]
    pub severity: GuardrailSeverity,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its rules in Rego; none where it only grants exceptions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// Leave to break rules.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exceptions: Vec<GuardrailException>,
}

/// A guardrail at one version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guardrail {
    /// Its name.
    pub name: GuardrailName,
    /// What it is.
    pub spec: GuardrailSpec,
    /// When this version was applied.
    pub updated_at: Timestamp,
    /// Who applied this version.
    pub updated_by: String,
    /// Its version, counted from 1.
    #[serde(default)]
    pub version: u64,
}

impl Guardrail {
    /// The start of the sort key of every guardrail.
    pub const PREFIX: &'static str = "GUARDRAIL#";

    /// Where the guardrail of that name lies.
    #[must_use]
    pub fn key_of(name: &GuardrailName) -> Key {
        Key::new(Partition::guardrails(), format!("{}{name}", Self::PREFIX))
    }
}

impl Record for Guardrail {
    const KIND: &'static str = "guardrail";

    fn key(&self) -> Key {
        Self::key_of(&self.name)
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn index(&self) -> Option<Index> {
        Some(Index::guardrails(self.name.as_str()))
    }
}

/// How a finding did not keep a deployment from being carried out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "lowercase")]
pub enum Leave {
    /// The rule only warns.
    Warned,
    /// An exception allows it.
    Excepted {
        /// Why.
        reason: String,
    },
}

/// A rule that a deployed template breaks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Finding {
    /// The unit whose template it is.
    pub unit: UnitName,
    /// The logical id of the resource; empty where the template as a whole is at fault.
    pub resource: String,
    /// The rule.
    pub rule: String,
    /// JSON pointer into the template.
    pub pointer: String,
    /// What is wrong.
    pub message: String,
    /// Who to ask about the rule.
    pub owner: String,
    /// Why it was deployed all the same.
    #[serde(flatten)]
    pub leave: Leave,
}

/// What a unit is made of, as far as controls ask.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitMakeup {
    /// The section that it provisions, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub section: Option<String>,
    /// The types of its resources.
    pub resource_types: BTreeSet<String>,
    /// The tags that say which controls are about it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
}

/// What guardrails and limits said about the templates of a deployment when it was planned. There
/// is one only where they let it pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ruling {
    /// The tenant.
    pub tenant: TenantId,
    /// The deployment.
    pub deployment: DeploymentId,
    /// Every rule that the templates were held against.
    pub rules: BTreeSet<String>,
    /// The names of the limits that the spec was held against.
    pub limits: BTreeSet<String>,
    /// What was found and let pass.
    pub findings: Vec<Finding>,
    /// How many more were found than are kept.
    #[serde(default)]
    pub more: usize,
    /// What each unit is made of.
    pub units: BTreeMap<UnitName, UnitMakeup>,
    /// The version of this record.
    #[serde(default)]
    pub version: u64,
}

impl Ruling {
    /// Where the ruling on a deployment lies.
    #[must_use]
    pub fn key_of(tenant: &TenantId, deployment: &DeploymentId) -> Key {
        Key::new(Partition::deployment(tenant, deployment), "RULING")
    }
}

impl Record for Ruling {
    const KIND: &'static str = "ruling";

    fn key(&self) -> Key {
        Self::key_of(&self.tenant, &self.deployment)
    }

    fn version(&self) -> u64 {
        self.version
    }
}
