//! Artifacts in a bucket, each under the digest of its content.

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use groundplane_model::{Artifact, Digest};
use groundplane_ports::{Result, WriteArtifacts};

use crate::error::port_error;

/// A bucket that artifacts are stored in.
#[derive(Debug, Clone)]
pub struct Artifacts {
    client: Client,
    bucket: String,
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
