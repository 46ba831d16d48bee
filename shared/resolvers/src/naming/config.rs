//! The configuration of names, in layers, and its check.

use std::collections::{BTreeMap, BTreeSet};

use groundplane_model::{Layer, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::limits::Limits;
use super::pattern::Pattern;
use super::{NameRequest, Naming, NamingError, Sequence};
use crate::{Effective, Layered};

/// What the numbers of `{seq}` are counted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SequencePer {
    /// For each name without its number: `web-001`, `web-002`, `api-001`.
    #[default]
    Name,
    /// For all names of a type of resource: `web-001`, `web-002`, `api-003`.
    Type,
}

/// How names are made; one layer of it, or all layers merged.
///
/// A pattern is text with placeholders in braces:
///
/// | placeholder | stands for |
/// |---|---|
/// | `{tenant}`, `{env}`, `{service}`, `{unit}`, `{input}` | what the owner is called |
/// | `{type}` | a short word for the type of resource, for example `db` |
/// | `{region}`, `{account}` | where the resource is |
/// | `{hash:N}` | N (6 to 32) hexadecimal digits of the owner's identity |
/// | `{seq}`, `{seq:03d}` | the number from a counter, filled up with zeros |
///
/// Values pass through filters from left to right, `{service|short:8|upper}`: `lower`, `upper`,
/// `short:N` (the first N characters, without a hyphen at the end) and `hash:N` (N hexadecimal
/// digits of the value's hash).
///
/// A pattern must hold a hash or a number, so that no two owners get the same name. With a hash,
/// the values without `short` or `hash` give way evenly where the name would be too long, and
/// keep at least three characters each. Without one, those values are what people tell names
/// apart by, so nothing gives way, and a pattern whose names could be too long is refused.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NamingConfig {
    /// The pattern of all names that have none of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// Patterns of their own, by type of resource.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub patterns: BTreeMap<String, String>,
    /// The DNS zone that names are made complete with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// Whether released numbers are used again, the lowest first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gap_free: Option<bool>,
    /// What the numbers are counted for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence_per: Option<SequencePer>,
}

/// What a name would be, and the rules that it keeps to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = NamePreview)]
pub struct Preview {
    /// The name.
    pub name: String,
    /// The name within the DNS zone, if there is one and the name can be a part of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fqdn: Option<String>,
    /// The pattern.
    pub pattern: String,
    /// What AWS allows.
    #[schema(value_type = Limits)]
    pub limits: &'static Limits,
}

impl NamingConfig {
    /// What applies where nothing is configured.
    #[must_use]
    pub fn defaults() -> Self {
        Self {
            pattern: Some(Pattern::DEFAULT.to_owned()),
            gap_free: Some(false),
            sequence_per: Some(SequencePer::Name),
            ..Self::default()
        }
    }

    /// Merges the defaults and what is configured, given in any order. The second part says
    /// where each value comes from.
    #[must_use]
    pub fn effective(layers: impl IntoIterator<Item = Layered<Self>>) -> (Self, Effective) {
        let defaults = Layered::new(Layer::Default, Self::defaults());
        let layers = std::iter::once(defaults).chain(layers);
        let merged = Effective::merge(layers.map(|Layered { value, layer }| {
            // INVARIANT: the configuration is a plain struct with string keys.
            Layered::new(layer, serde_json::to_value(value).unwrap_or_default())
        }));
        // INVARIANT: a field of the merge is the field of some layer.
        let config = merged.read().unwrap_or_default();
        (config, merged)
    }

    /// What is wrong with it, for every type that names are made for: illegal names and names
    /// that two owners could share. Pointers lead to the fields of the configuration.
    #[must_use]
    pub fn check(&self) -> Vec<Problem> {
        let types: Vec<&str> = Limits::known()
            .iter()
            .map(|known| known.resource_type)
            .collect();
        self.check_for(&types)
    }

    /// What is wrong with it where names are made for these types only. Patterns that are a
    /// type's own are always checked.
    #[must_use]
    pub fn check_for(&self, types: &[&str]) -> Vec<Problem> {
        let mut problems = Vec::new();
        let pattern = self.pattern.as_deref().unwrap_or(Pattern::DEFAULT);
        let general = types
            .iter()
            .filter(|known| !self.patterns.contains_key(**known));
        problems.extend(check_pattern(
            "/pattern",
            pattern,
            general.filter_map(|known| Limits::of(known)),
        ));
        for (resource_type, pattern) in &self.patterns {
            let escaped = resource_type.replace('~', "~0").replace('/', "~1");
            let pointer = format!("/patterns/{escaped}");
            match Limits::of(resource_type) {
                Some(limits) => problems.extend(check_pattern(&pointer, pattern, [limits])),
                None => problems.push(unknown_type(&pointer, resource_type)),
            }
        }
        if let Some(zone) = &self.zone
            && !is_zone(zone)
        {
            let message = format!("`{zone}` is not the name of a DNS zone");
            let hint = "for example `dev.example.com`, at most 189 characters";
            problems.push(Problem::error("/zone", message).with_hint(hint));
        }
        problems
    }

    /// The pattern for names of a type.
    #[must_use]
    pub fn pattern_of(&self, resource_type: &str) -> &str {
        let own = self.patterns.get(resource_type).or(self.pattern.as_ref());
        own.map_or(Pattern::DEFAULT, String::as_str)
    }

    /// How names of a type are made in `installation`.
    ///
    /// # Errors
    /// With all that is wrong with the pattern for this type.
    pub fn naming(&self, resource_type: &str, installation: &str) -> Result<Naming, Vec<Problem>> {
        let pattern = self.pattern_of(resource_type);
        let mut problems = match Limits::of(resource_type) {
            Some(limits) => check_pattern("", pattern, [limits]),
            None => vec![unknown_type("", resource_type)],
        };
        match Pattern::parse(pattern) {
            Ok(pattern) if problems.is_empty() => Ok(Naming {
                pattern,
                installation: installation.to_owned(),
            }),
            Ok(_) => Err(problems),
            Err(error) => {
                problems.push(Problem::error("", error.to_string()));
                problems.dedup();
                Err(problems)
            }
        }
    }

    /// How the counters go on.
    #[must_use]
    pub fn sequence(&self) -> Sequence {
        match self.gap_free {
            Some(true) => Sequence::GapFree,
            Some(false) | None => Sequence::Plain,
        }
    }

    /// The name within the DNS zone, if there is one and the name can be a part of a DNS name.
    #[must_use]
    pub fn fqdn(&self, name: &str) -> Option<String> {
        let zone = self.zone.as_deref()?.trim_end_matches('.');
        let name = name.to_ascii_lowercase();
        is_label(&name).then(|| format!("{name}.{}", zone.to_ascii_lowercase()))
    }
}

/// The name that `wanted` would get at the first attempt, with the number `next` if its pattern
/// needs one.
///
/// # Errors
/// With all that is wrong with the pattern for this type or with what is asked.
pub fn preview(
    config: &NamingConfig,
    installation: &str,
    wanted: &NameRequest<'_>,
    next: u32,
) -> Result<Preview, Vec<Problem>> {
    let naming = config.naming(wanted.resource_type, installation)?;
    let refused = |error: NamingError| vec![Problem::error("", error.to_string())];
    let claim = naming.claim(wanted, 0, Some(next)).map_err(refused)?;
    let limits = naming.limits(wanted).map_err(refused)?;
    Ok(Preview {
        fqdn: config.fqdn(&claim.name),
        name: claim.name,
        pattern: config.pattern_of(wanted.resource_type).to_owned(),
        limits,
    })
}

fn check_pattern<'a>(
    pointer: &str,
    text: &str,
    types: impl IntoIterator<Item = &'a Limits>,
) -> Vec<Problem> {
    let pattern = match Pattern::parse(text) {
        Ok(pattern) => pattern,
        Err(error) => return vec![Problem::error(pointer, error.to_string())],
    };
    let mut found: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
    for limits in types {
        for flaw in pattern.flaws(limits) {
            let types = found.entry(flaw).or_default();
            types.insert(format!("`{}`", limits.resource_type));
        }
    }
    let problem = |(flaw, types): (super::check::Flaw, BTreeSet<String>)| {
        let types: Vec<String> = types.into_iter().collect();
        let message = flaw.message.replacen("{}", &types.join(", "), 1);
        let problem = Problem::error(pointer, message);
        match flaw.hint {
            Some(hint) => problem.with_hint(hint),
            None => problem,
        }
    };
    found.into_iter().map(problem).collect()
}

fn unknown_type(pointer: &str, resource_type: &str) -> Problem {
    let error = NamingError::UnknownResourceType(resource_type.to_owned());
    let problem = Problem::error(pointer, error.to_string());
    let distance = |known: &&Limits| strsim::osa_distance(known.resource_type, resource_type);
    match Limits::known().iter().min_by_key(distance) {
        Some(nearest) if distance(&nearest) <= 5 => {
            problem.with_hint(format!("did you mean `{}`?", nearest.resource_type))
        }
        Some(_) | None => problem,
    }
}

fn is_label(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && !text.starts_with('-')
        && !text.ends_with('-')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

/// A name of 63 characters and a dot must fit before it: DNS names end at 253.
fn is_zone(text: &str) -> bool {
    let text = text.strip_suffix('.').unwrap_or(text);
    text.len() <= 189 && text.split('.').all(is_label)
}

#[cfg(test)]
#[path = "config_tests.rs"]
mod tests;
