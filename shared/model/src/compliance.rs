//! Compliance frameworks: which of their controls are about what, and what proves that they are
//! kept.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{FrameworkName, Index, Key, Partition, Record, UnitMakeup};

/// What a control is about; a unit that one of the two lists names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppliesTo {
    /// Sections of specs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sections: Vec<String>,
    /// Types of resources.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resource_types: Vec<String>,
}

impl AppliesTo {
    /// Whether it is about a unit that is made of `makeup`.
    #[must_use]
    pub fn covers(&self, makeup: &UnitMakeup) -> bool {
        let has_type = |kind: &String| makeup.resource_types.contains(kind);
        let section = makeup.section.as_ref();
        section.is_some_and(|section| self.sections.contains(section))
            || self.resource_types.iter().any(has_type)
    }
}

/// What proves that a control is kept: all of it must have been in force.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Evidence {
    /// Rules of guardrails.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<String>,
    /// Limits of landing zones, environments and tenants, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<String>,
}

/// One control of a framework.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Control {
    /// What the framework calls it, for example `CC6.1`.
    pub id: String,
    /// What it is, in a few words.
    pub title: String,
    /// What it demands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What it is about.
    pub applies_to: AppliesTo,
    /// What proves that it is kept.
    #[serde(default)]
    pub evidence: Evidence,
}

/// The `spec` of a `kind: ComplianceFramework` document. Its JSON Schema is
/// `schema/compliance-framework.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FrameworkSpec {
    /// The edition of the framework, for example `2017`.
    pub version: String,
    /// What it is called in full.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Its controls.
    pub controls: Vec<Control>,
}

/// A compliance framework at one version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComplianceFramework {
    /// Its name.
    pub name: FrameworkName,
    /// What it is.
    pub spec: FrameworkSpec,
    /// When this version was applied.
    pub updated_at: Timestamp,
    /// Who applied this version.
    pub updated_by: String,
    /// Its version, counted from 1.
    #[serde(default)]
    pub version: u64,
}

impl ComplianceFramework {
    /// The start of the sort key of every framework.
    pub const PREFIX: &'static str = "FRAMEWORK#";

    /// Where the framework of that name lies.
    #[must_use]
    pub fn key_of(name: &FrameworkName) -> Key {
        Key::new(Partition::frameworks(), format!("{}{name}", Self::PREFIX))
    }

    /// The key of the tag that says that a control is about a resource.
    #[must_use]
    pub fn tag_of(&self, control: &Control) -> String {
        format!("compliance:{}:{}", self.name, control.id)
    }
}

impl Record for ComplianceFramework {
    const KIND: &'static str = "compliance-framework";

    fn key(&self) -> Key {
        Self::key_of(&self.name)
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn index(&self) -> Option<Index> {
        Some(Index::frameworks(self.name.as_str()))
    }
}
