//! Errors as a state machine sees them, and the rules by which retriers and catchers match them.

use std::fmt;

use serde_json::json;

/// The name of the error that nothing but its own name matches.
pub(crate) const DATA_LIMIT: &str = "States.DataLimitExceeded";
/// The name of the error that nothing matches.
pub(crate) const RUNTIME: &str = "States.Runtime";
/// The name of the error of an expression that fails or gives nothing.
pub(crate) const QUERY: &str = "States.QueryEvaluationError";
/// The name of the error of a task that fails without a name of its own.
pub(crate) const TASK_FAILED: &str = "States.TaskFailed";
/// The name of the error of a task that takes too long.
pub(crate) const TIMEOUT: &str = "States.Timeout";

/// The longest cause that Step Functions keeps, in characters.
const LONGEST_CAUSE: usize = 32_768;

/// Why a task or a state failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskError {
    /// Its name, which retriers and catchers match.
    pub error: String,
    /// More about it; text, often JSON.
    pub cause: String,
}

impl TaskError {
    /// An error with a name and a cause; a longer cause than Step Functions keeps is cut.
    #[must_use]
    pub fn new(error: impl Into<String>, cause: impl Into<String>) -> Self {
        let cause: String = cause.into();
        Self {
            error: error.into(),
            cause: cause.chars().take(LONGEST_CAUSE).collect(),
        }
    }

    /// What a function that returns an error looks like.
    #[must_use]
    pub fn function(error_type: &str, message: &str) -> Self {
        let cause = json!({ "errorType": error_type, "errorMessage": message });
        Self::new(error_type, cause.to_string())
    }

    /// What a function whose process dies looks like.
    #[must_use]
    pub fn crash() -> Self {
        Self::function(
            "Runtime.ExitError",
            "RequestId: 00000000-0000-0000-0000-000000000000 Error: Runtime exited without \
             providing a reason",
        )
    }

    /// Whether a retrier or catcher that lists `names` matches this error.
    pub(crate) fn matches(&self, names: &[String]) -> bool {
        let listed = |name: &str| names.iter().any(|one| one == name);
        match self.error.as_str() {
            RUNTIME => false,
            DATA_LIMIT => listed(DATA_LIMIT),
            TIMEOUT => listed(TIMEOUT) || listed("States.ALL"),
            name => listed(name) || listed("States.ALL") || listed(TASK_FAILED),
        }
    }
}

impl fmt::Display for TaskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.error, self.cause)
    }
}

/// Why the interpreter gave up: a fault of the test or a machine that never ends, and nothing
/// that a machine could catch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stuck {
    /// No machine of that ARN was given to the interpreter.
    UnknownMachine(String),
    /// The transitions that the run was allowed are used up; the last states that were entered.
    Endless(Vec<String>),
}

impl fmt::Display for Stuck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownMachine(arn) => write!(f, "there is no state machine `{arn}`"),
            Self::Endless(last) => {
                write!(
                    f,
                    "the run does not end; it was last in {}",
                    last.join(", ")
                )
            }
        }
    }
}

impl std::error::Error for Stuck {}

/// Why a flow of states stopped before its end.
#[derive(Debug)]
pub(crate) enum Stop {
    /// An error that a retrier or catcher further out may match.
    Failed(TaskError),
    /// The deadline of the execution passed.
    TimedOut,
    /// A sibling failed, so nobody waits for this any more.
    Abandoned,
    /// The interpreter gave up.
    Stuck(Stuck),
}

impl From<TaskError> for Stop {
    fn from(error: TaskError) -> Self {
        Self::Failed(error)
    }
}
