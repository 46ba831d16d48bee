//! A clock that moves when it is told to, identifiers that are counted, and a place for secrets.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use groundplane_model::{Artifact, Digest};
use groundplane_ports::{
    Clock, Ids, NewSecretVersion, PortError, Random, ReadArtifacts, ReadDeploymentRuns, Result,
    UploadPlace, Uploads, WriteSecrets,
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
    /// What was uploaded, by its key.
    uploads: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
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

impl Uploads for TestSystem {
    async fn place(&self, key: &str, bytes: u64, _: SignedDuration) -> Result<UploadPlace> {
        Ok(UploadPlace {
            url: format!("https://uploads.example.com/{key}"),
            headers: vec![("content-length".to_owned(), bytes.to_string())],
        })
    }

    async fn uploaded(&self, key: &str, most: u64) -> Result<Option<Vec<u8>>> {
        let uploads = self.uploads.lock().unwrap_or_else(PoisonError::into_inner);
        match uploads.get(key) {
            Some(content) if content.len() as u64 > most => {
                Err(PortError::Refused("the upload is too large".to_owned()))
            }
            content => Ok(content.cloned()),
        }
    }
}

impl TestSystem {
    /// Puts `content` where an address of [`Uploads::place`] leads.
    pub(crate) fn upload(&self, url: &str, content: Vec<u8>) {
        let key = url.strip_prefix("https://uploads.example.com/").unwrap();
        let mut uploads = self.uploads.lock().unwrap_or_else(PoisonError::into_inner);
        uploads.insert(key.to_owned(), content);
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
