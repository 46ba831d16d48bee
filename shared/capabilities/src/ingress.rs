//! The section `ingress`: requests from the landing zone's load balancer to the service. It has
//! two units. Routing comes before `compute`, since ECS refuses a service whose target group hangs
//! on no load balancer; the DNS record comes after it, so that the name leads somewhere.
//! <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-load-balancing.html>

mod dns;
mod routing;

use groundplane_model::{LandingZone, LoadBalancer};
use serde::Deserialize;

pub(crate) use dns::DnsUnit;
pub(crate) use routing::RoutingUnit;

use crate::RenderError;
use crate::text::pointer;

/// Where the load balancer sends requests, for ECS to register containers with.
pub(crate) const TARGET_GROUP_ARN: &str = "ingress.target_group_arn";

/// The section's fields.
#[derive(Debug, Deserialize)]
pub(crate) struct Ingress<'a> {
    host: &'a str,
    path: &'a str,
    public: bool,
    priority: Option<u32>,
    #[serde(borrow)]
    dns: Option<Dns<'a>>,
}

#[derive(Debug, Deserialize)]
struct Dns<'a> {
    zone: Option<&'a str>,
    weight: Option<u8>,
}

impl Ingress<'_> {
    /// The load balancer that requests come through.
    pub(crate) fn load_balancer<'z>(
        &self,
        zone: &'z LandingZone,
    ) -> Result<&'z LoadBalancer, RenderError> {
        let (found, lacking) = if self.public {
            (&zone.spec.load_balancer, "load balancer")
        } else {
            (&zone.spec.internal_load_balancer, "internal load balancer")
        };
        found.as_ref().ok_or_else(|| RenderError::Ground {
            pointer: pointer(&["ingress", "public"]),
            lacking,
        })
    }
}
