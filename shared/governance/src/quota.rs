//! What is said where a quota is used up.

use groundplane_model::{Failure, FailureKind, Quota, Tenant};
use jiff::Timestamp;

use crate::bound_of;

/// Refuses `more` of it where the tenant then has more than it may. `used` is what it has.
#[must_use]
pub fn exceeded(
    tenant: Option<&Tenant>,
    (quota, used, more): (Quota, i64, u64),
    now: Timestamp,
) -> Option<Failure> {
    let most = bound_of(tenant, quota)?;
    let owner = &tenant?.spec.owner;
    let used = u64::try_from(used).unwrap_or(0);
    if used.saturating_add(more) <= most {
        return None;
    }
    let name = quota.as_str();
    let relief = match quota.seconds_left(now) {
        Some(seconds) => format!("it is counted anew in {seconds} s"),
        None => "what is not needed any more makes room".to_owned(),
    };
    let message = format!(
        "the quota `{name}` is {most}, and {used} are used; {relief}, and `{owner}` can say more \
         about it"
    );
    Some(Failure::new(FailureKind::QuotaExceeded, message))
}

#[cfg(test)]
#[path = "quota_tests.rs"]
mod tests;
