//! The tools that the tasks need: what the machine must have, and what is installed into the
//! checkout.

use std::iter;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::checkout::Checkout;
use crate::command::{command, quiet};
use crate::fingerprint::{Fingerprint, Mark};
use crate::step::{Outcome, step};

/// A Python that the pinned tools run on, with what makes virtual environments.
const PYTHON_CHECK: &str =
    "import sys, venv, ensurepip; sys.exit(0 if sys.version_info >= (3, 10) else 1)";

/// The installed Python tools.
#[derive(Debug, Clone)]
pub(crate) struct Tools {
    bin: PathBuf,
}

impl Tools {
    /// The program of that name.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.bin.join(name)
    }

    /// Where the packages of the tools are.
    ///
    /// # Errors
    /// Where there is no such folder.
    pub(crate) fn site_packages(&self) -> Result<PathBuf> {
        let libraries = self.bin.with_file_name("lib");
        let mut pythons = std::fs::read_dir(&libraries)
            .with_context(|| libraries.display().to_string())?
            .filter_map(|entry| Some(entry.ok()?.path().join("site-packages")));
        pythons
            .find(|packages| packages.is_dir())
            .context("the tools have no packages")
    }

    /// Lets `cargo` find the sub-commands among the tools.
    pub(crate) fn let_cargo_find(&self, cargo: &mut Command) {
        let others = std::env::var_os("PATH").unwrap_or_default();
        let folders = iter::once(self.bin.clone()).chain(std::env::split_paths(&others));
        // A PATH that cannot be joined had a colon in it and never worked.
        if let Ok(path) = std::env::join_paths(folders) {
            cargo.env("PATH", path);
        }
    }
}

/// Looks for what the machine must have and installs the rest into the checkout.
///
/// # Errors
/// Naming everything that is missing, with the command that installs it; or where the
/// installation fails.
pub(crate) fn install(checkout: &Checkout) -> Result<Tools> {
    let python = prerequisites(checkout.root())?;
    let venv = checkout.state().join("venv");
    let tools = Tools {
        bin: venv.join("bin"),
    };
    step("install the tools", || {
        let pins = checkout.path("xtask/requirements.txt");
        // Programs in a virtual environment name their folder: a checkout that was moved needs
        // a new one.
        let fingerprint = Fingerprint::default()
            .content(&pins)?
            .text(&venv.to_string_lossy())
            .finish();
        let mark = Mark::new(venv.join("installed"));
        if mark.is(&fingerprint) {
            return Ok(Outcome::Unchanged);
        }
        install_pins(&python, &venv, &pins)?;
        mark.set(&fingerprint)?;
        Ok(Outcome::Done(venv.display().to_string()))
    })?;
    Ok(tools)
}

fn install_pins(python: &Path, venv: &Path, pins: &Path) -> Result<()> {
    let state = venv.parent().context("the state folder has no parent")?;
    std::fs::create_dir_all(state)?;
    let log = state.join("install.log");
    quiet(
        command(python, state)
            .args(["-m", "venv", "--clear"])
            .arg(venv),
        &log,
    )?;
    quiet(
        command(venv.join("bin/python"), state)
            .args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
            ])
            .arg("--requirement")
            .arg(pins),
        &log,
    )
}

/// Finds a fitting Python and whatever else must be there.
fn prerequisites(folder: &Path) -> Result<PathBuf> {
    let python = ["python3", "python"]
        .into_iter()
        .find(|python| works(command(python, folder).args(["-c", PYTHON_CHECK])));
    let compiler = ["cc", "gcc", "clang"]
        .into_iter()
        .find(|compiler| works(command(compiler, folder).arg("--version")));
    let mut missing = Vec::new();
    if python.is_none() {
        missing.push(
            "Python 3.10 or later with venv\n      \
             Debian, Ubuntu: sudo apt-get install python3 python3-venv\n      \
             Fedora: sudo dnf install python3\n      \
             macOS: brew install python3",
        );
    }
    if compiler.is_none() {
        missing.push(
            "a C compiler\n      \
             Debian, Ubuntu: sudo apt-get install build-essential\n      \
             Fedora: sudo dnf install gcc\n      \
             macOS: xcode-select --install",
        );
    }
    match python {
        Some(python) if missing.is_empty() => Ok(python.into()),
        _ => bail!("this machine lacks:\n  - {}", missing.join("\n  - ")),
    }
}

/// Whether a program can be run and succeeds.
pub(crate) fn works(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
