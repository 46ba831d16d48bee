//! Steps of a task: each prints one line, with what came of it and how long it took.

use std::io::{IsTerminal, Write, stdout};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// What came of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It did something; the text may say what.
    Done(String),
    /// There was nothing to do.
    Unchanged,
}

impl Outcome {
    /// It did what its name says.
    pub(crate) const fn done() -> Self {
        Self::Done(String::new())
    }
}

/// Carries out `work` and prints a line on it.
///
/// # Errors
/// As `work`, with the step's name before it.
pub(crate) fn step(name: &str, work: impl FnOnce() -> Result<Outcome>) -> Result<()> {
    step_with(name, || work().map(|outcome| ((), outcome)))
}

/// As [`step`], for work that gives something.
///
/// # Errors
/// As `work`, with the step's name before it.
pub(crate) fn step_with<T>(name: &str, work: impl FnOnce() -> Result<(T, Outcome)>) -> Result<T> {
    let interactive = stdout().is_terminal();
    if interactive {
        print!("  {name} …");
        // Nothing is lost where this fails: the finished line follows.
        drop(stdout().flush());
    }
    let start = now();
    let (value, outcome) = work().with_context(|| format!("could not {name}"))?;
    let erase = if interactive { "\r\x1b[2K" } else { "" };
    println!("{erase}{}", line(name, &outcome, start.elapsed()));
    Ok(value)
}

/// The time, of a clock that never goes back.
#[expect(
    clippy::disallowed_methods,
    reason = "a task measures itself; nothing is decided by it"
)]
pub(crate) fn now() -> Instant {
    Instant::now()
}

fn line(name: &str, outcome: &Outcome, took: Duration) -> String {
    let remark = match outcome {
        Outcome::Done(text) if text.is_empty() => String::new(),
        Outcome::Done(text) => format!("  {text}"),
        Outcome::Unchanged => "  unchanged".to_owned(),
    };
    format!("  {name:<34} {:>6.1} s{remark}", took.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_came_of_the_step_and_how_long_it_took() {
        let took = Duration::from_millis(1_240);
        assert_eq!(
            line("build", &Outcome::done(), took),
            "  build                                 1.2 s"
        );
        assert!(line("build", &Outcome::Unchanged, took).ends_with("1.2 s  unchanged"));
        assert!(
            line("build", &Outcome::Done("9 of 9".to_owned()), took).ends_with("1.2 s  9 of 9")
        );
    }

    #[test]
    fn a_failure_names_the_step_first() {
        let error = step("stack the bricks", || anyhow::bail!("they fell")).unwrap_err();
        assert_eq!(
            format!("{error:#}"),
            "could not stack the bricks: they fell"
        );
    }
}
