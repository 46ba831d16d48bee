//! `cargo xtask down`: stops the local AWS.

use std::fs;

use anyhow::Result;

use crate::checkout::Checkout;
use crate::local_aws::LocalAws;
use crate::step::{Outcome, step};

/// What a platform leaves in the state folder. The installed tools stay.
const LEFT: [&str; 6] = [
    "aws",
    "landing-zone.json",
    "environment.json",
    "local.toml",
    "local-aws.pid",
    "platform.deployed",
];

/// Stops the local AWS, if it runs; with `wipe`, what it holds is forgotten.
///
/// # Errors
/// Where it does not stop or a file cannot be removed.
pub(crate) fn run(checkout: &Checkout, wipe: bool) -> Result<()> {
    let state = checkout.state();
    step("stop the local AWS", || {
        Ok(match LocalAws::stop(&state)? {
            true => Outcome::done(),
            false => Outcome::Unchanged,
        })
    })?;
    if !wipe {
        return Ok(());
    }
    step("forget what it held", || {
        let mut outcome = Outcome::Unchanged;
        for path in LEFT.map(|name| state.join(name)) {
            if path.is_dir() {
                fs::remove_dir_all(&path)?;
            } else if path.exists() {
                fs::remove_file(&path)?;
            } else {
                continue;
            }
            outcome = Outcome::done();
        }
        Ok(outcome)
    })
}
