//! Pools as they are kept.

use groundplane_model::{Index, Key, Partition, PoolName, Record};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{PoolSpec, Tree, Within};

/// A pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pool {
    /// Its name.
    pub name: PoolName,
    /// Unique for this creation: tells it from pools that had the name before.
    pub incarnation: String,
    /// Its settings.
    pub spec: PoolSpec,
    /// When it was created.
    pub created_at: Timestamp,
    /// Who created it.
    pub created_by: String,
    /// The version of this record.
    #[serde(default)]
    pub version: u64,
}

impl Pool {
    /// Where the pool of that name lies.
    #[must_use]
    pub fn key_of(name: &PoolName) -> Key {
        Key::meta(Partition::pool(name))
    }

    /// Its addresses.
    #[must_use]
    pub fn tree(&self) -> Tree {
        Tree::pool(&self.name, &self.incarnation, self.spec.cidr)
    }

    /// What its block is a part of.
    #[must_use]
    pub fn within(&self) -> Within {
        match &self.spec.parent {
            Some(parent) => Within::Pool(parent.clone()),
            None => Within::Space(self.spec.space.clone()),
        }
    }
}

impl Record for Pool {
    const KIND: &'static str = "pool";

    fn key(&self) -> Key {
        Self::key_of(&self.name)
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn index(&self) -> Option<Index> {
        Some(Index::pools(self.name.as_str()))
    }
}
