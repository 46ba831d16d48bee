//! The edge: the real environment, terminal, clock, randomness and signals of this process.

use std::ffi::OsString;
use std::io::{self, IsTerminal as _};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::{Clock, Exit, World};

/// This process as a world to run a command in.
#[derive(Debug)]
pub struct ThisProcess {
    command_line: Vec<OsString>,
}

impl ThisProcess {
    /// Reads the command line.
    #[must_use]
    #[expect(
        clippy::new_without_default,
        reason = "it reads the command line, which a default does not promise"
    )]
    pub fn new() -> Self {
        Self {
            command_line: std::env::args_os().collect(),
        }
    }

    /// Runs the command line.
    #[must_use]
    pub fn run(&self) -> ExitCode {
        let mut world = World {
            environment: std::env::vars_os()
                .filter_map(|(name, value)| {
                    Some((name.into_string().ok()?, value.into_string().ok()?))
                })
                .collect(),
            directory: std::env::current_dir().unwrap_or_default(),
            input: &mut io::stdin().lock(),
            input_is_terminal: io::stdin().is_terminal(),
            output: &mut io::stdout(),
            output_is_terminal: io::stdout().is_terminal(),
            progress: &mut io::stderr(),
            screen_width: screen_width(),
            clock: &Stopwatch::start(),
            new_key: &fresh_key,
            new_secret: &fresh_secret,
            open: &open_in_browser,
            on_interrupt: &say_on_interrupt,
        };
        ExitCode::from(crate::run(&mut world, &self.command_line).code())
    }
}

/// The width of the terminal behind standard error, if it is one that can move its cursor.
fn screen_width() -> Option<usize> {
    let is_dumb = std::env::var_os("TERM").is_none_or(|name| name.is_empty() || name == "dumb");
    let (width, _) = terminal_size::terminal_size_of(io::stderr()).filter(|_| !is_dumb)?;
    Some(usize::from(width.0))
}

struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the edge that the command's clock comes from"
    )]
    fn start() -> Self {
        Self(Instant::now())
    }
}

impl Clock for Stopwatch {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the edge that the command's date comes from"
    )]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    fn sleep(&self, pause: Duration) {
        std::thread::sleep(pause);
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the edge that the command's fresh keys come from"
)]
fn fresh_key() -> String {
    uuid::Uuid::now_v7().to_string()
}

fn fresh_secret() -> Option<[u8; 32]> {
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).ok()?;
    Some(secret)
}

/// Leaves an address to the desktop. It is an argument of its own, never part of a command line.
fn open_in_browser(address: &str) -> bool {
    let opener = match std::env::consts::OS {
        "macos" => ("open", None),
        "windows" => ("rundll32", Some("url.dll,FileProtocolHandler")),
        _ => ("xdg-open", None),
    };
    let has_desktop = ["DISPLAY", "WAYLAND_DISPLAY"].map(|name| std::env::var_os(name).is_some());
    if opener.0 == "xdg-open" && !has_desktop.contains(&true) {
        return false;
    }
    let mut command = Command::new(opener.0);
    command.args(opener.1).arg(address);
    command.stdin(Stdio::null()).stdout(Stdio::null());
    command.stderr(Stdio::null()).spawn().is_ok()
}

fn say_on_interrupt(text: String) {
    // Without a handler an interrupt still ends the command, only without the advice.
    let _ = ctrlc::set_handler(move || {
        let _ = io::Write::write_all(&mut io::stderr(), text.as_bytes());
        std::process::exit(i32::from(Exit::Interrupted.code()));
    });
}
