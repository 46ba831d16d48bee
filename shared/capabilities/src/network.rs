//! What units need of the landing zone's network.

use groundplane_model::{LandingZone, Problem};
use serde_json::Value;

use crate::policy::arn;
use crate::text::pointer;

/// The ARN of the landing zone's cluster, which it may name in either form.
pub(crate) fn cluster_arn(zone: &LandingZone) -> Value {
    let cluster = zone.spec.cluster.as_str();
    if cluster.starts_with("arn:") {
        return cluster.into();
    }
    arn("ecs", &format!("cluster/{cluster}"))
}

/// What is wrong with placing `section` in the private subnets.
pub(crate) fn check_subnets(section: &str, zone: &LandingZone) -> Option<Problem> {
    let subnets = &zone.spec.network.private_subnet_ids;
    subnets.is_empty().then(|| {
        let message = format!("the landing zone `{}` has no private subnets", zone.name);
        Problem::error(pointer(&[section]), message)
    })
}

/// What is wrong with spreading what `pointer` asks for over two availability zones. A landing
/// zone has one private subnet per zone.
pub(crate) fn check_zones(pointer: &str, zone: &LandingZone) -> Option<Problem> {
    let subnets = &zone.spec.network.private_subnet_ids;
    (subnets.len() < 2).then(|| {
        let message = format!(
            "the landing zone `{}` has private subnets in one availability zone only, and this \
             needs two",
            zone.name
        );
        Problem::error(pointer, message)
    })
}
