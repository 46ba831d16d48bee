//! The image catalog: which image of a machine or a container a family, a version or constraint
//! and an architecture stand for.

mod config;
mod constraint;
mod container;
mod entry;
mod nearest;
mod seeds;
mod select;
mod version;

pub use config::{Deprecated, ImageConfig};
pub use constraint::{Constraint, ConstraintError};
pub use container::{ContainerError, ContainerPlan, PlannedContainer, choose_tag, plan_container};
pub use entry::{Architecture, CatalogEntry, ImageKind, ImageState, MachineImage};
pub use nearest::nearest_tags;
pub use seeds::{SEEDS, Seed};
pub use select::{SelectError, Selected, select};
pub use version::{InvalidVersion, Version};

#[cfg(test)]
#[path = "image_tests.rs"]
mod tests;
