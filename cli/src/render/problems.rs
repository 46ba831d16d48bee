//! Problems of documents, in the form that editors and people know from compilers: the place and the
//! message on one line, the line of the document below it.

use groundplane_model::{Documentation, Position, Severity};

use super::{excerpt, line, shown};
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
    if let (Some(place), Some(line)) = (problem.position, &found.line) {
        text.push_str(&excerpt::text(place, line));
    }
    if let Some(hint) = &problem.hint {
        text.push_str(&format!("  hint: {}\n", line(hint)));
    }
    if let Some(Documentation { page, command }) = &problem.documentation {
        text.push_str(&format!("  docs: {}, or `{}`\n", line(page), line(command)));
    }
    text
}

#[cfg(test)]
mod tests {
    use groundplane_model::Problem;

    use super::*;

    fn rendered(problem: Problem) -> String {
        text(&[FileProblem::new("web.yaml", problem)])
    }

    #[test]
    fn what_is_not_known_of_a_problem_leaves_no_gap() {
        assert_eq!(
            rendered(Problem::error("", "it is empty")),
            "web.yaml: error: it is empty\n"
        );
    }

    #[test]
    fn everything_that_is_known_of_a_problem_is_shown() {
        let problem = Problem::warning("/spec/teleport", "it is ignored")
            .at(Some(Position { line: 8, column: 3 }))
            .with_hint("leave it out");
        assert_eq!(
            rendered(problem),
            "web.yaml:8:3: warning: it is ignored (at /spec/teleport)\n  hint: leave it out\n"
        );
    }

    #[test]
    fn the_line_of_the_document_stands_between_the_message_and_the_advice() {
        let problem = Problem::error("/spec/cpus", "unknown field")
            .at(Some(Position { line: 8, column: 3 }))
            .with_hint("did you mean `cpu`?");
        let found = FileProblem {
            line: Some("  cpus: 4".to_owned()),
            ..FileProblem::new("web.yaml", problem)
        };
        assert_eq!(
            text(&[found]),
            "web.yaml:8:3: error: unknown field (at /spec/cpus)\n  \
             8 |   cpus: 4\n    |   ^^^^\n  hint: did you mean `cpu`?\n"
        );
    }

    #[test]
    fn what_to_read_stands_last() {
        let problem = Problem {
            documentation: Some(Documentation {
                page: "docs/reference/service.md#spec-cpu".to_owned(),
                command: "groundplane schema Service /spec/cpu".to_owned(),
            }),
            ..Problem::error("/spec/cpu", "it is odd").with_hint("leave it out")
        };
        assert_eq!(
            rendered(problem),
            "web.yaml: error: it is odd (at /spec/cpu)\n  hint: leave it out\n  \
             docs: docs/reference/service.md#spec-cpu, or `groundplane schema Service /spec/cpu`\n"
        );
    }

    #[test]
    fn a_problem_stays_on_its_line_whatever_it_says() {
        assert_eq!(
            rendered(Problem::error("/a\nb", "one\ntwo\u{1b}[1A")),
            "web.yaml: error: one two\\u{1b}[1A (at /a b)\n"
        );
    }
}
