//! Brings the problems of a document into the form in which users get them.

use groundplane_model::Problem;

/// The most problems that are reported of one text.
pub const MAX_PROBLEMS: usize = 100;

/// The problems in the order of the text, each once, and not more than a user would read.
pub(crate) fn finish(mut problems: Vec<Problem>) -> Vec<Problem> {
    problems.sort_by(|a, b| {
        (a.position, &a.pointer, &a.message).cmp(&(b.position, &b.pointer, &b.message))
    });
    problems.dedup();
    let more = problems.len().saturating_sub(MAX_PROBLEMS);
    if more > 0 {
        problems.truncate(MAX_PROBLEMS);
        problems.push(Problem::error("", format!("and {more} more problems")));
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use groundplane_model::Position;

    fn problem(line: usize, message: &str) -> Problem {
        Problem::error("", message).at(Some(Position { line, column: 1 }))
    }

    #[test]
    fn problems_come_in_the_order_of_the_text_and_once() {
        let all = finish(vec![problem(2, "b"), problem(1, "a"), problem(2, "b")]);
        assert_eq!(all, [problem(1, "a"), problem(2, "b")]);
    }

    #[test]
    fn too_many_problems_are_counted_instead_of_shown() {
        let all = finish((1..=250).map(|line| problem(line, "x")).collect());
        assert_eq!(all.len(), MAX_PROBLEMS + 1);
        assert_eq!(all.last().unwrap().message, "and 150 more problems");
    }
}
