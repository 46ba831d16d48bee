//! Where things lie in the checkout.

use std::path::{Path, PathBuf};

/// The checkout that these tasks belong to.
#[derive(Debug, Clone)]
pub(crate) struct Checkout {
    root: PathBuf,
}

impl Checkout {
    /// The checkout that this program was built from.
    pub(crate) fn find() -> Self {
        let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
        Self {
            root: xtask.parent().unwrap_or(xtask).to_owned(),
        }
    }

    /// Its folder.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// A file or folder in it.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// What the tasks install and keep; git ignores it.
    pub(crate) fn state(&self) -> PathBuf {
        self.path(".groundplane")
    }

    /// Where the template takes the code of `function` from.
    pub(crate) fn bootstrap(&self, function: &str) -> PathBuf {
        self.path("target/lambda").join(function).join("bootstrap")
    }
}
