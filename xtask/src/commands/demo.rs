//! `cargo xtask demo`: from nothing to a deployed service.

use anyhow::Result;

use crate::checkout::Checkout;
use crate::command::{command, show};
use crate::commands::up;

const EXAMPLE: &str = "examples/web-service.yaml";

/// Brings the platform up, deploys the example and says what to try next.
///
/// # Errors
/// Where a step fails.
pub(crate) fn run(checkout: &Checkout) -> Result<()> {
    let platform = up::run(checkout)?;
    println!("\n$ groundplane deploy {EXAMPLE} --wait");
    show(command(&platform.cli, checkout.root()).args(["deploy", EXAMPLE, "--wait"]))?;
    let cli = platform
        .cli
        .strip_prefix(checkout.root())
        .unwrap_or(&platform.cli)
        .display();
    println!(
        "\nThe platform keeps running at {}. Try next, with {EXAMPLE} changed or not:\n\
         \n  {cli} status web-service\
         \n  {cli} deploy {EXAMPLE} --wait\
         \n  {cli} destroy web-service.dev --wait\
         \n  cargo xtask down        stop it, and forget everything on it",
        platform.aws.endpoint()
    );
    Ok(())
}
