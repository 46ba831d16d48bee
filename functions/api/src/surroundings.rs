//! What the API needs besides the table.

use groundplane_ports::{Clock, Ids, NewSecretVersion, Random, Result, WriteSecrets};
use jiff::Timestamp;
use uuid::Uuid;

/// A clock with identifiers and randomness, and the place where secrets are kept.
#[derive(Debug, Clone)]
pub struct Surroundings<C, W> {
    /// The clock, the source of fresh identifiers and of what nobody can guess.
    pub machine: C,
    /// Where secrets are kept.
    pub secrets: W,
}

impl<C, W> Surroundings<C, W> {
    /// What `machine` gives, and secrets kept by `secrets`.
    #[must_use]
    pub const fn new(machine: C, secrets: W) -> Self {
        Self { machine, secrets }
    }
}

impl<C: Clock, W: Send + Sync> Clock for Surroundings<C, W> {
    fn now(&self) -> Timestamp {
        self.machine.now()
    }
}

impl<C: Ids, W: Send + Sync> Ids for Surroundings<C, W> {
    fn next(&self) -> Uuid {
        self.machine.next()
    }
}

impl<C: Random, W: Send + Sync> Random for Surroundings<C, W> {
    fn bytes(&self) -> Result<[u8; 32]> {
        self.machine.bytes()
    }
}

impl<C: Send + Sync, W: WriteSecrets> WriteSecrets for Surroundings<C, W> {
    async fn keep(&self, new: &NewSecretVersion<'_>) -> Result<()> {
        self.secrets.keep(new).await
    }

    async fn forget(&self, name: &str) -> Result<()> {
        self.secrets.forget(name).await
    }
}
