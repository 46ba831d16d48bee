//! Which instance a real resource belongs to, and how it was when it was last looked at.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Digest, Index, InstanceId, Key, Partition, Record, TenantId, UnitName};

/// The types of resources that are looked at, since they do not say everything themselves.
const POLLED: [&str; 2] = [ResourceOwner::SERVICE, ResourceOwner::DATABASE];

/// Who owns what is known under one identifier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceOwner {
    /// An identifier of the resource: its ARN, or what else tells it from all others.
    pub identifier: String,
    /// The tenant.
    pub tenant: TenantId,
    /// The instance.
    pub instance: InstanceId,
    /// Which life of the instance's name.
    pub incarnation: String,
    /// The unit.
    pub unit: UnitName,
    /// The resource's name in the template.
    pub logical_id: String,
    /// Its type, for example `AWS::ECS::Service`.
    pub resource_type: String,
    /// Its name in the cloud.
    pub physical_id: String,
    /// The version of this record.
    #[serde(default)]
    pub version: u64,
}

impl ResourceOwner {
    /// The type of a service of ECS.
    pub const SERVICE: &'static str = "AWS::ECS::Service";
    /// The type of a database of RDS.
    pub const DATABASE: &'static str = "AWS::RDS::DBInstance";
    /// The type of what scales a service. Where a stack has none, nobody need ask for the limits.
    pub const SCALABLE_TARGET: &'static str = "AWS::ApplicationAutoScaling::ScalableTarget";

    /// Where the owner of what is known under `identifier` lies.
    #[must_use]
    pub fn key_of(identifier: &str) -> Key {
        Key::meta(Partition::resource(identifier))
    }

    /// Whether the resource is looked at. One that is known under several identifiers is looked
    /// at under its ARN.
    #[must_use]
    pub fn is_polled(&self) -> bool {
        POLLED.contains(&self.resource_type.as_str()) && self.identifier.starts_with("arn:")
    }
}

impl Record for ResourceOwner {
    const KIND: &'static str = "resource-owner";

    fn key(&self) -> Key {
        Self::key_of(&self.identifier)
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn index(&self) -> Option<Index> {
        let shard = shard(&self.identifier);
        self.is_polled()
            .then(|| Index::polled(shard, &self.identifier))
    }
}

/// How a resource was when it was last looked at. Written only when that changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observation {
    /// The identifier of the resource.
    pub identifier: String,
    /// How it was.
    pub status: String,
    /// Since when.
    pub since: Timestamp,
    /// How often that has changed; with the identifier, it tells one change from all others.
    pub changes: u64,
    /// The version of this record.
    #[serde(default)]
    pub version: u64,
}

impl Observation {
    /// Where the observation of what is known under `identifier` lies.
    #[must_use]
    pub fn key_of(identifier: &str) -> Key {
        Key::new(Partition::resource(identifier), "OBSERVED")
    }
}

impl Record for Observation {
    const KIND: &'static str = "observation";

    fn key(&self) -> Key {
        Self::key_of(&self.identifier)
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn index(&self) -> Option<Index> {
        Some(Index::observed(shard(&self.identifier), &self.identifier))
    }
}

/// When everything that is looked at was last looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Poller {
    /// When.
    pub polled_at: Timestamp,
    /// The version of this record.
    #[serde(default)]
    pub version: u64,
}

impl Poller {
    /// Where it lies.
    #[must_use]
    pub fn key_of() -> Key {
        Key::meta(Partition::poller())
    }
}

impl Record for Poller {
    const KIND: &'static str = "poller";

    fn key(&self) -> Key {
        Self::key_of()
    }

    fn version(&self) -> u64 {
        self.version
    }
}

fn shard(identifier: &str) -> u8 {
    Digest::of(identifier.as_bytes())
        .as_str()
        .bytes()
        .fold(0_u8, u8::wrapping_add)
        % Index::ACTIVE_SHARDS
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn owner(resource_type: &str, identifier: &str) -> ResourceOwner {
        ResourceOwner {
            identifier: identifier.to_owned(),
            tenant: TenantId::parse("shop").unwrap(),
            instance: InstanceId::parse("web-service.dev").unwrap(),
            incarnation: "1".to_owned(),
            unit: UnitName::parse("compute").unwrap(),
            logical_id: "Service".to_owned(),
            resource_type: resource_type.to_owned(),
            physical_id: identifier.to_owned(),
            version: 0,
        }
    }

    #[test]
    fn services_and_databases_are_listed_to_be_looked_at_once_each() {
        let service = owner(ResourceOwner::SERVICE, "arn:aws:ecs:x:1:service/main/web");
        let partition = service.index().unwrap().partition;
        assert!(partition.starts_with("PLATFORM#POLLED#"), "{partition}");
        let database = owner(ResourceOwner::DATABASE, "arn:aws:rds:x:1:db:orders");
        assert!(database.index().is_some());
        let by_name = owner(ResourceOwner::DATABASE, "1/x/AWS::RDS::DBInstance/orders");
        assert_eq!(by_name.index(), None);
        let queue = owner("AWS::SQS::Queue", "arn:aws:sqs:x:1:letters");
        assert_eq!(queue.index(), None);
    }

    #[test]
    fn what_is_looked_at_is_spread_over_all_shards_and_lies_with_what_was_seen() {
        let shards: BTreeSet<u8> = (0..64)
            .map(|number| shard(&format!("arn:aws:ecs:x:1:service/main/web-{number}")))
            .collect();
        assert_eq!(shards, (0..Index::ACTIVE_SHARDS).collect());
        let seen = Observation {
            identifier: "arn:x".to_owned(),
            status: "steady".to_owned(),
            since: "2026-01-01T00:00:00Z".parse().unwrap(),
            changes: 0,
            version: 0,
        };
        assert_eq!(
            seen.key().partition,
            ResourceOwner::key_of("arn:x").partition
        );
    }
}
