//! Fingerprints, by which a step sees that what it works on did not change since it last ran.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// A fingerprint in the making.
#[derive(Debug, Default)]
pub(crate) struct Fingerprint(Sha256);

impl Fingerprint {
    /// Adds a text.
    pub(crate) fn text(mut self, text: &str) -> Self {
        self.0.update(text.len().to_le_bytes());
        self.0.update(text);
        self
    }

    /// Adds what is in a file.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub(crate) fn content(self, file: &Path) -> Result<Self> {
        let content = fs::read_to_string(file)
            .with_context(|| format!("{} cannot be read", file.display()))?;
        Ok(self.text(&content))
    }

    /// Adds the size of a file and the time when it was last written: for files that are too
    /// large to be read each time.
    ///
    /// # Errors
    /// Where there is no such file.
    pub(crate) fn stamp(self, file: &Path) -> Result<Self> {
        let metadata = file
            .metadata()
            .with_context(|| format!("{} cannot be read", file.display()))?;
        let written = metadata.modified()?.duration_since(UNIX_EPOCH)?;
        Ok(self.text(&format!("{} {written:?}", metadata.len())))
    }

    /// The fingerprint.
    pub(crate) fn finish(self) -> String {
        self.0
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

/// The fingerprint that a step left when it last succeeded.
#[derive(Debug)]
pub(crate) struct Mark(PathBuf);

impl Mark {
    /// Kept in `file`.
    pub(crate) const fn new(file: PathBuf) -> Self {
        Self(file)
    }

    /// Whether the step last succeeded on this fingerprint.
    pub(crate) fn is(&self, fingerprint: &str) -> bool {
        fs::read_to_string(&self.0).is_ok_and(|mark| mark == fingerprint)
    }

    /// Keeps this fingerprint.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub(crate) fn set(&self, fingerprint: &str) -> Result<()> {
        fs::write(&self.0, fingerprint)
            .with_context(|| format!("{} cannot be written", self.0.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_changes_with_any_of_its_parts() {
        let of = |parts: &[&str]| {
            parts
                .iter()
                .fold(Fingerprint::default(), |made, part| made.text(part))
                .finish()
        };
        assert_eq!(of(&["a", "b"]), of(&["a", "b"]));
        assert_ne!(of(&["a", "b"]), of(&["a", "c"]));
        assert_ne!(of(&["ab"]), of(&["a", "b"]));
    }

    #[test]
    fn a_mark_holds_only_for_what_it_was_set_to() {
        let folder = tempfile::tempdir().unwrap();
        let mark = Mark::new(folder.path().join("mark"));
        assert!(!mark.is("one"));
        mark.set("one").unwrap();
        assert!(mark.is("one"));
        assert!(!mark.is("two"));
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let error = Fingerprint::default()
            .stamp(Path::new("/no/such/file"))
            .unwrap_err();
        assert_eq!(error.to_string(), "/no/such/file cannot be read");
    }
}
