//! One command line in a world of its own.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::time::Duration;

use groundplane_cli::{Clock, Exit, World};
use jiff::Timestamp;
use tempfile::TempDir;

use crate::platform::Platform;

/// The token of every scene; no output may hold it.
pub(crate) const TOKEN: &str = "head.s3cret.tail";

/// When every scene begins.
pub(crate) const NOW: &str = "2026-11-21T08:00:00Z";

/// A clock that moves when someone sleeps, and not otherwise.
#[derive(Debug, Default)]
struct Sleeper(Cell<Duration>);

impl Clock for Sleeper {
    fn now(&self) -> Timestamp {
        let begun: Timestamp = NOW.parse().unwrap();
        begun + self.0.get()
    }

    fn elapsed(&self) -> Duration {
        self.0.get()
    }

    fn sleep(&self, pause: Duration) {
        self.0.set(self.0.get() + pause);
    }
}

/// The world that a command line runs in.
#[derive(Debug)]
pub(crate) struct Scene {
    directory: TempDir,
    environment: BTreeMap<String, String>,
    typed: Option<String>,
    watched: bool,
    piped: Vec<u8>,
    secrets: Cell<u8>,
    browser: Option<Browser>,
}

/// Somebody who opens an address in a browser.
pub(crate) struct Browser(Box<dyn Fn(&str)>);

impl std::fmt::Debug for Browser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Browser")
    }
}

/// How a command line ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// The exit code.
    pub(crate) code: u8,
    /// Standard output.
    pub(crate) output: String,
    /// Standard error.
    pub(crate) progress: String,
    /// What an interrupt would have shown.
    pub(crate) on_interrupt: Option<String>,
}

impl Scene {
    /// An empty directory, no environment, nobody at the terminal.
    pub(crate) fn empty() -> Self {
        Self {
            directory: tempfile::tempdir().unwrap(),
            environment: BTreeMap::new(),
            typed: None,
            watched: false,
            piped: Vec::new(),
            secrets: Cell::new(0),
            browser: None,
        }
    }

    /// The same, with the platform and a token in the environment.
    pub(crate) fn with(platform: &Platform) -> Self {
        Self::empty()
            .variable("GROUNDPLANE_ENDPOINT", &platform.endpoint())
            .variable("GROUNDPLANE_TOKEN", TOKEN)
    }

    /// Sets an environment variable.
    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Writes a file.
    pub(crate) fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    /// Someone sits at the terminal and types.
    pub(crate) fn types(mut self, text: &str) -> Self {
        self.typed = Some(text.to_owned());
        self
    }

    /// Someone looks at standard output.
    pub(crate) fn watched_by_someone(mut self) -> Self {
        self.watched = true;
        self
    }

    /// Somebody opens addresses in a browser.
    pub(crate) fn browses(mut self, browser: impl Fn(&str) + 'static) -> Self {
        self.browser = Some(Browser(Box::new(browser)));
        self
    }

    /// Standard input comes from another program.
    pub(crate) fn pipes(mut self, content: impl AsRef<[u8]>) -> Self {
        self.piped = content.as_ref().to_vec();
        self
    }

    /// The directory that the command runs in.
    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Runs a command line, the program's name left out.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        self.run_in(self.path(), arguments)
    }

    /// Runs a command line in another directory.
    pub(crate) fn run_in(&self, directory: &Path, arguments: &[&str]) -> Ended {
        let (mut output, mut progress) = (Vec::new(), Vec::new());
        let on_interrupt = RefCell::new(None);
        let piped = self.piped.as_slice();
        let mut input = self.typed.as_ref().map_or(piped, |typed| typed.as_bytes());
        let mut world = World {
            environment: self.environment.clone(),
            directory: directory.to_owned(),
            input: &mut input,
            input_is_terminal: self.typed.is_some(),
            output: &mut output,
            output_is_terminal: self.watched,
            progress: &mut progress,
            screen_width: None,
            clock: &Sleeper::default(),
            new_key: &|| "fresh-key".to_owned(),
            new_secret: &|| {
                let count = self.secrets.get() + 1;
                self.secrets.set(count);
                Some([count; 32])
            },
            open: &|address| {
                if let Some(browser) = &self.browser {
                    (browser.0)(address);
                }
                self.browser.is_some()
            },
            on_interrupt: &|text| *on_interrupt.borrow_mut() = Some(text),
        };
        let line: Vec<OsString> = ["groundplane"]
            .iter()
            .chain(arguments)
            .map(OsString::from)
            .collect();
        let exit: Exit = groundplane_cli::run(&mut world, &line);
        let ended = Ended {
            code: exit.code(),
            output: self.anonymous(output),
            progress: self.anonymous(progress),
            on_interrupt: on_interrupt.into_inner(),
        };
        let shown = format!("{ended:?}");
        assert!(!shown.contains("s3cret"), "the token is shown: {shown}");
        ended
    }

    /// What differs from run to run has the same name in every one.
    fn anonymous(&self, text: Vec<u8>) -> String {
        let mut text = String::from_utf8(text).unwrap();
        if let Some(endpoint) = self.environment.get("GROUNDPLANE_ENDPOINT") {
            text = text.replace(endpoint, "http://platform");
        }
        text.replace(&self.path().display().to_string(), "/work")
    }
}

impl Ended {
    /// Everything that a user sees, for snapshots.
    pub(crate) fn transcript(&self) -> String {
        let Self {
            code,
            output,
            progress,
            ..
        } = self;
        format!("--- standard error\n{progress}--- standard output\n{output}--- exit {code}\n")
    }

    /// The answer for programs.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.output).unwrap()
    }
}
