//! What a new catalog on AWS begins with: SSM public parameters that AWS and the makers of the
//! systems keep up to date. Each holds the id of the newest AMI in the region that is asked.

use super::entry::{Architecture, CatalogEntry, ImageKind, ImageState};
use super::version::{InvalidVersion, Version};

/// One public parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seed {
    /// The family of the operating system.
    pub family: &'static str,
    /// Its version.
    pub release: &'static str,
    /// The architecture.
    pub architecture: Architecture,
    /// The name of the parameter.
    pub parameter: &'static str,
    /// Where its maker says so.
    pub document: &'static str,
}

const AMAZON_LINUX: &str = "Amazon Linux 2023 user guide, Launching AL2023 using SSM parameters";
const AMAZON_LINUX_2: &str =
    "Systems Manager user guide, Calling AMI public parameters in Parameter Store";
const ECS: &str = "ECS developer guide, Retrieving Amazon ECS-optimized Linux AMI metadata";
const UBUNTU: &str = "Ubuntu on AWS documentation, Find Ubuntu images on AWS";

const fn seed(
    (family, release): (&'static str, &'static str),
    architecture: Architecture,
    parameter: &'static str,
    document: &'static str,
) -> Seed {
    Seed {
        family,
        release,
        architecture,
        parameter,
        document,
    }
}

use Architecture::{Arm64, X86_64};

/// The public parameters on AWS.
pub const SEEDS: [Seed; 11] = [
    seed(
        ("amazon-linux", "2023"),
        X86_64,
        "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
        AMAZON_LINUX,
    ),
    seed(
        ("amazon-linux", "2023"),
        Arm64,
        "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64",
        AMAZON_LINUX,
    ),
    seed(
        ("amazon-linux", "2023-minimal"),
        X86_64,
        "/aws/service/ami-amazon-linux-latest/al2023-ami-minimal-kernel-default-x86_64",
        AMAZON_LINUX,
    ),
    seed(
        ("amazon-linux", "2023-minimal"),
        Arm64,
        "/aws/service/ami-amazon-linux-latest/al2023-ami-minimal-kernel-default-arm64",
        AMAZON_LINUX,
    ),
    seed(
        ("amazon-linux", "2"),
        X86_64,
        "/aws/service/ami-amazon-linux-latest/amzn2-ami-hvm-x86_64-gp2",
        AMAZON_LINUX_2,
    ),
    seed(
        ("amazon-linux-ecs", "2023"),
        X86_64,
        "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id",
        ECS,
    ),
    seed(
        ("amazon-linux-ecs", "2023"),
        Arm64,
        "/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id",
        ECS,
    ),
    seed(
        ("ubuntu", "22.04"),
        X86_64,
        "/aws/service/canonical/ubuntu/server/22.04/stable/current/amd64/hvm/ebs-gp2/ami-id",
        UBUNTU,
    ),
    seed(
        ("ubuntu", "22.04"),
        Arm64,
        "/aws/service/canonical/ubuntu/server/22.04/stable/current/arm64/hvm/ebs-gp2/ami-id",
        UBUNTU,
    ),
    seed(
        ("ubuntu", "24.04"),
        X86_64,
        "/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id",
        UBUNTU,
    ),
    seed(
        ("ubuntu", "24.04"),
        Arm64,
        "/aws/service/canonical/ubuntu/server/24.04/stable/current/arm64/hvm/ebs-gp3/ami-id",
        UBUNTU,
    ),
];

impl Seed {
    /// The seed as an entry that all landing zones share. Amazon Linux 2, whose support ended in
    /// June 2026, is deprecated.
    ///
    /// # Errors
    /// Where the release is no version.
    pub fn entry(&self) -> Result<CatalogEntry, InvalidVersion> {
        let ended = (self.family, self.release) == ("amazon-linux", "2");
        Ok(CatalogEntry {
            landing_zone: None,
            kind: ImageKind::Machine,
            family: self.family.to_owned(),
            release: Version::parse(self.release)?,
            architecture: Some(self.architecture),
            image: self.parameter.to_owned(),
            state: if ended {
                ImageState::Deprecated
            } else {
                ImageState::Current
            },
            source: self.document.to_owned(),
            version: 0,
        })
    }
}
