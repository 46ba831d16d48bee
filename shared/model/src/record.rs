//! What is kept in the table: records with typed keys and a version, changed only by conditional
//! writes. This module is the only place where keys are made.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{
    DeploymentId, Digest, EnvironmentName, EventSourceName, InstanceId, LandingZoneName,
    LifecycleName, PoolName, SpaceName, TenantId, WorkflowName,
};

/// A group of records that lie together and are read together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Partition(String);

impl Partition {
    /// One instance: meta, units, allocations, revisions.
    #[must_use]
    pub fn instance(tenant: &TenantId, instance: &InstanceId) -> Self {
        Self(format!("TENANT#{tenant}#INSTANCE#{instance}"))
    }

    /// One deployment: meta, submitted spec, steps.
    #[must_use]
    pub fn deployment(tenant: &TenantId, deployment: &DeploymentId) -> Self {
        Self(format!("TENANT#{tenant}#DEPLOYMENT#{deployment}"))
    }

    /// One remembered idempotency key of a tenant.
    #[must_use]
    pub fn idempotency(tenant: &TenantId, key_digest: &str) -> Self {
        Self(format!("TENANT#{tenant}#IDEMPOTENCY#{key_digest}"))
    }

    /// One environment, with all its versions.
    #[must_use]
    pub fn environment(name: &EnvironmentName) -> Self {
        Self(format!("PLATFORM#ENVIRONMENT#{name}"))
    }

    /// One landing zone, with all its versions.
    #[must_use]
    pub fn landing_zone(name: &LandingZoneName) -> Self {
        Self(format!("PLATFORM#LANDINGZONE#{name}"))
    }

    /// One message of the outbox.
    #[must_use]
    pub fn outbox(id: &str) -> Self {
        Self(format!("OUTBOX#{id}"))
    }

    /// One name that was handed out, within the scope where it must be unique.
    #[must_use]
    pub fn name_claim(scope: &str, name: &str) -> Self {
        Self(format!("NAME#{scope}#{name}"))
    }

    /// One pool of addresses: meta and what is said about it.
    #[must_use]
    pub fn pool(name: &PoolName) -> Self {
        Self(format!("PLATFORM#POOL#{name}"))
    }

    /// What is taken of a space: pools and foreign networks.
    #[must_use]
    pub fn space(name: &SpaceName) -> Self {
        Self(format!("PLATFORM#SPACE#{name}"))
    }

    /// One node of a tree of addresses. Every node has a partition of its own, so that a pool is
    /// spread over the table.
    #[must_use]
    pub fn pool_node(tree: &str, node: &str) -> Self {
        Self(format!("{tree}#NODE#{node}"))
    }

    /// The resolvers that were configured.
    #[must_use]
    pub fn resolvers() -> Self {
        Self("PLATFORM#RESOLVERS".to_owned())
    }

    /// One lifecycle, with all its versions.
    #[must_use]
    pub fn lifecycle(name: &LifecycleName) -> Self {
        Self(format!("PLATFORM#LIFECYCLE#{name}"))
    }

    /// One registered workflow.
    #[must_use]
    pub fn workflow(name: &WorkflowName) -> Self {
        Self(format!("PLATFORM#WORKFLOW#{name}"))
    }

    /// What callers of a tenant did on one day (UTC); none for callers whose tenant is unknown.
    #[must_use]
    pub fn audit(tenant: Option<&TenantId>, day: Date) -> Self {
        Self(format!(
            "AUDIT#{}#{day}",
            tenant.map_or("", TenantId::as_str)
        ))
    }

    /// Who has which roles.
    #[must_use]
    pub fn access_policy() -> Self {
        Self("PLATFORM#ACCESS".to_owned())
    }

    /// The sources of webhooks of a tenant.
    #[must_use]
    pub fn event_sources(tenant: &TenantId) -> Self {
        Self(format!("TENANT#{tenant}#SOURCES"))
    }

    /// One signed webhook that a source of a tenant has sent.
    #[must_use]
    pub fn webhook(tenant: &TenantId, source: &EventSourceName, id_digest: &Digest) -> Self {
        Self(format!("WEBHOOK#{tenant}.{source}#{id_digest}"))
    }

    /// What is known under one identifier of a real resource. Identifiers may be long and hold
    /// anything.
    #[must_use]
    pub fn resource(identifier: &str) -> Self {
        Self(format!("RESOURCE#{}", Digest::of(identifier.as_bytes())))
    }

    /// When the pollers last looked.
    #[must_use]
    pub fn poller() -> Self {
        Self("PLATFORM#POLLER".to_owned())
    }

    /// One counter for the numbers in names.
    #[must_use]
    pub fn counter(scope: &str) -> Self {
        Self(format!("COUNTER#{scope}"))
    }

    /// What is allowed a tenant.
    #[must_use]
    pub fn tenant(tenant: &TenantId) -> Self {
        Self(format!("PLATFORM#TENANT#{tenant}"))
    }

    /// What a tenant uses of its quotas.
    #[must_use]
    pub fn usage(tenant: &TenantId) -> Self {
        Self(format!("TENANT#{tenant}#USAGE"))
    }

    /// The guardrails that platform engineers have written.
    #[must_use]
    pub fn guardrails() -> Self {
        Self("PLATFORM#GUARDRAILS".to_owned())
    }

    /// The compliance frameworks.
    #[must_use]
    pub fn frameworks() -> Self {
        Self("PLATFORM#FRAMEWORKS".to_owned())
    }

    /// The image catalog of a landing zone, or the one that all share.
    #[must_use]
    pub fn images(landing_zone: Option<&LandingZoneName>) -> Self {
        Self(match landing_zone {
            Some(name) => format!("PLATFORM#LANDINGZONE#{name}#IMAGES"),
            None => "PLATFORM#IMAGES".to_owned(),
        })
    }

    /// The tenant that it belongs to, if it belongs to one.
    #[must_use]
    pub fn owner(&self) -> Option<TenantId> {
        let rest = self.0.strip_prefix("TENANT#")?;
        TenantId::parse(rest.split_once('#')?.0).ok()
    }

    /// The partition key.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Where one record lies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// The partition.
    pub partition: Partition,
    /// The sort key within the partition.
    pub sort: String,
}

impl Key {
    /// The key of `sort` in `partition`.
    #[must_use]
    pub fn new(partition: Partition, sort: impl Into<String>) -> Self {
        Self {
            partition,
            sort: sort.into(),
        }
    }

    /// The key of the record that a partition is about.
    #[must_use]
    pub fn meta(partition: Partition) -> Self {
        Self::new(partition, "META")
    }
}

/// The key of a record in the listing index (`gsi1`). Eventually consistent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// What the listing is of.
    pub partition: String,
    /// The order in the listing.
    pub sort: String,
}

impl Index {
    /// The instances of a tenant, by id.
    #[must_use]
    pub fn instances(tenant: &TenantId, instance: &str) -> Self {
        Self {
            partition: format!("TENANT#{tenant}#INSTANCES"),
            sort: instance.to_owned(),
        }
    }

    /// The deployments that have not ended, by the time of their acceptance. Sparse, and spread
    /// over [`Index::ACTIVE_SHARDS`] partitions so that no single one limits throughput.
    #[must_use]
    pub fn active_deployments(shard: u8, deployment: &str) -> Self {
        Self {
            partition: format!("ACTIVE#{shard}"),
            sort: deployment.to_owned(),
        }
    }

    /// How many partitions the active deployments are spread over.
    pub const ACTIVE_SHARDS: u8 = 4;

    /// The environments, by name.
    #[must_use]
    pub fn environments(name: &str) -> Self {
        Self {
            partition: "PLATFORM#ENVIRONMENTS".to_owned(),
            sort: name.to_owned(),
        }
    }

    /// The resolvers that were configured, by name.
    #[must_use]
    pub fn resolvers(name: &str) -> Self {
        Self {
            partition: "PLATFORM#RESOLVERS".to_owned(),
            sort: name.to_owned(),
        }
    }

    /// The access policy, by name.
    #[must_use]
    pub fn access_policies(name: &str) -> Self {
        Self {
            partition: "PLATFORM#ACCESSPOLICIES".to_owned(),
            sort: name.to_owned(),
        }
    }

    /// What was done to an object by callers of a tenant, by time.
    #[must_use]
    pub fn audit_of_object(tenant: Option<&TenantId>, object: &str, entry: &str) -> Self {
        let tenant = tenant.map_or("", TenantId::as_str);
        Self {
            partition: format!("AUDIT#{tenant}#OBJECT#{object}"),
            sort: entry.to_owned(),
        }
    }

    /// The landing zones, by name.
    #[must_use]
    pub fn landing_zones(name: &str) -> Self {
        Self {
            partition: "PLATFORM#LANDINGZONES".to_owned(),
            sort: name.to_owned(),
        }
    }

    /// The versions of all lifecycles, by name and version.
    #[must_use]
    pub fn lifecycles(release: &str) -> Self {
        Self {
            partition: "PLATFORM#LIFECYCLES".to_owned(),
            sort: release.to_owned(),
        }
    }

    /// The registered workflows, by name.
    #[must_use]
    pub fn workflows(name: &str) -> Self {
        Self {
            partition: "PLATFORM#WORKFLOWS".to_owned(),
            sort: name.to_owned(),
        }
    }

    /// The tenants that have a document, by name.
    #[must_use]
    pub fn tenants(name: &str) -> Self {
        Self {
            partition: "PLATFORM#TENANTS".to_owned(),
            sort: name.to_owned(),
        }
    }

    /// The guardrails that platform engineers have written, by name.
    #[must_use]
    pub fn guardrails(name: &str) -> Self {
        Self {
            partition: "PLATFORM#GUARDRAILS".to_owned(),
            sort: name.to_owned(),
        }
    }

    /// The compliance frameworks, by name.
    #[must_use]
    pub fn frameworks(name: &str) -> Self {
        Self {
            partition: "PLATFORM#FRAMEWORKS".to_owned(),
            sort: name.to_owned(),
        }
    }

    /// The resources that are looked at, by identifier. Sparse, and spread as the active
    /// deployments are.
    #[must_use]
    pub fn polled(shard: u8, identifier: &str) -> Self {
        Self {
            partition: format!("PLATFORM#POLLED#{shard}"),
            sort: identifier.to_owned(),
        }
    }

    /// How they were when they were last looked at, by identifier and spread likewise.
    #[must_use]
    pub fn observed(shard: u8, identifier: &str) -> Self {
        Self {
            partition: format!("PLATFORM#OBSERVED#{shard}"),
            sort: identifier.to_owned(),
        }
    }

    /// What each event did to an instance, by time.
    #[must_use]
    pub fn events(tenant: &TenantId, instance: &InstanceId, entry: &str) -> Self {
        Self {
            partition: format!("TENANT#{tenant}#INSTANCE#{instance}#EVENTS"),
            sort: entry.to_owned(),
        }
    }

    /// The lives in which something is due: a timeout, or the end of a run. By the time at which
    /// it is. Sparse, and spread as the active deployments are.
    #[must_use]
    pub fn due_lives(shard: u8, due: &str) -> Self {
        Self {
            partition: format!("DUE#{shard}"),
            sort: due.to_owned(),
        }
    }

    /// The pools, by name.
    #[must_use]
    pub fn pools(name: &str) -> Self {
        Self {
            partition: "PLATFORM#POOLS".to_owned(),
            sort: name.to_owned(),
        }
    }

    /// The blocks of a pool that become free by themselves, by the time at which they do. Sparse,
    /// and one partition for each pool, so that a full pool finds its own.
    #[must_use]
    pub fn due_blocks(pool: &PoolName, due: &str) -> Self {
        Self {
            partition: format!("PLATFORM#POOL#{pool}#DUE"),
            sort: due.to_owned(),
        }
    }
}

/// Something that is kept in the table.
pub trait Record: Serialize + DeserializeOwned + Send + Sync {
    /// The kind, stored beside the record.
    const KIND: &'static str;

    /// Where it lies.
    fn key(&self) -> Key;

    /// The version as it was read; 0 for a record that was never saved.
    fn version(&self) -> u64;

    /// The version that it has once it is saved. A record that is removed and made anew under the
    /// same key must never have a version again that someone may still remember: it overrides
    /// this for its first one.
    fn next_version(&self) -> u64 {
        self.version() + 1
    }

    /// Where it is listed, if anywhere.
    fn index(&self) -> Option<Index> {
        None
    }

    /// When the table may forget it.
    fn expires_at(&self) -> Option<Timestamp> {
        None
    }
}

/// One conditional write. Several are committed together or not at all.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Write the record, whose stored version must still be `expected` (0: must not exist).
    Save {
        /// Where the record lies.
        key: Key,
        /// Its kind.
        kind: &'static str,
        /// The version that must be stored.
        expected: u64,
        /// The version that is stored with it.
        version: u64,
        /// The record.
        content: Value,
        /// Where it is listed.
        index: Option<Index>,
        /// When it may be forgotten.
        expires_at: Option<Timestamp>,
    },
    /// Remove the record, whose stored version must still be `expected`.
    Remove {
        /// Where the record lies.
        key: Key,
        /// The version that must be stored.
        expected: u64,
    },
    /// Write nothing; the stored version must still be `expected` (0: must not exist).
    Check {
        /// Where the record lies.
        key: Key,
        /// The version that must be stored.
        expected: u64,
    },
    /// Add `by` to the number `used` of a counter, whatever it is by then; one that is not there
    /// begins at 0. Its version counts how often that happened.
    Count {
        /// Where the counter lies.
        key: Key,
        /// Its kind.
        kind: &'static str,
        /// What else it says; always the same.
        content: Value,
        /// How much is added; less than 0 to take away.
        by: i64,
        /// What the sum must not exceed, if anything.
        at_most: Option<u64>,
        /// When it may be forgotten.
        expires_at: Option<Timestamp>,
    },
}

impl Change {
    /// Saves `record` over the version it was read at.
    #[must_use]
    pub fn save<R: Record>(record: &R) -> Self {
        Self::Save {
            key: record.key(),
            kind: R::KIND,
            expected: record.version(),
            version: record.next_version(),
            // INVARIANT: records are plain structs with string keys, which always serialise.
            content: serde_json::to_value(record).unwrap_or(Value::Null),
            index: record.index(),
            expires_at: record.expires_at(),
        }
    }

    /// Removes `record` if it is still as it was read.
    #[must_use]
    pub fn remove<R: Record>(record: &R) -> Self {
        Self::Remove {
            key: record.key(),
            expected: record.version(),
        }
    }

    /// Demands that `record` is still as it was read.
    #[must_use]
    pub fn check<R: Record>(record: &R) -> Self {
        Self::Check {
            key: record.key(),
            expected: record.version(),
        }
    }

    /// The record that this is about.
    #[must_use]
    pub const fn key(&self) -> &Key {
        match self {
            Self::Save { key, .. }
            | Self::Remove { key, .. }
            | Self::Check { key, .. }
            | Self::Count { key, .. } => key,
        }
    }
}
