//! The Lambda functions: one package per folder under `functions/`, built and laid where the
//! template takes them from.
//!
//! For a local AWS they are built by plain `cargo build`, for the machine that they run on here.
//! `cargo lambda build`, which is for AWS, always compiles for Linux, every dependency included.
//! Only functions and the command line are selected, so that no feature that only a test asks of
//! a dependency is in what end-to-end tests run.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::checkout::Checkout;
use crate::command::cargo;
use crate::step::{Outcome, step_with};

/// The programs of a build, by name.
pub(crate) type Programs = BTreeMap<String, PathBuf>;

/// The program of the command line.
const CLI: &str = "groundplane";

/// The names of all functions, sorted.
///
/// # Errors
/// Where the folder cannot be read.
pub(crate) fn names(checkout: &Checkout) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(checkout.path("functions"))? {
        let entry = entry?;
        if entry.path().join("Cargo.toml").is_file() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// Builds the functions and the command line, and lays the functions where the template takes
/// them from. Gives the command line's program.
///
/// # Errors
/// Where the build fails.
pub(crate) fn build(checkout: &Checkout) -> Result<PathBuf> {
    step_with("build the functions", || {
        let functions = names(checkout)?;
        let programs = compile(checkout, &functions)?;
        let mut laid = 0;
        for function in &functions {
            let program = programs
                .get(function)
                .with_context(|| format!("functions/{function} builds no program `{function}`"))?;
            laid += usize::from(lay(program, &checkout.bootstrap(function))?);
        }
        let cli = programs
            .get(CLI)
            .context("the command line was not built")?;
        let outcome = match laid {
            0 => Outcome::Unchanged,
            _ => Outcome::Done(format!("{laid} of {} changed", functions.len())),
        };
        Ok((cli.clone(), outcome))
    })
}

fn compile(checkout: &Checkout, functions: &[String]) -> Result<Programs> {
    let mut build = cargo(checkout.root());
    build.args([
        "build",
        "--message-format",
        "json-render-diagnostics",
        "--bins",
    ]);
    build.args(["--package", "groundplane-cli"]);
    for function in functions {
        build.args(["--package", &format!("groundplane-{function}")]);
    }
    let output = build
        .stderr(Stdio::inherit())
        .output()
        .context("cargo cannot be started")?;
    if !output.status.success() {
        bail!("`cargo build` failed");
    }
    Ok(executables(&String::from_utf8_lossy(&output.stdout)))
}

/// The programs that cargo says it made or found fresh.
fn executables(messages: &str) -> Programs {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter_map(|message| {
            let path = message.get("executable")?.as_str()?;
            let name = message.pointer("/target/name")?.as_str()?;
            Some((name.to_owned(), path.into()))
        })
        .collect()
}

/// Copies `program` to `place` unless the same bytes are there already. Says whether it did.
fn lay(program: &Path, place: &Path) -> Result<bool> {
    let new = fs::read(program).with_context(|| format!("{} cannot be read", program.display()))?;
    if fs::read(place).is_ok_and(|old| old == new) {
        return Ok(false);
    }
    if let Some(folder) = place.parent() {
        fs::create_dir_all(folder)?;
    }
    // Removed first: writing into a program that runs is refused.
    drop(fs::remove_file(place));
    fs::copy(program, place).with_context(|| format!("{} cannot be written", place.display()))?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_read_from_what_cargo_says() {
        let messages = r#"
            {"reason":"compiler-artifact","target":{"name":"groundplane_model"},"executable":null}
            {"reason":"compiler-artifact","target":{"name":"api"},"executable":"/t/debug/api"}
            {"reason":"build-finished","success":true}
        "#;
        let programs = executables(messages);
        assert_eq!(programs.len(), 1);
        assert_eq!(programs["api"], Path::new("/t/debug/api"));
    }

    #[test]
    fn a_program_is_laid_once_and_again_only_when_it_changed() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("api");
        let place = folder.path().join("lambda/api/bootstrap");

        fs::write(&program, "one").unwrap();
        assert!(lay(&program, &place).unwrap());
        assert!(!lay(&program, &place).unwrap());

        fs::write(&program, "two").unwrap();
        assert!(lay(&program, &place).unwrap());
        assert_eq!(fs::read_to_string(&place).unwrap(), "two");
    }

    #[test]
    fn every_function_of_the_checkout_is_found() {
        let names = names(&Checkout::find()).unwrap();
        assert!(names.contains(&"api".to_owned()), "{names:?}");
        assert!(names.contains(&"provision-stack".to_owned()), "{names:?}");
    }

    #[test]
    fn every_function_has_a_sample_event_to_be_invoked_with() {
        let checkout = Checkout::find();
        for function in names(&checkout).unwrap() {
            let sample = checkout.path(&format!("tests/events/{function}.json"));
            let event = fs::read_to_string(&sample).unwrap_or_default();
            assert!(
                serde_json::from_str::<Value>(&event).is_ok(),
                "{}",
                sample.display()
            );
        }
    }
}
