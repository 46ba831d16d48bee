//! What the API needs besides the table.

use groundplane_model::Artifact;
use groundplane_ports::{
    Clock, Ids, NewSecretVersion, Random, ReadArtifacts, ReadDeploymentRuns, Result, UploadPlace,
    Uploads, WriteSecrets,
};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// A clock with identifiers and randomness, the place where secrets are kept, the place where
/// templates are, and the executions of the deploy state machine.
#[derive(Debug, Clone)]
pub struct Surroundings<C, W, A, R> {
    /// The clock, the source of fresh identifiers and of what nobody can guess.
    pub machine: C,
    /// Where secrets are kept.
    pub secrets: W,
    /// Where templates are.
    pub artifacts: A,
    /// The executions of the deploy state machine.
    pub executions: R,
}

impl<C, W, A, R> Surroundings<C, W, A, R> {
    /// What `machine` gives, secrets kept by `secrets`, templates in `artifacts`, and executions as
    /// `executions` sees them.
    #[must_use]
    pub const fn new(machine: C, secrets: W, artifacts: A, executions: R) -> Self {
        Self {
            machine,
            secrets,
            artifacts,
            executions,
        }
    }
}

impl<C: Clock, W: Send + Sync, A: Send + Sync, R: Send + Sync> Clock for Surroundings<C, W, A, R> {
    fn now(&self) -> Timestamp {
        self.machine.now()
    }
}

impl<C: Ids, W: Send + Sync, A: Send + Sync, R: Send + Sync> Ids for Surroundings<C, W, A, R> {
    fn next(&self) -> Uuid {
        self.machine.next()
    }
}

impl<C: Random, W: Send + Sync, A: Send + Sync, R: Send + Sync> Random
    for Surroundings<C, W, A, R>
{
    fn bytes(&self) -> Result<[u8; 32]> {
        self.machine.bytes()
    }
}

impl<C: Send + Sync, W: WriteSecrets, A: Send + Sync, R: Send + Sync> WriteSecrets
    for Surroundings<C, W, A, R>
{
    async fn keep(&self, new: &NewSecretVersion<'_>) -> Result<()> {
        self.secrets.keep(new).await
    }

    async fn forget(&self, name: &str) -> Result<()> {
        self.secrets.forget(name).await
    }
}

impl<C: Send + Sync, W: Send + Sync, A: ReadArtifacts, R: Send + Sync> ReadArtifacts
    for Surroundings<C, W, A, R>
{
    async fn read(&self, artifact: &Artifact) -> Result<Vec<u8>> {
        self.artifacts.read(artifact).await
    }
}

impl<C: Send + Sync, W: Send + Sync, A: Send + Sync, R: ReadDeploymentRuns> ReadDeploymentRuns
    for Surroundings<C, W, A, R>
{
    async fn is_running(&self, name: &str) -> Result<bool> {
        self.executions.is_running(name).await
    }
}

impl<C: Send + Sync, W: Send + Sync, A: Uploads, R: Send + Sync> Uploads
    for Surroundings<C, W, A, R>
{
    async fn place(&self, key: &str, bytes: u64, valid: SignedDuration) -> Result<UploadPlace> {
        self.artifacts.place(key, bytes, valid).await
    }

    async fn uploaded(&self, key: &str, most: u64) -> Result<Option<Vec<u8>>> {
        self.artifacts.uploaded(key, most).await
    }
}
