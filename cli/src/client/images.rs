//! The image catalog, and names before they are handed out.

use groundplane_model::{LandingZoneName, Layer};
use serde::{Deserialize, Serialize};

use super::answers::Page;
use super::transport::{Call, Method};
use super::{Body, CallError, Client};

/// An image of the catalog.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CatalogImage {
    /// The landing zone whose own it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) landing_zone: Option<LandingZoneName>,
    /// `machine` or `container`.
    pub(crate) kind: String,
    /// The operating system or the repository.
    pub(crate) family: String,
    /// Its version.
    pub(crate) release: String,
    /// The architecture; none for all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) architecture: Option<String>,
    /// The image at the provider.
    pub(crate) image: String,
    /// `current`, `deprecated` or `withdrawn`.
    pub(crate) state: String,
    /// Who says so.
    #[serde(default)]
    pub(crate) source: String,
    /// How often it was changed, counted from 1.
    pub(crate) version: u64,
    /// Whether it was changed just now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) changed: Option<bool>,
}

/// A name as it would be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NamePreview {
    /// The name.
    pub(crate) name: String,
    /// The name within the DNS zone, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) fqdn: Option<String>,
    /// The pattern that it is made by.
    pub(crate) pattern: String,
    /// What AWS allows.
    pub(crate) limits: NameLimits,
    /// The layer of configuration that had the last word.
    pub(crate) layer: Layer,
}

/// What AWS allows as a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NameLimits {
    /// The type of resource.
    pub(crate) resource_type: String,
    /// The fewest characters.
    pub(crate) shortest: usize,
    /// The most characters.
    pub(crate) longest: usize,
    /// Within what it must be unique.
    pub(crate) unique: String,
    /// Where AWS says so.
    pub(crate) document: String,
}

const IMAGES: &str = "/v1/images";

impl Client {
    /// The images that all landing zones share, and those that the named one has of its own.
    pub(crate) fn images(
        &self,
        family: Option<&str>,
        landing_zone: Option<&LandingZoneName>,
    ) -> Result<Vec<CatalogImage>, CallError> {
        let mut call = Call::new(Method::Get, IMAGES);
        call.ask("family", family);
        call.ask("landingZone", landing_zone.map(LandingZoneName::as_str));
        let page: Page<CatalogImage> = self.send(&call)?;
        Ok(page.items)
    }

    /// Puts images into the catalog. Doing it again changes nothing.
    pub(crate) fn set_images(&self, body: &Body) -> Result<Vec<CatalogImage>, CallError> {
        let page: Page<CatalogImage> = self.send(&Call::new(Method::Put(body), IMAGES))?;
        Ok(page.items)
    }

    /// The name that a resource would get.
    pub(crate) fn preview_name(&self, body: &Body) -> Result<NamePreview, CallError> {
        self.send(&Call::new(Method::Post(body), "/v1/names:preview"))
    }
}
