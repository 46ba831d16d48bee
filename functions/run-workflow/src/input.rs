//! What built-in workflows are told. Everything that is wrong is said at once.

use groundplane_model::{Failure, Problem, Run};
use serde_json::Value;

/// Fields with names within this distance are taken for misspelled.
const NEAR: f64 = 0.7;

/// What a run was told, field by field.
pub(crate) struct Input<'a> {
    run: &'a Run,
    known: &'a [&'static str],
    problems: Vec<Problem>,
}

impl<'a> Input<'a> {
    /// The input of a workflow that knows these fields.
    pub(crate) fn of(run: &'a Run, known: &'a [&'static str]) -> Self {
        let unknown = run
            .input
            .keys()
            .filter(|name| !known.contains(&name.as_str()));
        let problems = unknown.map(|name| unknown_field(name, known)).collect();
        Self {
            run,
            known,
            problems,
        }
    }

    /// The whole number in a field, if it is there: from `least` to `most`.
    pub(crate) fn number(&mut self, name: &'static str, least: u64, most: u64) -> Option<u64> {
        debug_assert!(self.known.contains(&name));
        let value = self.run.input.get(name)?;
        let number = value
            .as_u64()
            .filter(|number| (least..=most).contains(number));
        if number.is_none() {
            let shown = shown(value);
            let message = format!("must be a whole number from {least} to {most}, not {shown}");
            self.problem(name, message);
        }
        number
    }

    /// Notes a problem with a field.
    pub(crate) fn problem(&mut self, name: &str, message: impl Into<String>) {
        self.problems.push(Problem::error(pointer(name), message));
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// `Invalid` with everything that is wrong.
    pub(crate) fn end(self) -> Result<(), Failure> {
        if self.problems.is_empty() {
            return Ok(());
        }
        Err(refused(self.run, self.problems))
    }
}

/// An input that a workflow cannot work with.
pub(crate) fn refused(run: &Run, problems: Vec<Problem>) -> Failure {
    let what = format!("`{}` cannot be run with this input", run.workflow);
    Failure::invalid_document(what, problems)
}

fn unknown_field(name: &str, known: &[&'static str]) -> Problem {
    let message = format!("unknown field `{}`", name.escape_debug());
    let problem = Problem::error(pointer(name), message);
    let nearest = known
        .iter()
        .map(|known| (strsim::jaro_winkler(known, name), known))
        .filter(|(near, _)| *near > NEAR)
        .max_by(|(a, _), (b, _)| a.total_cmp(b));
    match nearest {
        Some((_, nearest)) => problem.with_hint(format!("did you mean `{nearest}`?")),
        None if known.is_empty() => problem.with_hint("it takes no input"),
        None => {
            let known: Vec<_> = known.iter().map(|known| format!("`{known}`")).collect();
            problem.with_hint(format!("it takes {}", known.join(", ")))
        }
    }
}

/// A JSON pointer to a field (RFC 6901).
pub(crate) fn pointer(name: &str) -> String {
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// The most characters of a value that are shown.
const MOST_SHOWN: usize = 60;

fn shown(value: &Value) -> String {
    let text: String = value.to_string().chars().take(MOST_SHOWN).collect();
    format!("`{}`", text.escape_debug())
}

#[cfg(test)]
#[path = "input_tests.rs"]
mod tests;
