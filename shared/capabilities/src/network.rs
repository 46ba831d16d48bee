//! What units need of the landing zone's network.

use groundplane_model::{LandingZone, Problem};

use crate::text::pointer;

/// What is wrong with placing `section` in the private subnets.
pub(crate) fn check_subnets(section: &str, zone: &LandingZone) -> Option<Problem> {
    let subnets = &zone.spec.network.private_subnet_ids;
    subnets.is_empty().then(|| {
        let message = format!("the landing zone `{}` has no private subnets", zone.name);
        Problem::error(pointer(&[section]), message)
    })
}
