//! Pools of addresses, and what is taken of them.

use std::collections::BTreeMap;

use groundplane_model::{PoolName, SpaceName};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::transport::{Call, Method};
use super::{Body, CallError, Client};

/// A pool as it is listed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PoolSummary {
    /// Its name.
    pub(crate) name: PoolName,
    /// The block that it hands out of.
    pub(crate) cidr: String,
    /// The space that it is in.
    pub(crate) space: SpaceName,
    /// The pool that it is a part of.
    pub(crate) parent: Option<PoolName>,
    /// The prefix lengths of its allocations.
    pub(crate) allowed_lengths: Lengths,
    /// What is never handed out.
    pub(crate) reserved: Vec<String>,
    /// What it can be chosen by.
    pub(crate) tags: BTreeMap<String, String>,
    /// The subnet that its addresses are in, if they are all in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) subnet_id: Option<String>,
    /// The prefix length of the largest free block, if anything is free.
    pub(crate) largest_free: Option<u8>,
    /// When it was created.
    pub(crate) created_at: Timestamp,
    /// Who created it.
    pub(crate) created_by: String,
}

/// Prefix lengths from the shortest to the longest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Lengths {
    /// The shortest.
    pub(crate) min: u8,
    /// The longest.
    pub(crate) max: u8,
}

/// A pool in full.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Pool {
    /// What a listing shows of it.
    #[serde(flatten)]
    pub(crate) summary: PoolSummary,
    /// How full it is.
    pub(crate) utilisation: Utilisation,
}

/// How full a pool is; counts of addresses are texts, for those of IPv6 are beyond the numbers of
/// JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Utilisation {
    /// All addresses.
    pub(crate) total: String,
    /// Those that are handed out.
    pub(crate) allocated: String,
    /// Those that are never handed out.
    pub(crate) reserved: String,
    /// Those that are left.
    pub(crate) free: String,
    /// The part that is handed out of what can be, from 0 to 1.
    pub(crate) ratio: f64,
    /// The prefix length of the largest free block, if anything is free.
    pub(crate) largest_free: Option<u8>,
    /// The part of what is free that lies outside of the largest free block, from 0 to 1.
    pub(crate) fragmentation: f64,
}

/// A block that is taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Block {
    /// The addresses.
    pub(crate) cidr: String,
    /// `held`, `reserved` or `resting`.
    pub(crate) state: String,
    /// When it becomes free by itself, if it does.
    pub(crate) until: Option<Timestamp>,
    /// Whose it is.
    pub(crate) holder: Holder,
    /// When it was taken.
    pub(crate) allocated_at: Timestamp,
}

/// Whose a block is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Holder {
    /// `instance`, `pool` or `import`.
    pub(crate) kind: String,
    /// The instance, the pool, or what was imported.
    pub(crate) name: String,
    /// The tenant, for an instance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tenant: Option<String>,
    /// The unit, for an instance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) unit: Option<String>,
    /// The input of the unit, for an instance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) input: Option<String>,
}

/// A pool that was deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DeletedPool {
    /// Its name.
    pub(crate) name: PoolName,
}

/// A block that was given back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct GivenBack {
    /// The addresses.
    pub(crate) cidr: String,
}

/// What blocks are taken of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Within {
    /// A pool.
    Pool(PoolName),
    /// A space.
    Space(SpaceName),
}

impl Within {
    /// What it is called in a query, and its name.
    pub(crate) fn named(&self) -> (&'static str, &str) {
        match self {
            Self::Pool(name) => ("pool", name.as_str()),
            Self::Space(name) => ("space", name.as_str()),
        }
    }
}

const ALLOCATIONS: &str = "/v1/allocations";

impl Client {
    /// Every pool.
    pub(crate) fn pools(&self) -> Result<Vec<PoolSummary>, CallError> {
        self.every("/v1/pools", &[], "pools")
    }

    /// One pool.
    pub(crate) fn pool(&self, name: &PoolName) -> Result<Pool, CallError> {
        self.send(&Call::new(Method::Get, &format!("/v1/pools/{name}")))
    }

    /// Creates a pool. Doing it again changes nothing.
    pub(crate) fn create_pool(
        &self,
        name: &PoolName,
        body: &Body,
    ) -> Result<PoolSummary, CallError> {
        self.send(&Call::new(Method::Put(body), &format!("/v1/pools/{name}")))
    }

    /// Deletes a pool that is not in use.
    pub(crate) fn delete_pool(&self, name: &PoolName) -> Result<DeletedPool, CallError> {
        self.send(&Call::new(Method::Delete, &format!("/v1/pools/{name}")))
    }

    /// Every block that is taken.
    pub(crate) fn allocations(&self, within: &Within) -> Result<Vec<Block>, CallError> {
        self.every(ALLOCATIONS, &[within.named()], "allocations")
    }

    /// Takes a block by hand. Doing it again changes nothing.
    pub(crate) fn import(&self, body: &Body) -> Result<Block, CallError> {
        self.send(&Call::new(Method::Post(body), ALLOCATIONS))
    }

    /// Gives back a block that was taken by hand.
    pub(crate) fn give_back(&self, within: &Within, cidr: &str) -> Result<GivenBack, CallError> {
        let mut call = Call::new(Method::Delete, ALLOCATIONS);
        let (kind, name) = within.named();
        call.ask(kind, Some(name));
        call.ask("cidr", Some(cidr));
        self.send(&call)
    }
}
