//! The audit log in a bucket.

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use groundplane_ports::{KeepAudit, Result};

use crate::error::port_error;

/// A bucket that the audit log is written to.
#[derive(Debug, Clone)]
pub struct AuditLog {
    client: Client,
    bucket: String,
}

impl AuditLog {
    /// The bucket that `client` reaches.
    #[must_use]
    pub const fn new(client: Client, bucket: String) -> Self {
        Self { client, bucket }
    }
}

impl KeepAudit for AuditLog {
    async fn keep(&self, name: &str, content: &[u8]) -> Result<()> {
        // A name is the digest of its content, and the bucket keeps every version: writing an object
        // again takes nothing away.
        self.client
            .put_object()
            .bucket(&self.bucket)
            .key(name)
            .content_type("application/jsonl")
            .body(ByteStream::from(content.to_vec()))
            .send()
            .await
            .map_err(|error| port_error("writing the audit log", &error))?;
        Ok(())
    }
}
