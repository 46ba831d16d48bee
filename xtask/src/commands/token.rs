//! `cargo xtask token`: a fresh token for the local platform.

use anyhow::{Context, Result};

use crate::checkout::Checkout;
use crate::commands::up::tell_command_line;
use crate::identity::{User, sign_in};
use crate::local_aws::LocalAws;
use crate::platform;
use crate::step::{Outcome, step};

/// Signs the local user in again and gives the command line its token.
///
/// # Errors
/// Where no platform runs.
pub(crate) fn run(checkout: &Checkout) -> Result<()> {
    step("get a token", || {
        let aws = LocalAws::running(&checkout.state())
            .context("the local AWS does not run; start it with: cargo xtask up")?;
        let outputs = platform::outputs_of(&aws)?;
        let token = sign_in(&aws.client(), &outputs, &User::DEMO)?;
        let endpoint = platform::endpoint(&aws, &outputs)?;
        tell_command_line(&checkout.state(), &endpoint, &token)?;
        Ok(Outcome::done())
    })
}
