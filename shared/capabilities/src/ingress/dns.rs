//! The DNS record of the host.

use groundplane_model::{LandingZone, Problem};
use serde_json::json;

use super::{Dns, Ingress};
use crate::compute::SERVICE_NAME;
use crate::text::pointer;
use crate::{
    Capability, CheckInput, Keys, Phase, References, RenderError, RenderInput, Resource, Resources,
    Sections,
};

/// The name that the record is for.
const HOST: &str = "ingress.dns.host";

/// For how many seconds clients may remember the record, where it is no alias.
const TTL: &str = "60";

/// The unit `ingress-dns`.
#[derive(Debug)]
pub(crate) struct DnsUnit;

/// Where the record is and what it says.
struct Record<'a> {
    zone: &'a str,
    target: &'a str,
    /// The zone of the target, for an alias.
    target_zone: Option<&'a str>,
}

impl Capability for DnsUnit {
    fn unit(&self) -> &'static str {
        "ingress-dns"
    }

    fn section(&self) -> Option<&'static str> {
        Some("ingress")
    }

    fn phase(&self) -> Phase {
        Phase::Networking
    }

    fn applies(&self, sections: &Sections<'_>) -> bool {
        let ingress = sections.read::<Ingress<'_>>("ingress");
        ingress.is_ok_and(|ingress| ingress.dns.is_some())
    }

    fn reads<'a>(&self, _sections: &Sections<'a>) -> Keys<'a> {
        Keys::from([SERVICE_NAME.into()])
    }

    fn writes<'a>(&self, _sections: &Sections<'a>) -> Keys<'a> {
        Keys::from([HOST.into()])
    }

    fn check(&self, input: &CheckInput<'_>) -> Vec<Problem> {
        if !self.applies(input.sections) {
            return Vec::new();
        }
        let ingress = input.sections.read::<Ingress<'_>>("ingress");
        let found = ingress.and_then(|ingress| {
            // A missing load balancer is reported by the routing.
            ingress.load_balancer(input.landing_zone)?;
            ingress.record(input.landing_zone)?;
            Ok(())
        });
        found.err().map(Problem::from).into_iter().collect()
    }

    fn render(
        &self,
        input: &RenderInput<'_>,
        context: &mut References<'_>,
    ) -> Result<Resources, RenderError> {
        let ingress: Ingress<'_> = input.sections.read("ingress")?;
        let record = ingress.record(input.landing_zone)?;
        let service = context.require(SERVICE_NAME)?;
        let common = json!({
            "HostedZoneId": record.zone,
            "Name": ingress.host,
            // The service is what the name leads to: the record waits until it is there.
            "Comment": { "Fn::Join": ["", ["leads to ", service]] },
        });
        let resource = Resource::new("AWS::Route53::RecordSet", common);
        let resource = match record.target_zone {
            Some(target_zone) => resource.property("Type", "A".into()).property(
                "AliasTarget",
                json!({ "DNSName": record.target, "HostedZoneId": target_zone }),
            ),
            None => resource
                .property("Type", "CNAME".into())
                .property("TTL", TTL.into())
                .property("ResourceRecords", json!([record.target])),
        };
        let weight = ingress.dns.as_ref().and_then(|dns| dns.weight);
        let resource = match weight {
            // Records of one name are told apart by an identifier; an instance has one of each.
            Some(weight) => resource
                .property("Weight", weight.into())
                .property("SetIdentifier", input.instance.as_str().into()),
            None => resource,
        };
        let mut resources = Resources::of(self.unit());
        resources.add("Record", resource)?;
        context.set(HOST, ingress.host.into())?;
        Ok(resources)
    }
}

impl Ingress<'_> {
    fn record<'z>(&'z self, zone: &'z LandingZone) -> Result<Record<'z>, RenderError> {
        let lacking = |lacking| RenderError::Ground {
            pointer: pointer(&["ingress", "dns"]),
            lacking,
        };
        let own = self.dns.as_ref().and_then(|Dns { zone, .. }| *zone);
        let shared = zone.spec.hosted_zone_id.as_deref();
        let balancer = self.load_balancer(zone)?;
        let target = balancer.dns_name.as_deref();
        Ok(Record {
            zone: own.or(shared).ok_or_else(|| lacking("hosted zone"))?,
            target: target.ok_or_else(|| lacking("DNS name of its load balancer"))?,
            target_zone: balancer.canonical_hosted_zone_id.as_deref(),
        })
    }
}
