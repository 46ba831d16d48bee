//! A clock that moves when it is told to, identifiers that are counted, and a place for secrets.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use groundplane_model::{Artifact, Digest};
use groundplane_ports::{
    Clock, Ids, NewSecretVersion, PortError, Random, ReadArtifacts, ReadDeploymentRuns, Result,
    WriteSecrets,
};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::vault::TestVault;

/// The clock and the source of identifiers of a test. It starts at 2026-01-01T00:00:00Z; clones
/// share the time, and the place where secrets are.
#[derive(Debug, Clone, Default)]
pub(crate) struct TestSystem {
    seconds: Arc<AtomicI64>,
    given: Arc<AtomicU64>,
    /// Where secrets are.
    pub(crate) vault: TestVault,
    /// Where templates are.
    pub(crate) templates: TestTemplates,
}

/// Templates by their digests; clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct TestTemplates(Arc<Mutex<BTreeMap<Digest, Vec<u8>>>>);

impl TestSystem {
    /// Lets time pass.
    pub(crate) fn advance(&self, by: SignedDuration) {
        self.seconds.fetch_add(by.as_secs(), Ordering::Relaxed);
    }
}

impl Clock for TestSystem {
    fn now(&self) -> Timestamp {
        let start: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        start + SignedDuration::from_secs(self.seconds.load(Ordering::Relaxed))
    }
}

impl Ids for TestSystem {
    fn next(&self) -> Uuid {
        Uuid::from_u128(u128::from(self.given.fetch_add(1, Ordering::Relaxed)) + 1)
    }
}

impl Random for TestSystem {
    /// Other bytes each time, the same in every test.
    fn bytes(&self) -> Result<[u8; 32]> {
        let digest = Digest::of(self.next().as_bytes());
        Ok(digest.short(32).as_bytes().try_into().unwrap())
    }
}

impl WriteSecrets for TestSystem {
    async fn keep(&self, new: &NewSecretVersion<'_>) -> Result<()> {
        self.vault.keep(new).await
    }

    async fn forget(&self, name: &str) -> Result<()> {
        self.vault.forget(name).await
    }
}

impl ReadArtifacts for TestSystem {
    async fn read(&self, artifact: &Artifact) -> Result<Vec<u8>> {
        let found = self.templates.lock().get(&artifact.digest).cloned();
        found.ok_or_else(|| PortError::Refused(format!("there is no `{}`", artifact.key)))
    }
}

impl ReadDeploymentRuns for TestSystem {
    /// Nothing is ever at work.
    async fn is_running(&self, _name: &str) -> Result<bool> {
        Ok(false)
    }
}

impl TestTemplates {
    /// The template with that digest.
    pub(crate) fn template(&self, digest: &Digest) -> Option<serde_json::Value> {
        serde_json::from_slice(self.lock().get(digest)?).ok()
    }

    /// Keeps a template.
    pub(crate) fn keep(&self, artifact: &Artifact, content: &[u8]) {
        self.lock()
            .insert(artifact.digest.clone(), content.to_vec());
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Digest, Vec<u8>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
