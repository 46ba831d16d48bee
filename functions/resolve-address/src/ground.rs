//! Where addresses come from: the configuration, and the pool that it or a request names.

use std::collections::BTreeMap;

use groundplane_addresses::find_pool;
use groundplane_model::{
    DeploymentSpec, Failure, FailureKind, Index, Layer, PoolName, ResolverName,
};
use groundplane_ports::{Page, ReadTable};
use groundplane_resolvers::{IpamConfig, Pool, configured};

/// How many pools are listed at a time.
const PAGE: u16 = 100;

/// What blocks are chosen by, the requests aside.
pub(crate) struct Ground {
    pub(crate) config: IpamConfig,
    pub(crate) layer: Layer,
    /// The pool of the request before. The settings of a pool never change, and one that is gone
    /// has no tree, so that remembering it does no harm.
    known: Option<Known>,
}

struct Known {
    requested: Option<PoolName>,
    pool: Pool,
}

impl Ground {
    /// What the deployment was accepted with.
    pub(crate) fn read(submitted: &DeploymentSpec) -> Result<Self, Failure> {
        let (config, layer) = configured(&ResolverName::ipam(), submitted)?;
        Ok(Self {
            config,
            layer,
            known: None,
        })
    }

    /// The pool that a request which names `requested` takes its block from.
    pub(crate) async fn pool(
        &mut self,
        table: &impl ReadTable,
        requested: Option<&PoolName>,
    ) -> Result<Pool, Failure> {
        let known = self.known.as_ref();
        if let Some(known) = known.filter(|known| known.requested.as_ref() == requested) {
            return Ok(known.pool.clone());
        }
        let pool = self.find(table, requested).await?;
        self.known = Some(Known {
            requested: requested.cloned(),
            pool: pool.clone(),
        });
        Ok(pool)
    }

    /// The pool: the one that the request names, the configured one, or the first by name that has
    /// the configured tags.
    async fn find(
        &self,
        table: &impl ReadTable,
        requested: Option<&PoolName>,
    ) -> Result<Pool, Failure> {
        match requested.or(self.config.pool.as_ref()) {
            Some(name) => find_pool(table, name).await,
            None if self.config.tags.is_empty() => {
                let message = "no pool is configured for addresses: the request has no `pool`, and \
                               the resolver `ipam` has neither `pool` nor `tags`";
                Err(Failure::new(FailureKind::Invalid, message))
            }
            None => self.tagged(table).await,
        }
    }

    async fn tagged(&self, table: &impl ReadTable) -> Result<Pool, Failure> {
        let tags = &self.config.tags;
        let mut cursor: Option<String> = None;
        loop {
            let page: Page<Pool> = table
                .list(&Index::pools(""), PAGE, cursor.as_deref())
                .await?;
            let found = page
                .records
                .into_iter()
                .find(|pool| pool.spec.has_tags(tags));
            if let Some(pool) = found {
                return Ok(pool);
            }
            cursor = page.next;
            if cursor.is_none() {
                let message = format!("no pool has the tags {}", in_words(tags));
                return Err(Failure::new(FailureKind::NotFound, message));
            }
        }
    }
}

fn in_words(tags: &BTreeMap<String, String>) -> String {
    let tags: Vec<String> = tags
        .iter()
        .map(|(key, value)| format!("`{key}={value}`"))
        .collect();
    tags.join(", ")
}
