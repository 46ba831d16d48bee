//! `cargo xtask lint`: format, lints and templates.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use crate::checkout::Checkout;
use crate::command::{cargo, command, show};
use crate::commands::aws_data;
use crate::local_aws::REGION;
use crate::platform::files_below;
use crate::tools::{self, Tools};

/// Runs every check, also after one has failed. `advisories` asks besides what is known against the
/// crates, which needs a network.
///
/// # Errors
/// Naming the checks that failed.
pub(crate) fn run(checkout: &Checkout, advisories: bool) -> Result<()> {
    let tools = tools::install(checkout)?;
    let mut failed = Vec::new();
    for (name, mut check) in checks(checkout, &tools, advisories)? {
        println!("\n== {name}");
        if let Err(error) = show(&mut check) {
            eprintln!("{error:#}");
            failed.push(name);
        }
    }
    println!("\n== data about AWS");
    if let Err(error) = aws_data::check(checkout, &tools) {
        eprintln!("{error:#}");
        failed.push("data about AWS");
    }
    if !failed.is_empty() {
        bail!("these checks failed: {}", failed.join(", "));
    }
    println!("\nall checks passed");
    Ok(())
}

fn checks(
    checkout: &Checkout,
    tools: &Tools,
    advisories: bool,
) -> Result<Vec<(&'static str, Command)>> {
    let root = checkout.root();
    let mut deny = command(tools.program("cargo-deny"), root);
    deny.args(["check", "bans", "licenses", "sources"]);
    if advisories {
        deny.arg("advisories");
    }
    let mut format = cargo(root);
    format.args(["fmt", "--all", "--check"]);
    let mut clippy = cargo(root);
    clippy.args([
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ]);
    let mut cfn_lint = command(tools.program("cfn-lint"), root);
    cfn_lint.arg("--").args(templates(checkout)?);
    let mut sam = command(tools.program("sam"), root);
    sam.args([
        "validate",
        "--lint",
        "--template",
        "infra/template.yaml",
        "--region",
        REGION,
    ])
    .env("SAM_CLI_TELEMETRY", "0")
    .env("__SAM_CLI_APP_DIR", checkout.state().join("sam"));
    Ok(vec![
        ("cargo fmt", format),
        ("cargo clippy", clippy),
        ("cargo deny", deny),
        ("cfn-lint", cfn_lint),
        ("sam validate", sam),
    ])
}

/// Our own templates and every rendered one that tests hold on to.
fn templates(checkout: &Checkout) -> Result<Vec<PathBuf>> {
    let mut templates = files_below(&checkout.path("infra"))?;
    templates.extend(rendered(checkout)?);
    Ok(templates)
}

/// Every rendered template that tests hold on to.
///
/// # Errors
/// Where a folder cannot be read.
pub(crate) fn rendered(checkout: &Checkout) -> Result<Vec<PathBuf>> {
    let golden = checkout.path("shared/planner/tests/golden");
    if !golden.is_dir() {
        return Ok(Vec::new());
    }
    let mut templates = files_below(&golden)?;
    templates.retain(|file| {
        let is_json = file.extension().is_some_and(|it| it == "json");
        let folder = file.parent();
        is_json && folder.is_some_and(|folder| folder.ends_with("templates"))
    });
    Ok(templates)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_templates_that_are_deployed_are_checked() {
        let checkout = Checkout::find();
        let templates = templates(&checkout).unwrap();
        for deployed in ["infra/template.yaml", "infra/bootstrap.yaml"] {
            assert!(
                templates.contains(&checkout.path(deployed)),
                "{deployed} is not checked"
            );
        }
    }
}
