//! A platform that lives as long as a task: on a local AWS of its own, which is stopped however
//! the task ends.

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::exit;

use anyhow::Result;

use crate::checkout::Checkout;
use crate::local_aws::LocalAws;
use crate::platform::{self, Platform, Site};
use crate::tools::Tools;

/// What a shell reports for a program that was interrupted.
const INTERRUPTED: i32 = 130;

/// The folder of a temporary platform. Dropping it stops the platform and removes the folder.
#[derive(Debug)]
pub(crate) struct Temporary {
    folder: PathBuf,
    keep_files: Cell<bool>,
}

impl Temporary {
    /// A folder for a platform for `purpose`. From here on, an interrupt stops the platform too.
    ///
    /// # Errors
    /// Where the folder cannot be made.
    pub(crate) fn new(checkout: &Checkout, purpose: &str) -> Result<Self> {
        let name = format!("target/xtask/{purpose}-{}", std::process::id());
        let temporary = Self::at(checkout.path(&name))?;
        let folder = temporary.folder.clone();
        ctrlc::set_handler(move || {
            // The process ends now: who is left to hear of a failure?
            drop(LocalAws::stop(&folder));
            drop(fs::remove_dir_all(&folder));
            exit(INTERRUPTED);
        })?;
        Ok(temporary)
    }

    fn at(folder: PathBuf) -> Result<Self> {
        fs::create_dir_all(&folder)?;
        Ok(Self {
            folder,
            keep_files: Cell::new(false),
        })
    }

    /// The folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Brings the platform up.
    ///
    /// # Errors
    /// Where a step fails.
    pub(crate) fn bring_up(
        &self,
        checkout: &Checkout,
        tools: &Tools,
        cli: PathBuf,
    ) -> Result<Platform> {
        self.bring_up_behind(checkout, tools, cli, None)
    }

    /// Brings the platform up with its functions reaching the local AWS through `detour`.
    ///
    /// # Errors
    /// Where a step fails.
    pub(crate) fn bring_up_behind(
        &self,
        checkout: &Checkout,
        tools: &Tools,
        cli: PathBuf,
        detour: Option<String>,
    ) -> Result<Platform> {
        let site = Site {
            folder: self.folder.clone(),
            detour,
        };
        platform::bring_up(checkout, tools, &site, cli).inspect_err(|_| self.keep_files.set(true))
    }

    /// Leaves the folder, with its logs, when the platform is taken down. Gives the folder.
    pub(crate) fn keep_files(&self) -> &Path {
        self.keep_files.set(true);
        &self.folder
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Err(error) = LocalAws::stop(&self.folder) {
            eprintln!("{error:#}");
        }
        if !self.keep_files.get() {
            // What is left lies under target/ and harms nobody.
            drop(fs::remove_dir_all(&self.folder));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_goes_with_its_platform_unless_it_is_kept() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("platform");

        drop(Temporary::at(folder.clone()).unwrap());
        assert!(!folder.exists());

        let kept = Temporary::at(folder.clone()).unwrap();
        assert_eq!(kept.keep_files(), folder);
        drop(kept);
        assert!(folder.exists());
    }
}
