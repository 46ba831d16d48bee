//! What the command touches of the world, as values that tests can bring themselves.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, BufRead, ErrorKind, Write};
use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;

/// The time that passes, for waiting; the date only says whether a login has expired.
pub trait Clock {
    /// The time.
    fn now(&self) -> Timestamp;

    /// How long the clock has been running.
    fn elapsed(&self) -> Duration;

    /// Lets `pause` pass.
    fn sleep(&self, pause: Duration);
}

/// Where a command runs.
pub struct World<'a> {
    /// The environment variables.
    pub environment: BTreeMap<String, String>,
    /// The directory that relative paths start from and the local platform is looked for.
    pub directory: PathBuf,
    /// Standard input.
    pub input: &'a mut dyn BufRead,
    /// Whether a person can type into standard input.
    pub input_is_terminal: bool,
    /// Standard output, for the answer alone.
    pub output: &'a mut dyn Write,
    /// Whether standard output is shown to a person.
    pub output_is_terminal: bool,
    /// Standard error, for progress and errors.
    pub progress: &'a mut dyn Write,
    /// How many characters a line of the terminal has that shows standard error; none where
    /// nobody looks, or where the terminal cannot move its cursor.
    pub screen_width: Option<usize>,
    /// The time that passes.
    pub clock: &'a dyn Clock,
    /// Makes a key that no other request has.
    pub new_key: &'a dyn Fn() -> String,
    /// Makes a secret that nobody can guess; none where the machine has no randomness.
    pub new_secret: &'a dyn Fn() -> Option<[u8; 32]>,
    /// Asks for an address to be opened in a browser; whether there was anyone to ask.
    pub open: &'a dyn Fn(&str) -> bool,
    /// Leaves a text that is shown if the user interrupts the command from now on.
    pub on_interrupt: &'a dyn Fn(String),
}

impl fmt::Debug for World<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The environment holds a token.
        f.debug_struct("World")
            .field("directory", &self.directory)
            .finish_non_exhaustive()
    }
}

impl World<'_> {
    /// Writes the answer. A reader that has gone away has what it wanted.
    ///
    /// # Errors
    /// Where the answer cannot be written for another reason, for example a full disk.
    pub(crate) fn answer(&mut self, text: &str) -> io::Result<()> {
        let written = self
            .output
            .write_all(text.as_bytes())
            .and_then(|()| self.output.flush());
        match written {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error),
            _ => Ok(()),
        }
    }

    /// Whether the answer may have colours: a person sees it, whose terminal has some and who did
    /// not ask for none (<https://no-color.org>).
    pub(crate) fn has_colours(&self) -> bool {
        let variable = |name| self.environment.get(name).map(String::as_str);
        let is_refused = variable("NO_COLOR").is_some_and(|value| !value.is_empty());
        self.output_is_terminal && !is_refused && variable("TERM") != Some("dumb")
    }

    /// Tells the user something that is not part of the answer.
    pub(crate) fn say(&mut self, text: &str) {
        // There is nowhere left to report to when standard error fails.
        let _ = self
            .progress
            .write_all(text.as_bytes())
            .and_then(|()| self.progress.flush());
    }
}
