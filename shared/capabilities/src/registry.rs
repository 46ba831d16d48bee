//! The capabilities that there are: one line each.

use crate::Capability;
use crate::access::AccessRules;
use crate::cache::CacheUnit;
use crate::compute::ComputeUnit;
use crate::database::DatabaseUnit;
use crate::discovery::DiscoveryUnit;
use crate::foundation::FoundationUnit;
use crate::ingress::{DnsUnit, RoutingUnit};
use crate::lambda::LambdaUnit;
use crate::storage::StorageUnit;
use crate::subnets::SubnetsUnit;
use crate::triggers::TriggersUnit;

/// Every capability, each unit once.
#[must_use]
pub fn capabilities() -> &'static [&'static dyn Capability] {
    &[
        &FoundationUnit,
        &SubnetsUnit,
        &StorageUnit,
        &CacheUnit,
        &DatabaseUnit,
        &DiscoveryUnit,
        &AccessRules,
        &RoutingUnit,
        &ComputeUnit,
        &LambdaUnit,
        &TriggersUnit,
        &DnsUnit,
    ]
}
