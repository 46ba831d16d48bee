//! Problems of documents, in the form that editors and people know from compilers.

use groundplane_model::{Position, Severity};

use super::{line, shown};
use crate::error::FileProblem;

/// One problem per paragraph: `file:line:column: error: message`, then its pointer and advice.
pub(crate) fn text(problems: &[FileProblem]) -> String {
    problems.iter().map(paragraph).collect()
}

fn paragraph(found: &FileProblem) -> String {
    let problem = &found.problem;
    let place = match problem.position {
        Some(Position { line, column }) => format!("{}:{line}:{column}", shown(&found.file)),
        None => shown(&found.file),
    };
    let severity = match problem.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let pointer = if problem.pointer.is_empty() {
        String::new()
    } else {
        format!(" (at {})", line(&problem.pointer))
    };
    let mut text = format!("{place}: {severity}: {}{pointer}\n", line(&problem.message));
    if let Some(hint) = &problem.hint {
        text.push_str(&format!("  hint: {}\n", line(hint)));
    }
    text
}
