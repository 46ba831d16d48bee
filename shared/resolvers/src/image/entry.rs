//! The entries of the image catalog.

use std::fmt;

use groundplane_model::{ImageReference, Key, LandingZoneName, Partition, Problem, Record};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::version::Version;

/// What an image runs on.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ImageKind {
    /// Virtual machines.
    Machine,
    /// Containers.
    Container,
}

impl ImageKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Machine => "machine",
            Self::Container => "container",
        }
    }
}

/// The architecture of a processor.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
pub enum Architecture {
    /// 64-bit x86; `amd64` is read as well.
    #[serde(rename = "x86_64", alias = "amd64")]
    X86_64,
    /// 64-bit ARM; `aarch64` is read as well.
    #[serde(rename = "arm64", alias = "aarch64")]
    Arm64,
}

impl Architecture {
    /// The architecture as text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64",
            Self::Arm64 => "arm64",
        }
    }
}

impl fmt::Display for Architecture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether an image may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ImageState {
    /// It may.
    #[default]
    Current,
    /// It may, with a warning.
    Deprecated,
    /// It may not.
    Withdrawn,
}

/// One image of the catalog.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogEntry {
    /// The landing zone whose entry it is; none for all of them. Where both have an entry for the
    /// same image, the landing zone's applies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub landing_zone: Option<LandingZoneName>,
    /// What it runs on. In the table `kind` is what every item calls its record.
    #[serde(rename = "image_kind")]
    pub kind: ImageKind,
    /// The family of the operating system, for example `ubuntu`, or the repository of a
    /// container image.
    pub family: String,
    /// The version of the operating system or of the container image.
    pub release: Version,
    /// The architecture; none for all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub architecture: Option<Architecture>,
    /// The image at the provider: the id of an AMI, the name of an SSM parameter that holds it,
    /// or a reference to a container image.
    pub image: String,
    /// Whether it may be used.
    #[serde(default)]
    pub state: ImageState,
    /// Who says so, for example a document.
    #[serde(default)]
    pub source: String,
    /// The version of this record.
    #[serde(default)]
    pub version: u64,
}

/// What stands for the image of a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MachineImage<'a> {
    /// The id of an AMI.
    Ami(&'a str),
    /// The name of an SSM parameter that holds the id of an AMI.
    Parameter(&'a str),
}

impl<'a> MachineImage<'a> {
    /// Tells the id of an AMI from the name of a parameter.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        let hex = |c: char| c.is_ascii_digit() || matches!(c, 'a'..='f');
        let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_' | '.');
        if let Some(id) = text.strip_prefix("ami-") {
            return (matches!(id.len(), 8 | 17) && id.chars().all(hex)).then_some(Self::Ami(text));
        }
        let name = text.strip_prefix('/')?;
        (!name.is_empty() && text.len() <= 1011 && name.chars().all(legal))
            .then_some(Self::Parameter(text))
    }
}

impl CatalogEntry {
    /// The start of the sort keys of all entries of a family.
    #[must_use]
    pub fn prefix_of(kind: ImageKind, family: &str) -> String {
        format!("{}#{family}#", kind.as_str())
    }

    /// Where an entry lies.
    #[must_use]
    pub fn key_of(
        landing_zone: Option<&LandingZoneName>,
        (kind, family): (ImageKind, &str),
        release: &Version,
        architecture: Option<Architecture>,
    ) -> Key {
        let prefix = Self::prefix_of(kind, family);
        let architecture = architecture.map_or("any", Architecture::as_str);
        Key::new(
            Partition::images(landing_zone),
            format!("{prefix}{release}#{architecture}"),
        )
    }

    /// What is wrong with it. Pointers lead to its fields.
    #[must_use]
    pub fn check(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let Self { family, image, .. } = self;
        let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.');
        let (family_fits, rule) = match self.kind {
            ImageKind::Machine => (
                (1..=63).contains(&family.len()) && family.chars().all(word),
                "1 to 63 lower-case letters, digits, hyphens and dots",
            ),
            ImageKind::Container => (
                ImageReference::parse(family).is_ok_and(|name| name.name() == *family),
                "a repository without tag and digest",
            ),
        };
        if !family_fits {
            let message = format!("`{family}` is not a family of images: it must be {rule}");
            problems.push(Problem::error("/family", message));
        }
        let reason = match self.kind {
            ImageKind::Machine => MachineImage::parse(image).is_none().then(|| {
                format!("`{image}` is neither the id of an AMI nor the name of an SSM parameter")
            }),
            ImageKind::Container => ImageReference::parse(image)
                .err()
                .map(|error| error.to_string()),
        };
        problems.extend(reason.map(|reason| Problem::error("/image", reason)));
        problems
    }
}

impl Record for CatalogEntry {
    const KIND: &'static str = "image";

    fn key(&self) -> Key {
        Self::key_of(
            self.landing_zone.as_ref(),
            (self.kind, &self.family),
            &self.release,
            self.architecture,
        )
    }

    fn version(&self) -> u64 {
        self.version
    }
}
