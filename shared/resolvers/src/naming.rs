//! The naming resolver: names of stacks and resources from a pattern, legal for their type and
//! unique within their scope. What cannot be legal is refused when it is configured.

mod check;
mod config;
mod counter;
mod limits;
mod pattern;
mod render;
mod types;

use groundplane_model::{Digest, Key, Owner, Partition, Record, ResolutionRequest};
use serde::{Deserialize, Serialize};

pub use config::{NamingConfig, Preview, SequencePer, preview};
pub use counter::{Counter, CounterError, Gap, Sequence};
pub use limits::{First, Limits, Uniqueness};
pub use pattern::{Pattern, PatternError};
use render::Marks;
pub use render::NameRequest;
use types::LISTENER_RULE;

/// Why a name could not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NamingError {
    /// The request does not say what the name is for.
    #[error("the request for a name has no input `resourceType`")]
    NoResourceType,
    /// The type is not one that names are made for.
    #[error("names for `{0}` are not known")]
    UnknownResourceType(String),
    /// The pattern holds a place that the request does not name.
    #[error("the pattern holds `{{{0}}}`, and the request for a name does not say it")]
    NoPlace(&'static str),
    /// The pattern needs a number.
    #[error("the pattern holds `{{seq}}`, and no number was taken for the name")]
    NoNumber,
}

/// How names of a type are made. [`NamingConfig::naming`] gives the one that is configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Naming {
    /// The pattern.
    pub pattern: Pattern,
    /// Tells this installation's names from those of another in the same account.
    pub installation: String,
}

impl Naming {
    /// The name that answers `request` where the pattern needs no number. A name that turned out
    /// to be taken is followed by another one with the next `attempt`.
    ///
    /// # Errors
    /// As [`NamingError`] says.
    pub fn candidate(
        &self,
        request: &ResolutionRequest,
        attempt: u32,
    ) -> Result<NameClaim, NamingError> {
        self.claim(&NameRequest::of(request)?, attempt, None)
    }

    /// The name that is wanted, with the number that was taken for it. A name that turned out to
    /// be taken is followed by another one with the next `attempt` or another number.
    ///
    /// # Errors
    /// As [`NamingError`] says.
    pub fn claim(
        &self,
        wanted: &NameRequest<'_>,
        attempt: u32,
        number: Option<u32>,
    ) -> Result<NameClaim, NamingError> {
        let limits = self.limits(wanted)?;
        let hash = self.hash(wanted, attempt);
        let name = if limits.resource_type == LISTENER_RULE {
            priority(&hash).to_string()
        } else {
            let number = match number {
                Some(number) => number.to_string(),
                None if self.pattern.is_numbered() => return Err(NamingError::NoNumber),
                None => String::new(),
            };
            let marks = Marks {
                hash: hash.as_str(),
                number: &number,
            };
            self.pattern.render(wanted, limits, marks)?
        };
        Ok(NameClaim {
            scope: limits.resource_type.to_owned(),
            name,
            owner: wanted.owner.clone(),
            version: 0,
        })
    }

    /// The scope of the counter that the name's number comes from, if it needs one. Names with
    /// different numbers from one counter are different, and so are names with numbers from
    /// different counters, as long as one pattern makes them.
    ///
    /// # Errors
    /// As [`NamingError`] says.
    pub fn counter_scope(
        &self,
        wanted: &NameRequest<'_>,
        per: SequencePer,
    ) -> Result<Option<String>, NamingError> {
        let limits = self.limits(wanted)?;
        if !self.pattern.is_numbered() || limits.resource_type == LISTENER_RULE {
            return Ok(None);
        }
        let resource_type = limits.resource_type;
        if per == SequencePer::Type {
            return Ok(Some(resource_type.to_owned()));
        }
        let marks = Marks {
            hash: "",
            number: "{seq}",
        };
        let name = self.pattern.render(wanted, limits, marks)?;
        // Not all types tell names apart by case.
        Ok(Some(format!(
            "{resource_type} {}",
            name.to_ascii_lowercase()
        )))
    }

    /// What AWS allows as the name that is wanted.
    ///
    /// # Errors
    /// Where no names are made for the type.
    pub fn limits(&self, wanted: &NameRequest<'_>) -> Result<&'static Limits, NamingError> {
        Limits::of(wanted.resource_type)
            .ok_or_else(|| NamingError::UnknownResourceType(wanted.resource_type.to_owned()))
    }

    fn hash(&self, wanted: &NameRequest<'_>, attempt: u32) -> Digest {
        let NameRequest {
            owner,
            resource_type,
            ..
        } = wanted;
        let identity = format!(
            "{}\n{}\n{}\n{}\n{}\n{}\n{resource_type}\n{attempt}",
            self.installation,
            owner.tenant,
            owner.instance,
            owner.incarnation,
            owner.unit,
            owner.input,
        );
        Digest::of(identity.as_bytes())
    }
}

/// Priorities go from 1 to 50,000 ("`CreateRule`", Elastic Load Balancing API reference).
fn priority(hash: &Digest) -> u64 {
    1 + u64::from_str_radix(hash.short(12), 16).unwrap_or_default() % 50_000
}

/// A name that is taken, kept until its owner releases it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameClaim {
    /// The type of resource within which the name is unique: in this installation, whatever the
    /// place, which is at least what AWS asks for.
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
    /// Where the claim of a name lies. Names that differ in case only are one, as not all types
    /// tell them apart.
    #[must_use]
    pub fn key_of(scope: &str, name: &str) -> Key {
        Key::meta(Partition::name_claim(scope, &name.to_ascii_lowercase()))
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
