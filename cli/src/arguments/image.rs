//! `groundplane image …`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use groundplane_model::LandingZoneName;

/// The commands on the image catalog.
#[derive(Debug, Subcommand)]
pub(crate) enum ImageCommand {
    /// List the images of the catalog
    List(ListImages),
    /// Put images into the catalog, all of a file or none
    Set(SetImages),
    /// Put the machine images that AWS and the makers of systems keep up to date into the catalog
    Seed,
}

/// `image list`.
#[derive(Debug, Args)]
pub(crate) struct ListImages {
    /// Only the images of this operating system or repository
    #[arg(long, value_name = "FAMILY")]
    pub(crate) family: Option<String>,
    /// Also what this landing zone has of its own
    #[arg(long, value_name = "LANDING ZONE")]
    pub(crate) landing_zone: Option<LandingZoneName>,
}

/// `image set`.
#[derive(Debug, Args)]
pub(crate) struct SetImages {
    /// File with a JSON list of images, or YAML documents of one image each; `-` is standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
}
