//! The context: dotted keys that units write once they are provisioned and later units read.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{ContextKey, Failure, FailureKind};

/// One value of the context.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContextValue {
    /// The value; never a secret, since it is shown and logged.
    pub value: String,
    /// Whether users see it among the instance's outputs.
    pub exported: bool,
}

/// What the units of one instance have written so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Context(BTreeMap<ContextKey, ContextValue>);

/// A key that no unit has written, with those that were.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the context has no `{key}`; it has {}", listed(.available))]
pub struct MissingKey {
    /// The key that was asked for.
    pub key: ContextKey,
    /// The keys that exist.
    pub available: Vec<ContextKey>,
}

fn listed(keys: &[ContextKey]) -> String {
    if keys.is_empty() {
        return "no keys at all".to_owned();
    }
    keys.iter()
        .map(|key| format!("`{key}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

impl From<MissingKey> for Failure {
    fn from(error: MissingKey) -> Self {
        Self::new(FailureKind::Invalid, error.to_string())
    }
}

impl Context {
    /// Writes `key`, replacing what it held.
    pub fn set(&mut self, key: ContextKey, value: impl Into<String>) {
        self.0.insert(
            key,
            ContextValue {
                value: value.into(),
                exported: false,
            },
        );
    }

    /// Writes `key` and shows it to users.
    pub fn export(&mut self, key: ContextKey, value: impl Into<String>) {
        self.0.insert(
            key,
            ContextValue {
                value: value.into(),
                exported: true,
            },
        );
    }

    /// The value of `key`, if a unit has written it.
    #[must_use]
    pub fn get(&self, key: &ContextKey) -> Option<&str> {
        self.0.get(key).map(|entry| entry.value.as_str())
    }

    /// The value of `key`.
    ///
    /// # Errors
    /// Where no unit has written it; the error lists the keys that exist.
    pub fn require(&self, key: &ContextKey) -> Result<&str, MissingKey> {
        self.get(key).ok_or_else(|| MissingKey {
            key: key.clone(),
            available: self.0.keys().cloned().collect(),
        })
    }

    /// The values that users see.
    pub fn exported(&self) -> impl Iterator<Item = (&ContextKey, &str)> {
        self.0
            .iter()
            .filter(|(_, entry)| entry.exported)
            .map(|(key, entry)| (key, entry.value.as_str()))
    }

    /// All that was written, in the order of the keys.
    pub fn iter(&self) -> impl Iterator<Item = (&ContextKey, &ContextValue)> {
        self.0.iter()
    }

    /// Takes over everything of `other`, which wins.
    pub fn merge(&mut self, other: Self) {
        self.0.extend(other.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> ContextKey {
        ContextKey::parse(text).unwrap()
    }

    #[test]
    fn a_missing_key_lists_those_that_exist() {
        let mut context = Context::default();
        context.set(key("storage.efs.arn"), "arn:x");
        context.export(key("storage.efs.id"), "fs-1");
        let error = context.require(&key("storage.efs.ip")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the context has no `storage.efs.ip`; it has `storage.efs.arn`, `storage.efs.id`"
        );
        assert_eq!(context.require(&key("storage.efs.id")), Ok("fs-1"));
    }

    #[test]
    fn only_exported_values_are_shown() {
        let mut context = Context::default();
        context.set(key("a.hidden"), "1");
        context.export(key("a.shown"), "2");
        assert_eq!(
            context.exported().collect::<Vec<_>>(),
            [(&key("a.shown"), "2")]
        );
    }
}
