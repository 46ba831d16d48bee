//! Where the audit log is kept beyond the table.

use std::future::Future;

use crate::Result;

/// Permission to write objects of the audit log.
pub trait KeepAudit: Send + Sync {
    /// Keeps `content` under `name`. Keeping the same once more changes nothing.
    ///
    /// # Errors
    /// As [`crate::PortError`] says.
    fn keep(&self, name: &str, content: &[u8]) -> impl Future<Output = Result<()>> + Send;
}
