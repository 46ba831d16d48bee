//! Secrets, as far as anybody may know of them: never what they hold.

use std::collections::BTreeMap;
use std::future::Future;

use crate::Result;

/// What is known of a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretDescription {
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// Whether it was deleted and could still be restored.
    pub is_deleted: bool,
}

/// Permission to know which secrets there are.
pub trait DescribeSecrets: Send + Sync {
    /// The secret of that name or with that ARN; none where there is none.
    ///
    /// # Errors
    /// As [`crate::PortError`] says.
    fn secret(&self, name: &str) -> impl Future<Output = Result<Option<SecretDescription>>> + Send;
}
