//! `cargo xtask down`: stops the local AWS, and everything on it with it.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::checkout::Checkout;
use crate::local_aws::LocalAws;
use crate::step::{Outcome, step};

/// What a platform leaves in the state folder, apart from logs.
const LEFT: [&str; 7] = [
    "aws",
    "environment.json",
    "landing-zone.json",
    "local-aws.pid",
    "local.env",
    "local.toml",
    "platform.deployed",
];

/// Stops the local AWS, if it runs; with `wipe`, the installed tools and the logs go too.
///
/// # Errors
/// Where it does not stop or a file cannot be removed.
pub(crate) fn run(checkout: &Checkout, wipe: bool) -> Result<()> {
    let state = checkout.state();
    step("stop the local AWS", || {
        let stopped = LocalAws::stop(&state)?;
        for name in LEFT {
            remove(&state.join(name))?;
        }
        Ok(if stopped {
            Outcome::done()
        } else {
            Outcome::Unchanged
        })
    })?;
    if wipe {
        step("remove .groundplane", || {
            let removed = remove(&state)?;
            Ok(if removed {
                Outcome::done()
            } else {
                Outcome::Unchanged
            })
        })?;
    }
    Ok(())
}

/// Removes a file or folder and says whether there was one.
fn remove(path: &Path) -> Result<bool> {
    let removed = if path.is_dir() {
        fs::remove_dir_all(path)
    } else if path.exists() {
        fs::remove_file(path)
    } else {
        return Ok(false);
    };
    removed.with_context(|| format!("{} cannot be removed", path.display()))?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_folders_are_removed_and_what_is_gone_stays_gone() {
        let parent = tempfile::tempdir().unwrap();
        let (file, folder) = (parent.path().join("file"), parent.path().join("folder"));
        fs::write(&file, "").unwrap();
        fs::create_dir_all(folder.join("inner")).unwrap();
        for path in [&file, &folder] {
            assert!(remove(path).unwrap());
            assert!(!path.exists());
            assert!(!remove(path).unwrap());
        }
    }
}
