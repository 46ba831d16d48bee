//! The folders under `tests/cases`: what comes in, and beside it what must come of it.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// One folder.
#[derive(Debug)]
pub(crate) struct Case(PathBuf);

impl Case {
    /// Every folder of a group, in order.
    pub(crate) fn all(group: &str) -> Vec<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
        let entries = fs::read_dir(root.join(group)).unwrap();
        let mut folders: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        folders.sort();
        assert!(!folders.is_empty(), "{group} has no cases");
        folders.into_iter().map(Self).collect()
    }

    /// The name of the folder.
    pub(crate) fn name(&self) -> String {
        self.0.display().to_string()
    }

    /// The text of a file, if it is there.
    pub(crate) fn text(&self, file: &str) -> Option<String> {
        fs::read_to_string(self.0.join(file)).ok()
    }

    /// The JSON in a file, if it is there.
    pub(crate) fn json(&self, file: &str) -> Option<Value> {
        let text = self.text(file)?;
        Some(serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", self.name())))
    }

    /// Compares with a file, or writes it where `UPDATE_GOLDEN` is set.
    pub(crate) fn compare(&self, file: &str, actual: &Value) {
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            let text = serde_json::to_string_pretty(actual).unwrap();
            fs::write(self.0.join(file), text + "\n").unwrap();
        }
        let expected = self.json(file);
        assert_eq!(expected.as_ref(), Some(actual), "{}/{file}", self.name());
    }
}
