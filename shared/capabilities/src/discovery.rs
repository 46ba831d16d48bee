//! The section `serviceDiscovery`: a private DNS name for the containers.

use groundplane_model::Problem;
use serde::Deserialize;
use serde_json::json;

use crate::{
    Capability, CheckInput, Keys, Phase, References, RenderError, RenderInput, Resource, Resources,
    Sections,
};

/// The namespace.
const NAMESPACE_ID: &str = "service_discovery.namespace_id";
/// The service that containers are registered with.
pub(crate) const SERVICE_ARN: &str = "service_discovery.service_arn";
/// The name that others find the service under.
const HOST: &str = "service_discovery.host";

/// For how many seconds clients may remember an address; containers come and go.
const TTL: u8 = 10;

/// The section's fields.
#[derive(Debug, Deserialize)]
struct ServiceDiscovery<'a> {
    namespace: &'a str,
}

/// The unit `service-discovery`.
#[derive(Debug)]
pub(crate) struct DiscoveryUnit;

impl Capability for DiscoveryUnit {
    fn unit(&self) -> &'static str {
        "service-discovery"
    }

    fn section(&self) -> Option<&'static str> {
        Some("serviceDiscovery")
    }

    fn phase(&self) -> Phase {
        Phase::Infrastructure
    }

    fn reads<'a>(&self, _sections: &Sections<'a>) -> Keys<'a> {
        Keys::new()
    }

    fn writes<'a>(&self, _sections: &Sections<'a>) -> Keys<'a> {
        Keys::from([NAMESPACE_ID, SERVICE_ARN, HOST].map(Into::into))
    }

    fn check(&self, input: &CheckInput<'_>) -> Vec<Problem> {
        let section = input
            .sections
            .read::<ServiceDiscovery<'_>>("serviceDiscovery");
        section.err().map(Problem::from).into_iter().collect()
    }

    fn render(
        &self,
        input: &RenderInput<'_>,
        context: &mut References<'_>,
    ) -> Result<Resources, RenderError> {
        let ServiceDiscovery { namespace } = input.sections.read("serviceDiscovery")?;
        let mut resources = Resources::of(self.unit());
        let spec = &input.landing_zone.spec;
        // A VPC takes one namespace of a domain, so those that several services use are the
        // landing zone's (`ConflictingDomainExists`, AWS Cloud Map API reference).
        let namespace_id = match spec.namespaces.get(namespace) {
            Some(shared) => shared.as_str().into(),
            None => {
                let properties = json!({ "Name": namespace, "Vpc": spec.network.vpc_id });
                let kind = "AWS::ServiceDiscovery::PrivateDnsNamespace";
                resources.add("Namespace", Resource::new(kind, properties))?;
                json!({ "Ref": "Namespace" })
            }
        };
        let properties = json!({
            "Name": input.instance.service(),
            "DnsConfig": {
                "NamespaceId": namespace_id,
                "RoutingPolicy": "MULTIVALUE",
                "DnsRecords": [{ "Type": "A", "TTL": TTL }],
            },
            // ECS tells Cloud Map itself which containers are well.
            "HealthCheckCustomConfig": { "FailureThreshold": 1 },
        });
        let service = Resource::new("AWS::ServiceDiscovery::Service", properties);
        resources.add("Service", service)?;
        context.set(NAMESPACE_ID, namespace_id)?;
        context.set(SERVICE_ARN, json!({ "Fn::GetAtt": ["Service", "Arn"] }))?;
        let host = format!("{}.{namespace}", input.instance.service());
        context.export(HOST, host.into())?;
        Ok(resources)
    }
}
