//! Which image of the catalog answers a request.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::constraint::Constraint;
use super::entry::{Architecture, CatalogEntry, ImageState};
use super::version::Version;

/// Why no image of the catalog answers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SelectError {
    /// The catalog has nothing of the family.
    #[error("the image catalog has no `{0}`")]
    UnknownFamily(String),
    /// There is none for the architecture.
    #[error("the image catalog has no `{family}` for {architecture}; it has it for {}", .existing.join(", "))]
    UnknownArchitecture {
        /// The family.
        family: String,
        /// The architecture.
        architecture: Architecture,
        /// The architectures that exist.
        existing: Vec<String>,
    },
    /// No version is allowed by the constraint.
    #[error(
        "the image catalog has no `{family}` that `{constraint}` allows; it has {}{}",
        listed(.existing),
        .nearest.as_ref().map(|nearest| format!("; the nearest is `{nearest}`")).unwrap_or_default()
    )]
    NoMatch {
        /// The family.
        family: String,
        /// The constraint.
        constraint: String,
        /// The versions that exist and may be used, the highest first.
        existing: Vec<String>,
        /// The nearest of them of the wanted variant.
        nearest: Option<String>,
    },
    /// All that the constraint allows was withdrawn.
    #[error(
        "`{family}` `{release}` was withdrawn{}",
        .newer.as_ref().map(|newer| format!("; the nearest newer one is `{newer}`")).unwrap_or_default()
    )]
    Withdrawn {
        /// The family.
        family: String,
        /// The highest version that the constraint allows.
        release: String,
        /// The nearest newer one that may be used.
        newer: Option<String>,
    },
}

fn listed(versions: &[String]) -> String {
    const SHOWN: usize = 12;
    let mut shown: Vec<String> = versions
        .iter()
        .take(SHOWN)
        .map(|version| format!("`{version}`"))
        .collect();
    match versions.len().saturating_sub(SHOWN) {
        0 if shown.is_empty() => return "none that may be used".to_owned(),
        0 => {}
        more => shown.push(format!("{more} more")),
    }
    shown.join(", ")
}

/// The image that answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selected<'a> {
    /// Its entry.
    pub entry: &'a CatalogEntry,
    /// What the user should know.
    pub warnings: Vec<String>,
}

/// Selects the image of `family` with the highest version that `constraint` allows. Entries that
/// are current come before deprecated ones; a landing zone's entry hides the one that all share.
/// Where no architecture is asked for, an image for all of them comes first, then x86.
/// `entries` are those of the family (others are passed over), for all landing zones and for the
/// one that asks.
///
/// # Errors
/// As [`SelectError`] says.
pub fn select<'a>(
    entries: &'a [CatalogEntry],
    family: &str,
    constraint: &Constraint,
    architecture: Option<Architecture>,
) -> Result<Selected<'a>, SelectError> {
    let known = overlaid(entries, family);
    if known.is_empty() {
        return Err(SelectError::UnknownFamily(family.to_owned()));
    }
    let usable = fitting(&known, architecture).ok_or_else(|| {
        let existing: BTreeSet<Architecture> = known
            .iter()
            .filter_map(|entry| entry.architecture)
            .collect();
        SelectError::UnknownArchitecture {
            family: family.to_owned(),
            // Some architecture was asked for, or all would fit.
            architecture: architecture.unwrap_or(Architecture::X86_64),
            existing: existing.iter().map(ToString::to_string).collect(),
        }
    })?;
    let allowed = || {
        usable
            .iter()
            .filter(|entry| constraint.allows(&entry.release))
    };
    let highest = |state| {
        allowed()
            .filter(|entry| entry.state == state)
            .max_by_key(|entry| (&entry.release, Reverse(entry.architecture)))
    };
    if let Some(entry) = highest(ImageState::Current) {
        let warnings = Vec::new();
        return Ok(Selected { entry, warnings });
    }
    if let Some(entry) = highest(ImageState::Deprecated) {
        let release = &entry.release;
        let newer = newer(&usable, release)
            .map(|newer| format!("; the nearest newer one is `{newer}`"))
            .unwrap_or_default();
        let warnings = vec![format!("`{family}` `{release}` is deprecated{newer}")];
        return Ok(Selected { entry, warnings });
    }
    if let Some(entry) = highest(ImageState::Withdrawn) {
        return Err(SelectError::Withdrawn {
            family: family.to_owned(),
            release: entry.release.to_string(),
            newer: newer(&usable, &entry.release).map(ToString::to_string),
        });
    }
    Err(no_match(&usable, family, constraint))
}

/// The entries of a family, those of a landing zone in place of those that all share.
fn overlaid<'a>(entries: &'a [CatalogEntry], family: &str) -> Vec<&'a CatalogEntry> {
    let mut found: BTreeMap<_, &CatalogEntry> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.family == family) {
        let identity = (entry.kind, &entry.release, entry.architecture);
        let shown = found.entry(identity).or_insert(entry);
        if entry.landing_zone.is_some() {
            *shown = entry;
        }
    }
    found.into_values().collect()
}

/// The entries for an architecture; none if there are none.
fn fitting<'a>(
    entries: &[&'a CatalogEntry],
    architecture: Option<Architecture>,
) -> Option<Vec<&'a CatalogEntry>> {
    let fits = |entry: &&&CatalogEntry| {
        architecture.is_none() || entry.architecture.is_none() || entry.architecture == architecture
    };
    let fitting: Vec<_> = entries.iter().filter(fits).copied().collect();
    (!fitting.is_empty()).then_some(fitting)
}

/// The nearest version after `release` that may be used, of the same variant: a current one, or a
/// deprecated one where there is no other.
fn newer<'a>(entries: &[&'a CatalogEntry], release: &Version) -> Option<&'a Version> {
    let nearest = |state| {
        let after = entries.iter().filter(|entry| {
            entry.state == state
                && entry.release > *release
                && entry.release.variant() == release.variant()
                && !entry.release.is_prerelease()
        });
        after.map(|entry| &entry.release).min()
    };
    nearest(ImageState::Current).or_else(|| nearest(ImageState::Deprecated))
}

fn no_match(entries: &[&CatalogEntry], family: &str, constraint: &Constraint) -> SelectError {
    let usable = entries
        .iter()
        .filter(|entry| entry.state != ImageState::Withdrawn);
    let existing: BTreeSet<&Version> = usable.map(|entry| &entry.release).collect();
    let of_variant = || {
        let fits = |version: &&Version| version.variant() == constraint.variant();
        existing.iter().copied().filter(fits)
    };
    let nearest = constraint
        .anchor()
        .and_then(|anchor| of_variant().find(|version| *version > anchor))
        .or_else(|| of_variant().next_back());
    SelectError::NoMatch {
        family: family.to_owned(),
        constraint: constraint.to_string(),
        nearest: nearest.map(ToString::to_string),
        existing: existing
            .into_iter()
            .rev()
            .map(ToString::to_string)
            .collect(),
    }
}

#[cfg(test)]
#[path = "select_tests.rs"]
mod tests;
