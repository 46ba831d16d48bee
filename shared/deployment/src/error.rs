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
    let mut cause = printable(&text);
    if cause.trim().is_empty() {
        cause = printable(&format!("`{name}`, without a cause"));
    }
    DeploymentError {
        unit: None,
        name: printable(&name),
        cause,
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
    use proptest::prelude::*;
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

    #[test]
    fn an_error_without_a_cause_is_named() {
        assert_eq!(
            cause_of("States.Timeout", "\u{7}").cause,
            "`States.Timeout`, without a cause"
        );
        let silent = json!({"errorType": "Runtime.ExitError", "errorMessage": " "});
        assert_eq!(
            cause_of("States.TaskFailed", &silent.to_string()).cause,
            "`Runtime.ExitError`, without a cause"
        );
    }

    #[test]
    fn json_that_wraps_nothing_stays_as_it_is() {
        for text in [
            r#"{"reason":"no"}"#,
            r#"["Error"]"#,
            r#"{"errorMessage":7}"#,
        ] {
            let error = cause_of("X", text);
            assert_eq!((error.name.as_str(), error.cause.as_str()), ("X", text));
        }
    }

    proptest! {
        #[test]
        fn whatever_is_caught_gives_a_bounded_printable_cause(name: String, text: String, depth in 0_usize..8) {
            let wrap = |cause: String, _| json!({"Error": name, "Cause": cause}).to_string();
            let error = cause_of(&name, &(0..depth).fold(text, wrap));
            prop_assert!(!error.cause.trim().is_empty());
            prop_assert!(error.cause.chars().count() <= LONGEST);
            prop_assert!(error.cause.chars().all(|c| c == '\n' || !c.is_control()));
        }
    }
}
