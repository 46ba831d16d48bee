//! The ground that instances stand on: landing zones (one account and region) and the
//! environments in them. Both are documents that platform engineers apply; both are versioned.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    ApprovalPolicy, DriftPolicy, EnvironmentName, Index, Key, LandingZoneName, Limit, Partition,
    Record, ResolverConfigs, approval,
};

/// The `spec` of a `kind: LandingZone` document. Its JSON Schema is `schema/landing-zone.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LandingZoneSpec {
    /// The AWS account, twelve digits.
    pub account: String,
    /// The AWS region.
    pub region: String,
    /// The network.
    pub network: Network,
    /// The name or ARN of the ECS cluster that services run in.
    pub cluster: String,
    /// The load balancer that public ingress attaches to, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load_balancer: Option<LoadBalancer>,
    /// The load balancer that ingress with `public: false` attaches to, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub internal_load_balancer: Option<LoadBalancer>,
    /// The Route 53 hosted zone for DNS records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hosted_zone_id: Option<String>,
    /// The Cloud Map namespaces in the VPC that services share: domain to namespace id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub namespaces: BTreeMap<String, String>,
    /// How resolvers are configured here.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub resolvers: ResolverConfigs,
    /// What is allowed in specs here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<Limit>,
    /// The role that provisioning assumes, for another account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assume_role_arn: Option<String>,
    /// The service role that CloudFormation works under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_role_arn: Option<String>,
    /// The permissions boundary of every role that is created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions_boundary_arn: Option<String>,
}

/// The network of a landing zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Network {
    /// The VPC.
    pub vpc_id: String,
    /// The subnets without a public address, one per availability zone.
    pub private_subnet_ids: Vec<String>,
    /// The subnets with public addresses.
    #[serde(default)]
    pub public_subnet_ids: Vec<String>,
    /// The route tables of subnets that services get of their own, one per availability zone or
    /// one for all; none leaves them to the VPC's main route table.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub private_route_table_ids: Vec<String>,
    /// What the private subnets reach, if the landing zone says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub egress: Option<Egress>,
}

/// What private subnets reach outside the VPC; decides which container images can be pulled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Egress {
    /// The internet, through NAT.
    Nat,
    /// AWS services through VPC endpoints, among them ECR, S3 and CloudWatch Logs.
    Endpoints,
    /// Nothing.
    None,
}

/// The load balancer of a landing zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LoadBalancer {
    /// The listener that rules are added to.
    pub listener_arn: String,
    /// The security group that its traffic comes from.
    pub security_group_id: String,
    /// Whether the listener has a certificate; authentication needs one.
    #[serde(default)]
    pub https: bool,
    /// Its DNS name, which DNS records point to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dns_name: Option<String>,
    /// The hosted zone that AWS keeps its DNS name in, for alias records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canonical_hosted_zone_id: Option<String>,
}

/// A landing zone at one version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LandingZone {
    /// Its name.
    pub name: LandingZoneName,
    /// What it offers.
    pub spec: LandingZoneSpec,
    /// When this version was applied.
    pub updated_at: Timestamp,
    /// Who applied this version.
    pub updated_by: String,
    /// Its version, counted from 1.
    #[serde(default)]
    pub version: u64,
}

/// The `spec` of a `kind: Environment` document. Its JSON Schema is `schema/environment.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EnvironmentSpec {
    /// The landing zone that it is in.
    pub landing_zone: LandingZoneName,
    /// Whether it serves production: data is protected by default.
    pub production: bool,
    /// What approval deployments wait for; none begins at once.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "approval::of_any_age"
    )]
    pub approval: Option<ApprovalPolicy>,
    /// How resolvers are configured here.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub resolvers: ResolverConfigs,
    /// What is allowed in specs here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<Limit>,
    /// What is done about drift; none only reports it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drift: Option<DriftPolicy>,
}

/// An environment at one version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Environment {
    /// Its name.
    pub name: EnvironmentName,
    /// What it is.
    pub spec: EnvironmentSpec,
    /// When this version was applied.
    pub updated_at: Timestamp,
    /// Who applied this version.
    pub updated_by: String,
    /// Its version, counted from 1.
    #[serde(default)]
    pub version: u64,
}

impl Record for LandingZone {
    const KIND: &'static str = "landing-zone";

    fn key(&self) -> Key {
        Key::meta(Partition::landing_zone(&self.name))
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn index(&self) -> Option<Index> {
        Some(Index::landing_zones(self.name.as_str()))
    }
}

impl Record for Environment {
    const KIND: &'static str = "environment";

    fn key(&self) -> Key {
        Key::meta(Partition::environment(&self.name))
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn index(&self) -> Option<Index> {
        Some(Index::environments(self.name.as_str()))
    }
}
