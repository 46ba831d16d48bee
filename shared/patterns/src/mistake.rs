//! What is wrong with a pattern, and where.

use groundplane_model::Problem;

/// One thing that is wrong with a pattern, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Where in the pattern: a JSON pointer (RFC 6901), empty for the whole pattern.
    pub pointer: String,
    /// What is wrong, one lower-case clause with the user's input in backticks.
    pub message: String,
    /// What to do about it, for example the nearest valid name.
    pub hint: Option<String>,
}

impl Mistake {
    pub(crate) fn new(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            pointer: pointer.into(),
            message: message.into(),
            hint: None,
        }
    }

    pub(crate) fn with_hint(self, hint: Option<String>) -> Self {
        Self { hint, ..self }
    }
}

impl From<Mistake> for Problem {
    fn from(mistake: Mistake) -> Self {
        let problem = Self::error(mistake.pointer, mistake.message);
        match mistake.hint {
            Some(hint) => problem.with_hint(hint),
            None => problem,
        }
    }
}

/// The pointer of `key` in what `pointer` points to.
pub(crate) fn below(pointer: &str, key: &str) -> String {
    let escaped = key.replace('~', "~0").replace('/', "~1");
    format!("{pointer}/{escaped}")
}

/// `did you mean …?`, if one of `names` is close to what was written.
pub(crate) fn nearest(written: &str, names: &[&str]) -> Option<String> {
    let distance = |name: &&&str| strsim::osa_distance(&written.to_lowercase(), name);
    let nearest = names.iter().min_by_key(distance)?;
    let close = distance(&nearest) <= (nearest.len() / 3).max(1);
    close.then(|| format!("did you mean `{nearest}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_escapes_what_would_end_or_change_a_key() {
        assert_eq!(below("/detail", "a/b~c"), "/detail/a~1b~0c");
    }

    #[test]
    fn only_a_close_name_is_suggested() {
        let names = ["prefix", "suffix"];
        assert_eq!(nearest("Prefx", &names).unwrap(), "did you mean `prefix`?");
        assert_eq!(nearest("between", &names), None);
    }

    #[test]
    fn a_mistake_becomes_a_problem_at_the_same_place() {
        let mistake = Mistake::new("/source", "it is wrong").with_hint(Some("do this".into()));
        let problem = Problem::from(mistake);
        assert_eq!(
            problem,
            Problem::error("/source", "it is wrong").with_hint("do this")
        );
    }
}
