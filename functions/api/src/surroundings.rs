//! What the API needs besides the table.

use groundplane_model::Artifact;
use groundplane_ports::{
    Clock, Ids, NewSecretVersion, Random, ReadArtifacts, Result, WriteSecrets,
};
use jiff::Timestamp;
use uuid::Uuid;

/// A clock with identifiers and randomness, the place where secrets are kept, and the place where
/// templates are.
#[derive(Debug, Clone)]
pub struct Surroundings<C, W, A> {
    /// The clock, the source of fresh identifiers and of what nobody can guess.
    pub machine: C,
    /// Where secrets are kept.
    pub secrets: W,
    /// Where templates are.
    pub artifacts: A,
}

impl<C, W, A> Surroundings<C, W, A> {
    /// What `machine` gives, secrets kept by `secrets`, templates in `artifacts`.
    #[must_use]
    pub const fn new(machine: C, secrets: W, artifacts: A) -> Self {
        Self {
            machine,
            secrets,
            artifacts,
        }
    }
}

impl<C: Clock, W: Send + Sync, A: Send + Sync> Clock for Surroundings<C, W, A> {
    fn now(&self) -> Timestamp {
        self.machine.now()
    }
}

impl<C: Ids, W: Send + Sync, A: Send + Sync> Ids for Surroundings<C, W, A> {
    fn next(&self) -> Uuid {
        self.machine.next()
    }
}

impl<C: Random, W: Send + Sync, A: Send + Sync> Random for Surroundings<C, W, A> {
    fn bytes(&self) -> Result<[u8; 32]> {
        self.machine.bytes()
    }
}

impl<C: Send + Sync, W: WriteSecrets, A: Send + Sync> WriteSecrets for Surroundings<C, W, A> {
    async fn keep(&self, new: &NewSecretVersion<'_>) -> Result<()> {
        self.secrets.keep(new).await
    }

    async fn forget(&self, name: &str) -> Result<()> {
        self.secrets.forget(name).await
    }
}

impl<C: Send + Sync, W: Send + Sync, A: ReadArtifacts> ReadArtifacts for Surroundings<C, W, A> {
    async fn read(&self, artifact: &Artifact) -> Result<Vec<u8>> {
        self.artifacts.read(artifact).await
    }
}
