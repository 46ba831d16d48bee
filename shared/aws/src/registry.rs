//! The private registries of ECR.

use aws_sdk_ecr::Client;
use aws_sdk_ecr::config::{Builder, Region};
use aws_sdk_ecr::error::SdkError;
use aws_sdk_ecr::operation::describe_images::DescribeImagesError;
use aws_sdk_ecr::operation::list_images::ListImagesError;
use aws_sdk_ecr::types::{ImageIdentifier, ListImagesFilter, TagStatus};
use groundplane_model::{EcrRegistry, ImageReference};
use groundplane_ports::{PortError, ReadRegistry, Result};

use crate::error::port_error;

/// The most images of a page ("`ListImages`", ECR API reference).
const PAGE: i32 = 1000;

/// The most pages of one repository that are read; a repository holds 100,000 images ("Quotas",
/// ECR user guide).
const MAX_PAGES: usize = 100;

/// The private registries of ECR.
#[derive(Debug, Clone)]
pub struct Registry {
    client: Client,
}

impl Registry {
    /// The registries that `client` reaches.
    #[must_use]
    pub const fn new(client: Client) -> Self {
        Self { client }
    }
}

impl ReadRegistry for Registry {
    async fn digest(&self, image: &ImageReference) -> Result<Option<String>> {
        let registry = registry_of(image)?;
        let tag = image.tag().unwrap_or("latest");
        let asked = self
            .client
            .describe_images()
            .registry_id(registry.account)
            .repository_name(image.repository())
            .image_ids(ImageIdentifier::builder().image_tag(tag).build())
            .customize()
            .config_override(in_region(registry))
            .send()
            .await;
        match asked {
            Ok(found) => {
                let first = found.image_details().first();
                Ok(first.and_then(|it| it.image_digest().map(str::to_owned)))
            }
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(port_error(&format!("looking for `{image}` in ECR"), &error)),
        }
    }

    async fn tags(&self, repository: &ImageReference) -> Result<Option<Vec<String>>> {
        let registry = registry_of(repository)?;
        let tagged = ListImagesFilter::builder().tag_status(TagStatus::Tagged);
        let request = self
            .client
            .list_images()
            .registry_id(registry.account)
            .repository_name(repository.repository())
            .filter(tagged.build())
            .max_results(PAGE);
        let (mut tags, mut next) = (Vec::new(), None);
        for _ in 0..MAX_PAGES {
            let asked = request
                .clone()
                .set_next_token(next)
                .customize()
                .config_override(in_region(registry))
                .send()
                .await;
            let page = match asked {
                Ok(page) => page,
                Err(error) if has_no_repository(&error) => return Ok(None),
                Err(error) => {
                    let action = format!("listing the tags of `{repository}` in ECR");
                    return Err(port_error(&action, &error));
                }
            };
            let found = page.image_ids().iter();
            tags.extend(found.filter_map(|id| id.image_tag().map(str::to_owned)));
            next = page.next_token;
            if next.is_none() {
                break;
            }
        }
        Ok(Some(tags))
    }
}

fn registry_of(image: &ImageReference) -> Result<EcrRegistry<'_>> {
    image
        .ecr()
        .ok_or_else(|| PortError::Refused(format!("`{image}` is not in ECR")))
}

/// A registry is asked in its own region.
fn in_region(registry: EcrRegistry<'_>) -> Builder {
    Builder::new().region(Region::new(registry.region.to_owned()))
}

fn is_missing(error: &SdkError<DescribeImagesError>) -> bool {
    error.as_service_error().is_some_and(|error| {
        error.is_image_not_found_exception() || error.is_repository_not_found_exception()
    })
}

fn has_no_repository(error: &SdkError<ListImagesError>) -> bool {
    let error = error.as_service_error();
    error.is_some_and(ListImagesError::is_repository_not_found_exception)
}
