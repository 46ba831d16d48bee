//! What platform engineers allow in specs, and how much tenants may have. Judges only; who may set
//! what is not decided here.

mod limits;
mod quota;
mod tenant;

pub use limits::{check_limits, limit_problems};
pub use quota::exceeded;
pub use tenant::{approval_of, bound_of, check_tenant, limits_in_force, tenant_problems};
