//! Artifacts in a bucket, each under the digest of its content.

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use groundplane_model::{Artifact, Digest};
use groundplane_ports::{PortError, ReadArtifacts, Result, WriteArtifacts};

use crate::error::port_error;

/// A bucket that artifacts are stored in.
#[derive(Debug, Clone)]
pub struct Artifacts {
    pub(crate) client: Client,
    pub(crate) bucket: String,
}

impl Artifacts {
    /// The bucket that `client` reaches.
    #[must_use]
    pub const fn new(client: Client, bucket: String) -> Self {
        Self { client, bucket }
    }
}

impl WriteArtifacts for Artifacts {
    async fn store(&self, content: &[u8]) -> Result<Artifact> {
        let digest = Digest::of(content);
        let key = format!("templates/{digest}.json");
        // The same key always has the same content, so writing it again is harmless.
        self.client
            .put_object()
            .bucket(&self.bucket)
            .key(&key)
            .content_type("application/json")
            .body(ByteStream::from(content.to_vec()))
            .send()
            .await
            .map_err(|error| port_error("storing a template", &error))?;
        Ok(Artifact {
            bucket: self.bucket.clone(),
            key,
            digest,
        })
    }
}

impl ReadArtifacts for Artifacts {
    async fn read(&self, artifact: &Artifact) -> Result<Vec<u8>> {
        let answer = self
            .client
            .get_object()
            .bucket(&self.bucket)
            .key(&artifact.key)
            .send()
            .await
            .map_err(|error| port_error("reading a template", &error))?;
        let body = answer.body.collect().await.map_err(|error| {
            PortError::Unavailable(format!("reading a template broke off: {error}"))
        })?;
        let content = body.to_vec();
        if Digest::of(&content) != artifact.digest {
            let message = format!("`{}` is not what was stored there", artifact.key);
            return Err(PortError::Internal(message));
        }
        Ok(content)
    }
}
