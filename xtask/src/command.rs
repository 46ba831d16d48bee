//! Other programs, run with an environment that does not depend on how this one was started.

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// How many lines of a program's output are shown when it fails.
const SHOWN_LINES: usize = 30;

/// `program`, to be run in `folder`.
pub(crate) fn command(program: impl AsRef<OsStr>, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder);
    // What `cargo run` says about this program must not reach a build: build scripts watch some
    // of it, and would run again each time.
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(is_about_this_program) {
            command.env_remove(name);
        }
    }
    command
}

/// `cargo`, to be run in `folder`.
pub(crate) fn cargo(folder: &Path) -> Command {
    command(
        std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()),
        folder,
    )
}

fn is_about_this_program(variable: &str) -> bool {
    [
        "CARGO_PKG_",
        "CARGO_MANIFEST_",
        "CARGO_BIN_",
        "CARGO_CRATE_",
    ]
    .iter()
    .any(|prefix| variable.starts_with(prefix))
        || variable == "CARGO_PRIMARY_PACKAGE"
}

/// Runs `command` with its output shown.
///
/// # Errors
/// Where it cannot be started or fails.
pub(crate) fn show(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| not_started(command))?;
    if !status.success() {
        bail!("`{}` failed ({status})", name_of(command));
    }
    Ok(())
}

/// Runs `command` with its output written to the end of `log`, and shown only if it fails.
///
/// # Errors
/// Where it cannot be started or fails.
pub(crate) fn quiet(command: &mut Command, log: &Path) -> Result<()> {
    let before = log.metadata().map_or(0, |metadata| metadata.len());
    let output = open_log(log)?;
    let status = command
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output)
        .status()
        .with_context(|| not_started(command))?;
    if !status.success() {
        let written = std::fs::read(log).unwrap_or_default();
        let new = written.get(usize::try_from(before)?..).unwrap_or_default();
        bail!(
            "`{}` failed ({status}); the end of {}:\n{}",
            name_of(command),
            log.display(),
            last_lines(&String::from_utf8_lossy(new), SHOWN_LINES)
        );
    }
    Ok(())
}

/// Opens `log` to be written at its end.
///
/// # Errors
/// Where it cannot be opened.
pub(crate) fn open_log(log: &Path) -> Result<File> {
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(log)
        .with_context(|| format!("{} cannot be written", log.display()))
}

/// The last `count` lines of `text`.
pub(crate) fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let start = lines.len().saturating_sub(count);
    lines.get(start..).unwrap_or_default().join("\n")
}

fn name_of(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let mut words = vec![program.file_name().unwrap_or_default().to_string_lossy()];
    words.extend(command.get_args().take(3).map(OsStr::to_string_lossy));
    words.join(" ")
}

fn not_started(command: &Command) -> String {
    format!("`{}` cannot be started", name_of(command))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cargo_run_says_about_this_program_is_kept_from_others() {
        assert!(is_about_this_program("CARGO_PKG_NAME"));
        assert!(is_about_this_program("CARGO_MANIFEST_DIR"));
        assert!(!is_about_this_program("CARGO_TARGET_DIR"));
        assert!(!is_about_this_program("CARGO_HOME"));
    }

    #[test]
    fn a_program_that_fails_shows_the_end_of_its_own_output() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        std::fs::write(&log, "of an earlier run\n").unwrap();
        let mut failing = command("sh", folder.path());
        failing.args(["-c", "echo too bad; exit 3"]);

        let message = quiet(&mut failing, &log).unwrap_err().to_string();

        assert!(message.contains("too bad"), "{message}");
        assert!(message.contains("exit status: 3"), "{message}");
        assert!(!message.contains("of an earlier run"), "{message}");
    }

    #[test]
    fn only_the_last_lines_are_kept() {
        assert_eq!(last_lines("a\nb\nc", 2), "b\nc");
        assert_eq!(last_lines("a", 2), "a");
    }
}
