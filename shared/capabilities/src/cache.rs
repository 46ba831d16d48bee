//! The section `cache`: an ElastiCache replication group, also where it has one node only, since
//! encryption in transit needs one.

use groundplane_model::Problem;
use serde::Deserialize;
use serde_json::json;

use crate::foundation::DATA_GROUP;
use crate::network::{check_subnets, check_zones};
use crate::text::pointer;
use crate::{
    Capability, CheckInput, Keys, Phase, References, RenderError, RenderInput, Resource, Resources,
    Sections,
};

/// The port of both engines.
pub(crate) const PORT: u16 = 6379;

/// Where to write to.
const ENDPOINT: &str = "cache.endpoint";
/// Where to read from; the same node where there is only one.
const READER_ENDPOINT: &str = "cache.reader_endpoint";
/// The port of both.
const PORT_KEY: &str = "cache.port";
/// The address as clients take it, for example `rediss://host:6379`.
const URL: &str = "cache.url";

/// Node types that AWS makes no new nodes of.
/// <https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheNodes.SupportedTypes.html>
const RETIRED: [&str; 5] = [
    "cache.t1.",
    "cache.t2.",
    "cache.m1.",
    "cache.m2.",
    "cache.c1.",
];

/// The section's fields.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Cache<'a> {
    engine: &'a str,
    engine_version: &'a str,
    node_type: &'a str,
    num_nodes: u8,
    transit_encryption: bool,
    at_rest_encryption: bool,
}

/// The unit `cache`.
#[derive(Debug)]
pub(crate) struct CacheUnit;

impl Capability for CacheUnit {
    fn unit(&self) -> &'static str {
        "cache"
    }

    fn section(&self) -> Option<&'static str> {
        Some("cache")
    }

    fn phase(&self) -> Phase {
        Phase::Infrastructure
    }

    fn reads<'a>(&self, _sections: &Sections<'a>) -> Keys<'a> {
        Keys::from([DATA_GROUP.into()])
    }

    fn writes<'a>(&self, _sections: &Sections<'a>) -> Keys<'a> {
        Keys::from([ENDPOINT, READER_ENDPOINT, PORT_KEY, URL].map(Into::into))
    }

    fn check(&self, input: &CheckInput<'_>) -> Vec<Problem> {
        let cache: Cache<'_> = match input.sections.read("cache") {
            Ok(cache) => cache,
            Err(error) => return vec![error.into()],
        };
        let mut problems: Vec<Problem> = check_subnets("cache", input.landing_zone)
            .into_iter()
            .collect();
        if cache.has_replicas() && problems.is_empty() {
            let nodes = pointer(&["cache", "numNodes"]);
            problems.extend(check_zones(&nodes, input.landing_zone));
        }
        if RETIRED
            .iter()
            .any(|family| cache.node_type.starts_with(family))
        {
            let message = format!("AWS makes no new nodes of `{}`", cache.node_type);
            let problem = Problem::error(pointer(&["cache", "nodeType"]), message);
            problems.push(problem.with_hint("`cache.t4g.micro` is the smallest of today's"));
        }
        problems
    }

    fn render(
        &self,
        input: &RenderInput<'_>,
        context: &mut References<'_>,
    ) -> Result<Resources, RenderError> {
        let cache: Cache<'_> = input.sections.read("cache")?;
        let mut resources = Resources::of(self.unit());
        let subnets = json!({
            "Description": "The private subnets",
            "SubnetIds": input.landing_zone.spec.network.private_subnet_ids,
        });
        let subnets = Resource::new("AWS::ElastiCache::SubnetGroup", subnets);
        resources.add("Subnets", subnets)?;
        resources.add("Cache", cache.replication_group(input, context)?)?;
        let endpoint = json!({ "Fn::GetAtt": ["Cache", "PrimaryEndPoint.Address"] });
        let port = json!({ "Fn::GetAtt": ["Cache", "PrimaryEndPoint.Port"] });
        let scheme = if cache.transit_encryption {
            "rediss://"
        } else {
            "redis://"
        };
        let url = json!({ "Fn::Join": ["", [scheme, endpoint, ":", port]] });
        context.export(ENDPOINT, endpoint)?;
        context.export(PORT_KEY, port)?;
        context.export(URL, url)?;
        let reader = json!({ "Fn::GetAtt": ["Cache", "ReaderEndPoint.Address"] });
        context.export(READER_ENDPOINT, reader)?;
        Ok(resources)
    }
}

impl Cache<'_> {
    fn has_replicas(&self) -> bool {
        self.num_nodes > 1
    }

    /// The group has no name of its own: a change that replaces it would clash with itself.
    fn replication_group(
        &self,
        input: &RenderInput<'_>,
        context: &mut References<'_>,
    ) -> Result<Resource, RenderError> {
        let properties = json!({
            "ReplicationGroupDescription": format!("cache of {}", input.instance),
            "Engine": self.engine,
            "EngineVersion": self.engine_version,
            "CacheNodeType": self.node_type,
            "NumCacheClusters": self.num_nodes,
            "Port": PORT,
            // A replica takes over by itself; AWS refuses both settings for a single node.
            // https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/AutoFailover.html
            "AutomaticFailoverEnabled": self.has_replicas(),
            "MultiAZEnabled": self.has_replicas(),
            "TransitEncryptionEnabled": self.transit_encryption,
            "AtRestEncryptionEnabled": self.at_rest_encryption,
            "CacheSubnetGroupName": { "Ref": "Subnets" },
            "SecurityGroupIds": [context.require(DATA_GROUP)?],
        });
        let group = Resource::new("AWS::ElastiCache::ReplicationGroup", properties);
        Ok(group.on_delete("Delete"))
    }
}
