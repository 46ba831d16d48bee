//! Why there are no guardrails, or no verdict. Neither ever counts as a pass.

use thiserror::Error;

/// A mistake in a policy, or a rule that failed on a template.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{place}: {message}")]
pub struct PolicyError {
    /// `policy:line:column`, or the policy alone where the place is not known.
    pub place: String,
    /// What is wrong there.
    pub message: String,
}

impl PolicyError {
    /// Takes place and cause out of what the interpreter prints: an arrow with the place, the
    /// line with a mark below it, and the cause.
    pub(crate) fn read(policy: &str, printed: &str) -> Self {
        let after = |prefix: &str| {
            let mut lines = printed.lines();
            lines.find_map(|line| line.trim_start().strip_prefix(prefix))
        };
        let cause = printed
            .split_once("\nerror: ")
            .map_or(printed, |(_, cause)| cause);
        Self {
            place: after("--> ").unwrap_or(policy).to_owned(),
            message: cause.trim().to_owned(),
        }
    }
}

/// Why there are no guardrails, or no verdict on a template.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum GuardrailError {
    /// Policies that cannot be used, all of them.
    #[error("{}", lines(.0))]
    Policies(Vec<PolicyError>),
    /// Nothing would ever be refused.
    #[error("no policy has a rule `deny`")]
    NoRules,
    /// A policy names none of its rules.
    #[error("the policy names no rule: call them `{0}/…`, each in quotes")]
    Unnamed(String),
    /// A rule that its policy does not name.
    #[error("`deny` gave the rule `{}`, which the policy does not name in quotes", shown(.0))]
    UnknownRule(String),
    /// The list of exceptions cannot be read.
    #[error("the exceptions cannot be read")]
    Exceptions(#[source] serde_json::Error),
    /// Exceptions without a reason, all of them.
    #[error("an exception needs a reason: {}", .0.join(", "))]
    Unreasoned(Vec<String>),
    /// The template is nested too deeply to be a template.
    #[error("the template is nested deeper than {limit} levels")]
    TooDeep {
        /// The levels allowed.
        limit: usize,
    },
    /// The rules did not come to an end in time.
    #[error("the rules take more than {limit} steps on this template")]
    TooLong {
        /// The steps allowed.
        limit: u64,
    },
    /// A rule failed on this template.
    #[error("a rule failed on this template: {0}")]
    Failed(PolicyError),
    /// A rule `deny` gave something else than violations.
    #[error("`deny` must give objects with `rule`, `resource`, `pointer` and `msg`")]
    NoViolation(#[source] serde_json::Error),
}

fn shown(text: &str) -> String {
    let start = text.chars().take(80);
    start.flat_map(char::escape_default).collect()
}

fn lines(problems: &[PolicyError]) -> String {
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    lines.join("\n")
}
