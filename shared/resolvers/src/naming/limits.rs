//! What AWS allows as a name, by type of resource.

use serde::Serialize;
use utoipa::ToSchema;

use super::types::KNOWN;

/// Within what a name must be unique.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Uniqueness {
    /// Among all accounts of AWS.
    Global,
    /// Within the account, in all its regions.
    Account,
    /// Within the region of the account.
    Region,
    /// Within the VPC.
    Vpc,
    /// Within the ECS cluster.
    Cluster,
    /// Within the listener of a load balancer.
    Listener,
    /// Within the Cloud Map namespace.
    Namespace,
    /// Within the schedule group.
    ScheduleGroup,
    /// AWS takes the same name twice.
    Nowhere,
}

/// What a name may begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = NameFirst)]
pub enum First {
    /// A letter.
    Letter,
    /// A letter or a digit.
    Alphanumeric,
    /// Whatever it may hold.
    Any,
}

/// What AWS allows as the name of one type of resource. Lower-case letters, digits and hyphens
/// are allowed for every type. Where AWS allows more than a name could sensibly use, or compares
/// names without regard to case, this allows less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = NameLimits)]
pub struct Limits {
    /// The type of resource.
    pub resource_type: &'static str,
    /// What `{type}` stands for.
    pub abbreviation: &'static str,
    /// The fewest characters.
    pub shortest: usize,
    /// The most characters.
    pub longest: usize,
    /// Whether upper-case letters are kept as they are.
    pub upper: bool,
    /// The characters beyond letters, digits and hyphens.
    pub others: &'static str,
    /// What it may begin with.
    pub first: First,
    /// Whether it must end with a letter or digit.
    pub alphanumeric_end: bool,
    /// Whether two hyphens in a row are refused.
    pub single_hyphens: bool,
    /// What it must not begin with.
    #[schema(value_type = Vec<String>)]
    pub reserved_starts: &'static [&'static str],
    /// What it must not end with.
    #[schema(value_type = Vec<String>)]
    pub reserved_ends: &'static [&'static str],
    /// Within what it must be unique.
    pub unique: Uniqueness,
    /// Where AWS says so.
    pub document: &'static str,
}

impl Limits {
    /// What is allowed for resources of this type.
    #[must_use]
    pub fn of(resource_type: &str) -> Option<&'static Self> {
        KNOWN
            .iter()
            .find(|known| known.resource_type == resource_type)
    }

    /// The types that names are made for.
    #[must_use]
    pub fn known() -> &'static [Self] {
        &KNOWN
    }

    /// Whether a name may hold the character.
    #[must_use]
    pub fn allows(&self, character: char) -> bool {
        match character {
            'a'..='z' | '0'..='9' | '-' => true,
            'A'..='Z' => self.upper,
            other => self.others.contains(other),
        }
    }

    /// The start that AWS keeps for itself and that the name has.
    pub(super) fn reserved_start(&self, name: &str) -> Option<&'static str> {
        let name = name.to_ascii_lowercase();
        let mut starts = self.reserved_starts.iter().copied();
        starts.find(|start| name.starts_with(start))
    }

    /// The end that AWS keeps for itself and that the name has.
    pub(super) fn reserved_end(&self, name: &str) -> Option<&'static str> {
        let mut ends = self.reserved_ends.iter().copied();
        ends.find(|end| name.ends_with(end))
    }
}

#[cfg(test)]
#[path = "limits_tests.rs"]
mod tests;
