//! The naming resolver: names of stacks and resources from a pattern, legal for their type and
//! unique within their scope.

use std::fmt::Write as _;

use groundplane_model::{Digest, Key, Owner, Partition, Record, ResolutionRequest};
use serde::{Deserialize, Serialize};

/// What is wrong with a pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// A brace without its partner.
    #[error("the pattern `{0}` has a brace without its partner")]
    Unbalanced(String),
    /// A placeholder that does not exist.
    #[error(
        "the pattern has no placeholder `{{{0}}}`; there are {{tenant}}, {{env}}, {{service}}, {{unit}}, {{input}} and {{hash:N}} with N from 6 to 32"
    )]
    UnknownPlaceholder(String),
    /// A character that some resource type refuses.
    #[error("the pattern's text `{0}` may hold lower-case letters, digits and hyphens only")]
    IllegalText(String),
    /// The name could start with a digit or hyphen.
    #[error(
        "the pattern must start with a letter or with {{service}}, {{env}}, {{unit}} or {{input}}"
    )]
    IllegalStart,
    /// Two owners could get the same name.
    #[error("the pattern must hold {{hash:N}}, or two owners could get the same name")]
    NotUnique,
}

/// Why a name could not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NamingError {
    /// The request does not say what the name is for.
    #[error("the request for a name has no input `resourceType`")]
    NoResourceType,
    /// The type is not one that names are made for.
    #[error("names for `{0}` are not known")]
    UnknownResourceType(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Tenant,
    Environment,
    Service,
    Unit,
    Input,
    Hash(usize),
}

/// A pattern for names, for example `gp-{tenant}-{env}-{service}-{unit}-{hash:8}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(Vec<Part>);

impl Pattern {
    /// The pattern that applies where none is configured.
    pub const DEFAULT: &'static str = "gp-{tenant}-{env}-{service}-{unit}-{hash:8}";

    /// Parses a pattern. A pattern that could yield an illegal or a shared name is refused here,
    /// not when it is used.
    ///
    /// # Errors
    /// As [`PatternError`] says.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let mut parts = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (literal, tail) = rest.split_once('{').unwrap_or((rest, ""));
            if !literal.is_empty() {
                parts.push(Self::literal(literal)?);
            }
            if literal.len() == rest.len() {
                break;
            }
            let (placeholder, tail) = tail
                .split_once('}')
                .ok_or_else(|| PatternError::Unbalanced(text.to_owned()))?;
            parts.push(Self::placeholder(placeholder)?);
            rest = tail;
        }
        let pattern = Self(parts);
        pattern.check()?;
        Ok(pattern)
    }

    fn literal(text: &str) -> Result<Part, PatternError> {
        let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if text.contains('}') {
            Err(PatternError::Unbalanced(text.to_owned()))
        } else if text.chars().all(legal) {
            Ok(Part::Text(text.to_owned()))
        } else {
            Err(PatternError::IllegalText(text.to_owned()))
        }
    }

    fn placeholder(name: &str) -> Result<Part, PatternError> {
        let hash = name
            .strip_prefix("hash:")
            .and_then(|digits| digits.parse().ok());
        match (name, hash) {
            ("tenant", _) => Ok(Part::Tenant),
            ("env", _) => Ok(Part::Environment),
            ("service", _) => Ok(Part::Service),
            ("unit", _) => Ok(Part::Unit),
            ("input", _) => Ok(Part::Input),
            (_, Some(digits @ 6..=32)) => Ok(Part::Hash(digits)),
            _ => Err(PatternError::UnknownPlaceholder(name.to_owned())),
        }
    }

    fn check(&self) -> Result<(), PatternError> {
        let starts_well = match self.0.first() {
            Some(Part::Text(text)) => text.starts_with(|c: char| c.is_ascii_lowercase()),
            // Tenants and hashes may start with a digit.
            Some(Part::Tenant | Part::Hash(_)) | None => false,
            Some(Part::Environment | Part::Service | Part::Unit | Part::Input) => true,
        };
        if !starts_well {
            return Err(PatternError::IllegalStart);
        }
        if !self.0.iter().any(|part| matches!(part, Part::Hash(_))) {
            return Err(PatternError::NotUnique);
        }
        Ok(())
    }

    /// The name of `owner`, at most `limit` characters: the readable parts give way, the hash
    /// does not.
    fn render(&self, owner: &Owner, hash: &Digest, limit: usize) -> String {
        let readable: usize = self
            .0
            .iter()
            .map(|part| {
                if matches!(part, Part::Hash(_) | Part::Text(_)) {
                    0
                } else {
                    1
                }
            })
            .sum();
        let fixed: usize = self.0.iter().map(|part| self.fixed_length(part)).sum();
        let mut share = limit;
        loop {
            let mut name = String::new();
            for part in &self.0 {
                // INVARIANT: writing to a String does not fail.
                let _ = match part {
                    Part::Text(text) => name.write_str(text),
                    Part::Hash(digits) => name.write_str(hash.short(*digits)),
                    Part::Tenant => name.write_str(cut(owner.tenant.as_str(), share)),
                    Part::Environment => name.write_str(cut(owner.instance.environment(), share)),
                    Part::Service => name.write_str(cut(owner.instance.service(), share)),
                    Part::Unit => name.write_str(cut(owner.unit.as_str(), share)),
                    Part::Input => name.write_str(cut(&owner.input, share)),
                };
            }
            if name.len() <= limit || share <= 1 {
                return name;
            }
            // At most two rounds: with the even share the name fits.
            share = limit
                .saturating_sub(fixed)
                .checked_div(readable)
                .unwrap_or(1)
                .max(1);
        }
    }

    fn fixed_length(&self, part: &Part) -> usize {
        match part {
            Part::Text(text) => text.len(),
            Part::Hash(digits) => *digits,
            Part::Tenant | Part::Environment | Part::Service | Part::Unit | Part::Input => 0,
        }
    }
}

fn cut(text: &str, length: usize) -> &str {
    text.get(..length).unwrap_or(text).trim_end_matches('-')
}

/// The name of a listener's rule is its priority.
const LISTENER_RULE: &str = "AWS::ElasticLoadBalancingV2::ListenerRule";

/// Priorities go from 1 to 50,000 ("`CreateRule`", Elastic Load Balancing API reference).
fn priority(hash: &Digest) -> u64 {
    1 + u64::from_str_radix(hash.short(12), 16).unwrap_or_default() % 50_000
}

/// Where a name must be unique, and how long it may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    resource_type: &'static str,
    limit: usize,
}

impl Scope {
    /// The types that names are made for, with the longest name that AWS allows for each: the
    /// resource type reference of CloudFormation, property by property.
    const KNOWN: [(&'static str, usize); 9] = [
        ("AWS::CloudFormation::Stack", 128),
        ("AWS::ECS::Service", 255),
        ("AWS::ECS::TaskDefinition", 255),
        ("AWS::ElastiCache::ReplicationGroup", 40),
        (LISTENER_RULE, 5),
        ("AWS::Lambda::Function", 64),
        ("AWS::Logs::LogGroup", 512),
        ("AWS::RDS::DBInstance", 63),
        ("AWS::Scheduler::ScheduleGroup", 64),
    ];

    /// The scope of names for resources of this type.
    #[must_use]
    pub fn of(resource_type: &str) -> Option<Self> {
        Self::KNOWN
            .iter()
            .find(|(known, _)| *known == resource_type)
            .map(|&(resource_type, limit)| Self {
                resource_type,
                limit,
            })
    }
}

/// The naming resolver as it is configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Naming {
    /// The pattern of all names.
    pub pattern: Pattern,
    /// Tells this installation's names from those of another in the same account.
    pub installation: String,
}

impl Naming {
    /// The name that answers `request`. A name that turned out to be taken is followed by another
    /// one with the next `attempt`.
    ///
    /// # Errors
    /// As [`NamingError`] says.
    pub fn candidate(
        &self,
        request: &ResolutionRequest,
        attempt: u32,
    ) -> Result<NameClaim, NamingError> {
        let wanted = request
            .inputs
            .get("resourceType")
            .ok_or(NamingError::NoResourceType)?;
        let scope =
            Scope::of(wanted).ok_or_else(|| NamingError::UnknownResourceType(wanted.clone()))?;
        let owner = &request.owner;
        let identity = format!(
            "{}\n{}\n{}\n{}\n{}\n{}\n{}\n{attempt}",
            self.installation,
            owner.tenant,
            owner.instance,
            owner.incarnation,
            owner.unit,
            owner.input,
            scope.resource_type,
        );
        let hash = Digest::of(identity.as_bytes());
        let name = if scope.resource_type == LISTENER_RULE {
            priority(&hash).to_string()
        } else {
            self.pattern.render(owner, &hash, scope.limit)
        };
        Ok(NameClaim {
            scope: scope.resource_type.to_owned(),
            name,
            owner: owner.clone(),
            version: 0,
        })
    }
}

/// A name that is taken, kept until its owner releases it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameClaim {
    /// The type of resource within which the name is unique.
    pub scope: String,
    /// The name.
    pub name: String,
    /// Who owns it.
    pub owner: Owner,
    /// The version of this record.
    #[serde(default)]
    pub version: u64,
}

impl NameClaim {
    /// Where the claim of a name lies.
    #[must_use]
    pub fn key_of(scope: &str, name: &str) -> Key {
        Key::meta(Partition::name_claim(scope, name))
    }
}

impl Record for NameClaim {
    const KIND: &'static str = "name-claim";

    fn key(&self) -> Key {
        Self::key_of(&self.scope, &self.name)
    }

    fn version(&self) -> u64 {
        self.version
    }
}

#[cfg(test)]
#[path = "naming_tests.rs"]
mod tests;
