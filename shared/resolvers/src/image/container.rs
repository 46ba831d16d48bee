//! References to container images: what the catalog says, what the registry must be asked, and
//! what is taken as it is given.

use groundplane_model::ImageReference;

use super::constraint::{Constraint, ConstraintError};
use super::entry::{Architecture, CatalogEntry};
use super::select::{SelectError, select};
use super::version::Version;

/// Why no reference can be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContainerError {
    /// The repository or the tag breaks the grammar.
    #[error(transparent)]
    Reference(#[from] groundplane_model::InvalidImageReference),
    /// The constraint cannot be read.
    #[error(transparent)]
    Constraint(#[from] ConstraintError),
    /// The catalog refuses.
    #[error(transparent)]
    Catalog(#[from] SelectError),
    /// The image is deprecated where those are refused.
    #[error("{0}, and deprecated images are refused here")]
    Deprecated(String),
    /// The registry cannot be asked.
    #[error(
        "the tags of `{repository}` cannot be listed, so `{constraint}` cannot be resolved; name a tag, or add the image to the catalog"
    )]
    NotListed {
        /// The repository.
        repository: String,
        /// The constraint.
        constraint: String,
    },
    /// The registry has no tag that the constraint allows.
    #[error("`{repository}` has no tag that `{constraint}` allows{}", .highest.as_ref().map(|highest| format!("; its highest version is `{highest}`")).unwrap_or_default())]
    NoTag {
        /// The repository.
        repository: String,
        /// The constraint.
        constraint: String,
        /// The highest version among the tags.
        highest: Option<String>,
    },
}

/// What must be done for a reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContainerPlan {
    /// Nothing more: the reference is pinned, or its registry cannot be asked.
    Use(ImageReference),
    /// Ask ECR for the digest of this tag, then [`ImageReference::with_digest`].
    AskDigest(ImageReference),
    /// Ask ECR for the tags of this repository, then [`choose_tag`].
    AskTags {
        /// The repository, in a private ECR registry.
        repository: ImageReference,
        /// Which versions are wanted.
        constraint: Constraint,
    },
}

/// A plan, and what the user should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedContainer {
    /// The plan.
    pub plan: ContainerPlan,
    /// The version in the catalog, if it comes from there.
    pub release: Option<Version>,
    /// What the user should know: the catalog calls the image deprecated.
    pub warnings: Vec<String>,
}

/// Plans the reference to the image of `repository` with `wanted`: a tag, or a constraint, which
/// is what no tag can be (`~> 1.27`, `>= 1.2, < 2`, `^1`) or ends in `.x`. Without `wanted`,
/// `repository` may have a tag or digest of its own; without any it is the tag `latest`. What the
/// catalog has comes first; a tag that it does not have is the registry's.
///
/// # Errors
/// As [`ContainerError`] says.
pub fn plan_container(
    entries: &[CatalogEntry],
    repository: &str,
    wanted: Option<&str>,
    architecture: Option<Architecture>,
) -> Result<PlannedContainer, ContainerError> {
    let given = ImageReference::parse(repository)?;
    if given.digest().is_some() {
        return Ok(pinned_or_asked(given));
    }
    let wanted = wanted.or(given.tag()).unwrap_or("latest").trim();
    let name = given.name();
    let found = match Constraint::parse(wanted) {
        // `latest` is a tag like any other where the registry is asked, but not in the catalog.
        Ok(constraint) => select(entries, &name, &constraint, architecture),
        Err(error) if is_constraint(wanted) => return Err(error.into()),
        Err(_) => Err(SelectError::UnknownFamily(name.clone())),
    };
    match found {
        Ok(selected) => {
            let planned = pinned_or_asked(ImageReference::parse(&selected.entry.image)?);
            Ok(PlannedContainer {
                release: Some(selected.entry.release.clone()),
                warnings: selected.warnings,
                ..planned
            })
        }
        Err(SelectError::UnknownFamily(_)) if is_constraint(wanted) => {
            let constraint = Constraint::parse(wanted)?;
            let repository = ImageReference::parse(&name)?;
            if repository.ecr().is_none() {
                return Err(ContainerError::NotListed {
                    repository: name,
                    constraint: wanted.to_owned(),
                });
            }
            let plan = ContainerPlan::AskTags {
                repository,
                constraint,
            };
            Ok(PlannedContainer {
                plan,
                release: None,
                warnings: Vec::new(),
            })
        }
        Err(SelectError::UnknownFamily(_) | SelectError::NoMatch { .. })
            if !is_constraint(wanted) =>
        {
            Ok(pinned_or_asked(given.with_tag(wanted)?))
        }
        Err(error) => Err(error.into()),
    }
}

/// The reference to the tag with the highest version that the constraint allows. Tags that are no
/// versions are passed over.
///
/// # Errors
/// Where no tag is allowed.
pub fn choose_tag<'a>(
    repository: &ImageReference,
    constraint: &Constraint,
    tags: impl IntoIterator<Item = &'a str>,
) -> Result<ImageReference, ContainerError> {
    let versions: Vec<Version> = tags
        .into_iter()
        .filter_map(|tag| Version::parse(tag).ok())
        .collect();
    let allowed = versions.iter().filter(|version| constraint.allows(version));
    match allowed.max() {
        Some(version) => Ok(repository.with_tag(version.as_str())?),
        None => Err(ContainerError::NoTag {
            repository: repository.name(),
            constraint: constraint.to_string(),
            highest: versions.iter().max().map(ToString::to_string),
        }),
    }
}

fn pinned_or_asked(image: ImageReference) -> PlannedContainer {
    let plan = if image.digest().is_none() && image.ecr().is_some() {
        ContainerPlan::AskDigest(image)
    } else {
        ContainerPlan::Use(image)
    };
    PlannedContainer {
        plan,
        release: None,
        warnings: Vec::new(),
    }
}

/// Whether the text is no tag but a constraint.
fn is_constraint(text: &str) -> bool {
    text.contains(['<', '>', '=', '~', '^', '*', ',', ' ', '!'])
        || text
            .split('-')
            .next()
            .is_some_and(|numbers| numbers.ends_with(".x"))
}

#[cfg(test)]
#[path = "container_tests.rs"]
mod tests;
