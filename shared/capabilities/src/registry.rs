//! The capabilities that there are: one line each.

use crate::{Capability, compute::ComputeUnit, foundation::FoundationUnit, storage::StorageUnit};

/// Every capability, each unit once.
#[must_use]
pub fn capabilities() -> &'static [&'static dyn Capability] {
    &[&FoundationUnit, &StorageUnit, &ComputeUnit]
}
