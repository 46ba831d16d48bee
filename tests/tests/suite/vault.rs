//! Secrets in memory, no more forgiving than the real place: of a secret there are the newest
//! version and the one before, and everything else is gone at once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use groundplane_ports::{
    NewSecretVersion, PortError, ReadSecretValues, Result, SecretValue, WriteSecrets,
};

/// A version and what it holds.
type Version = (String, String);

/// One secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) current: Version,
    pub(crate) previous: Option<Version>,
}

/// The place; clones are the same one.
#[derive(Debug, Clone, Default)]
pub(crate) struct TestVault {
    secrets: Arc<Mutex<BTreeMap<String, Kept>>>,
}

impl TestVault {
    /// Everything that is kept, by name.
    pub(crate) fn dump(&self) -> BTreeMap<String, Kept> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Kept>> {
        self.secrets.lock().unwrap()
    }
}

impl WriteSecrets for TestVault {
    async fn keep(&self, new: &NewSecretVersion<'_>) -> Result<()> {
        let version = (new.version.to_owned(), new.value.reveal().to_owned());
        let mut secrets = self.lock();
        let Some(kept) = secrets.get_mut(new.name) else {
            let tags = new.tags.iter();
            let kept = Kept {
                tags: tags
                    .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
                    .collect(),
                current: version,
                previous: None,
            };
            secrets.insert(new.name.to_owned(), kept);
            return Ok(());
        };
        if kept.current.0 == version.0 {
            return match kept.current == version {
                true => Ok(()),
                false => Err(PortError::Refused("the version holds another".to_owned())),
            };
        }
        let previous = kept.previous.take();
        let beside = previous.filter(|previous| Some(previous.0.as_str()) == new.beside);
        kept.previous = Some(beside.unwrap_or_else(|| kept.current.clone()));
        kept.current = version;
        Ok(())
    }

    async fn forget(&self, name: &str) -> Result<()> {
        self.lock().remove(name);
        Ok(())
    }
}

impl ReadSecretValues for TestVault {
    async fn value(&self, name: &str, version: &str) -> Result<Option<SecretValue>> {
        assert!(
            (32..=64).contains(&version.len()),
            "`{version}` names no version"
        );
        let secrets = self.lock();
        let kept = secrets.get(name);
        let versions = kept
            .into_iter()
            .flat_map(|kept| [Some(&kept.current), kept.previous.as_ref()]);
        let found = versions.flatten().find(|(name, _)| name == version);
        Ok(found.map(|(_, value)| SecretValue::new(value.clone())))
    }
}
