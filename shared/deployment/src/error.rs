//! Causes in the user's terms, taken out of what state machines wrap around them.

use groundplane_model::DeploymentError;
use serde_json::Value;

/// The longest cause that is kept, in characters.
const LONGEST: usize = 2_000;

/// How deep wrapped errors are unwrapped: a Lambda's within an engine's within a step's.
const DEEPEST: usize = 4;

/// The error and cause that a state machine caught, without the wrapping: Step Functions gives a
/// Lambda's error as JSON with `errorMessage`, and a failed child execution as JSON with `Error`
/// and `Cause` ("Service integration patterns", AWS Step Functions developer guide).
#[must_use]
pub fn cause_of(error: &str, cause: &str) -> DeploymentError {
    let mut name = error.to_owned();
    let mut text = cause.to_owned();
    for _ in 0..DEEPEST {
        let Ok(Value::Object(wrapped)) = serde_json::from_str::<Value>(&text) else {
            break;
        };
        let field = |key: &str| wrapped.get(key).and_then(Value::as_str).map(str::to_owned);
        let inner_name = field("errorType").or_else(|| field("Error"));
        let inner_text = field("errorMessage").or_else(|| field("Cause"));
        let ended = field("Status");
        name = inner_name.unwrap_or(name);
        text = match (inner_text, ended) {
            (Some(inner), _) => inner,
            (None, Some(status)) => format!("the engine ended as {status} without a cause"),
            (None, None) => break,
        };
    }
    if text.trim().is_empty() {
        text = format!("`{name}`, without a cause");
    }
    DeploymentError {
        unit: None,
        name: printable(&name),
        cause: printable(&text),
    }
}

/// `text` without control characters but line ends, and bounded.
fn printable(text: &str) -> String {
    text.chars()
        .filter(|c| *c == '\n' || !c.is_control())
        .take(LONGEST)
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_innermost_cause_comes_out() {
        let lambda =
            json!({"errorType": "Groundplane.ProvisionFailed", "errorMessage": "`Service`: no"});
        let child = json!({
            "Status": "FAILED", "Error": "Groundplane.ProvisionFailed", "Cause": lambda.to_string()
        });
        let error = cause_of("States.TaskFailed", &child.to_string());
        assert_eq!(error.name, "Groundplane.ProvisionFailed");
        assert_eq!(error.cause, "`Service`: no");
    }

    #[test]
    fn a_child_that_was_stopped_says_so() {
        let child = json!({"Status": "TIMED_OUT", "ExecutionArn": "arn:x"});
        let error = cause_of("States.TaskFailed", &child.to_string());
        assert_eq!(error.name, "States.TaskFailed");
        assert_eq!(error.cause, "the engine ended as TIMED_OUT without a cause");
    }

    #[test]
    fn a_plain_cause_stays_and_loses_control_characters() {
        let error = cause_of("States.Timeout", "took\u{1b}[31m too long\nreally");
        assert_eq!(error.cause, "took[31m too long\nreally");
        assert_eq!(cause_of("X", &"y".repeat(9_000)).cause.len(), LONGEST);
    }
}
