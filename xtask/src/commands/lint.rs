//! `cargo xtask lint`: format, lints and templates.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use crate::checkout::Checkout;
use crate::command::{cargo, command, show};
use crate::local_aws::REGION;
use crate::platform::files_below;
use crate::tools::{self, Tools};

/// Runs every check, also after one has failed.
///
/// # Errors
/// Naming the checks that failed.
pub(crate) fn run(checkout: &Checkout) -> Result<()> {
    let tools = tools::install(checkout)?;
    let mut failed = Vec::new();
    for (name, mut check) in checks(checkout, &tools)? {
        println!("\n== {name}");
        if let Err(error) = show(&mut check) {
            eprintln!("{error:#}");
            failed.push(name);
        }
    }
    if !failed.is_empty() {
        bail!("these checks failed: {}", failed.join(", "));
    }
    println!("\nall checks passed");
    Ok(())
}

fn checks(checkout: &Checkout, tools: &Tools) -> Result<Vec<(&'static str, Command)>> {
    let root = checkout.root();
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
        ("cfn-lint", cfn_lint),
        ("sam validate", sam),
    ])
}

/// Our own templates and every rendered one that tests hold on to.
fn templates(checkout: &Checkout) -> Result<Vec<PathBuf>> {
    let mut templates = files_below(&checkout.path("infra"))?;
    let golden = checkout.path("shared/planner/tests/golden");
    if golden.is_dir() {
        templates.extend(files_below(&golden)?.into_iter().filter(|file| {
            file.extension()
                .is_some_and(|extension| extension == "json")
                && file
                    .parent()
                    .is_some_and(|folder| folder.ends_with("templates"))
        }));
    }
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
