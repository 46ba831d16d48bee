//! Images of containers: what the catalog says first, then what ECR says. Everything else is taken
//! as it is given.

use groundplane_model::{Failure, ImageReference};
use groundplane_ports::{PortError, Reach, ReadRegistry, ReadTable};
use groundplane_resolvers::{
    Architecture, ContainerError, ContainerPlan, ImageKind, choose_tag, nearest_tags,
    plan_container,
};

use crate::{Answer, Ground, invalid};

/// Which image is wanted.
pub(crate) struct Wanted<'a> {
    /// The repository, perhaps with a digest.
    repository: &'a str,
    /// The tag or constraint.
    version: Option<&'a str>,
    architecture: Option<Architecture>,
}

impl<'a> Wanted<'a> {
    /// What is wanted where `image` is named, a repository or a reference. The tag is cut off
    /// here, since a constraint such as `~> 1.4` breaks the grammar of references.
    pub(crate) fn of(
        image: &'a str,
        version: Option<&'a str>,
        architecture: Option<Architecture>,
    ) -> Self {
        // A colon before the last slash is the registry's port, one behind `@` is the digest's.
        let (repository, tag) = match image.rsplit_once(':') {
            Some((name, tag)) if !tag.contains('/') && !image.contains('@') => (name, Some(tag)),
            Some(_) | None => (image, None),
        };
        Self {
            repository,
            version: version.or(tag),
            architecture,
        }
    }
}

/// The image that is wanted, pinned where it can be.
pub(crate) async fn answer(
    table: &impl ReadTable,
    registries: &impl Reach<Port: ReadRegistry>,
    ground: &Ground<'_>,
    wanted: Wanted<'_>,
) -> Result<Answer, Failure> {
    let family = ImageReference::parse(wanted.repository).map_err(|error| invalid(&error))?;
    let registry = &*registries.reach(ground.account_of(&family)).await?;
    let family = family.name();
    let entries = ground.entries(table, ImageKind::Container, &family).await?;
    let planned = plan_container(
        &entries,
        wanted.repository,
        wanted.version,
        wanted.architecture,
    )
    .map_err(|error| invalid(&error))?;
    let deprecated = ground
        .config
        .admit(&planned.warnings)
        .map_err(|error| invalid(&error))?;
    let pins = ground.config.pins();
    let (image, unpinned) = match planned.plan {
        ContainerPlan::Use(image) => (image, None),
        ContainerPlan::AskDigest(image) if !pins => (image, None),
        ContainerPlan::AskDigest(image) => pinned(registry, image).await?,
        ContainerPlan::AskTags {
            repository,
            constraint,
        } => {
            let not_listed = || {
                invalid(&ContainerError::NotListed {
                    repository: repository.name(),
                    constraint: constraint.to_string(),
                })
            };
            let tags = match registry.tags(&repository).await {
                Err(PortError::Denied(_)) => return Err(not_listed()),
                tags => tags?.ok_or_else(|| no_repository(&repository))?,
            };
            let tags = tags.iter().map(String::as_str);
            let image =
                choose_tag(&repository, &constraint, tags).map_err(|error| invalid(&error))?;
            if pins {
                pinned(registry, image).await?
            } else {
                (image, None)
            }
        }
    };
    let release = planned.release.map(|release| release.to_string());
    let version = release.or(image.tag().map(str::to_owned));
    let digest = image.digest().map(|digest| ("digest", digest.to_owned()));
    let warnings: Vec<String> = deprecated.into_iter().chain(unpinned).collect();
    Ok(Answer {
        image: image.to_string(),
        known: digest
            .into_iter()
            .chain(version.map(|version| ("version", version)))
            .collect(),
        warning: (!warnings.is_empty()).then(|| warnings.join("; ")),
    })
}

/// The image with its digest. One in a registry that the platform may not ask stays as it is,
/// with a warning: those who run the container may be allowed to pull it.
async fn pinned(
    registry: &impl ReadRegistry,
    image: ImageReference,
) -> Result<(ImageReference, Option<String>), Failure> {
    let digest = match registry.digest(&image).await {
        Err(PortError::Denied(reason)) => {
            tracing::warn!(reason, "a registry refuses");
            let warning = format!("`{image}` is not pinned: the platform may not ask its registry");
            return Ok((image, Some(warning)));
        }
        digest => digest?,
    };
    match digest {
        Some(digest) => Ok((
            image
                .with_digest(&digest)
                .map_err(|error| invalid(&error))?,
            None,
        )),
        None => Err(absent(registry, &image).await?),
    }
}

/// The refusal of an image that ECR does not have, with what comes near.
async fn absent(registry: &impl ReadRegistry, image: &ImageReference) -> Result<Failure, Failure> {
    let tags = match registry.tags(image).await {
        Err(PortError::Denied(_)) => Vec::new(),
        tags => match tags? {
            Some(tags) => tags,
            None => return Ok(no_repository(image)),
        },
    };
    let near = nearest_tags(image.tag().unwrap_or_default(), &tags);
    let near: Vec<String> = near.iter().map(|tag| format!("`{tag}`")).collect();
    let near = match near.as_slice() {
        [] => String::new(),
        [one] => format!("; the nearest tag is {one}"),
        several => format!("; the nearest tags are {}", several.join(", ")),
    };
    Ok(invalid(&format!("`{image}` does not exist in ECR{near}")))
}

fn no_repository(image: &ImageReference) -> Failure {
    let name = image.name();
    invalid(&format!("there is no repository `{name}` in ECR"))
}
