//! Secrets: which there are, which almost everybody may know; what they hold, which only the
//! function that takes webhooks reads; and making them.

use std::collections::BTreeMap;
use std::fmt;
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

/// What a secret holds. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretValue(String);

impl SecretValue {
    /// The value `text`.
    #[must_use]
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The value as text, which must go into no log, message or record.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretValue(..)")
    }
}

/// A new version of a secret.
#[derive(Debug, Clone, Copy)]
pub struct NewSecretVersion<'a> {
    /// The name of the secret among those of the installation.
    pub name: &'a str,
    /// The name of the version, which no other version has: 32 to 64 letters, digits and hyphens.
    pub version: &'a str,
    /// What it holds.
    pub value: &'a SecretValue,
    /// The version that stays beside it; all others may go.
    pub beside: Option<&'a str>,
    /// The tags that the secret gets when it is made.
    pub tags: &'a [(&'static str, &'a str)],
}

/// Permission to make, renew and delete secrets of the installation; not to read them.
pub trait WriteSecrets: Send + Sync {
    /// Keeps a new version of a secret, which is made if there is none. The same version with the
    /// same value again changes nothing.
    ///
    /// # Errors
    /// As [`crate::PortError`] says.
    fn keep(&self, new: &NewSecretVersion<'_>) -> impl Future<Output = Result<()>> + Send;

    /// Deletes a secret with all its versions, for good. Where there is none, that is well.
    ///
    /// # Errors
    /// As [`crate::PortError`] says.
    fn forget(&self, name: &str) -> impl Future<Output = Result<()>> + Send;
}

/// Permission to read what secrets of the installation hold.
pub trait ReadSecretValues: Send + Sync {
    /// What that version of a secret holds; none where there is no such secret or version.
    ///
    /// # Errors
    /// As [`crate::PortError`] says.
    fn value(
        &self,
        name: &str,
        version: &str,
    ) -> impl Future<Output = Result<Option<SecretValue>>> + Send;
}

/// Bytes that nobody can guess.
pub trait Random: Send + Sync {
    /// 32 of them.
    ///
    /// # Errors
    /// `Internal` where the machine has none.
    fn bytes(&self) -> Result<[u8; 32]>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_secret_holds_is_not_shown() {
        let value = SecretValue::new("s3cret".to_owned());
        let new = NewSecretVersion {
            name: "a",
            version: "1",
            value: &value,
            beside: None,
            tags: &[],
        };
        assert!(!format!("{value:?} {new:?}").contains("s3cret"));
        assert_eq!(value.reveal(), "s3cret");
    }
}
