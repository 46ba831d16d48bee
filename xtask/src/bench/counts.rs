//! How much work a deployment makes: transitions of state machines and invocations of functions,
//! as the local AWS has recorded them.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::aws::Aws;

/// The work that was recorded so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Work {
    /// States entered, in all executions of all state machines.
    pub(crate) transitions: u64,
    /// Executions started, those of engines included.
    pub(crate) executions: u64,
    /// Invocations of all functions.
    pub(crate) invocations: u64,
}

impl Work {
    /// All work on `aws` until now, by `functions`.
    ///
    /// # Errors
    /// Where the local AWS does not answer as expected.
    pub(crate) fn until_now(aws: &Aws, functions: &[String]) -> Result<Self> {
        let mut work = Self::default();
        for machine in pages(aws, "ListStateMachines", &json!({}), "stateMachines")? {
            let machine = text(&machine, "stateMachineArn")?;
            let of_machine = json!({ "stateMachineArn": machine });
            for execution in pages(aws, "ListExecutions", &of_machine, "executions")? {
                let of_execution = json!({ "executionArn": text(&execution, "executionArn")? });
                let events = pages(aws, "GetExecutionHistory", &of_execution, "events")?;
                work.executions += 1;
                work.transitions += count(&events, is_transition);
            }
        }
        for function in functions {
            work.invocations += invocations(aws, function)?;
        }
        Ok(work)
    }

    /// The work since `before`.
    pub(crate) const fn since(self, before: Self) -> Self {
        Self {
            transitions: self.transitions.saturating_sub(before.transitions),
            executions: self.executions.saturating_sub(before.executions),
            invocations: self.invocations.saturating_sub(before.invocations),
        }
    }
}

fn is_transition(event: &Value) -> bool {
    let kind = event.get("type").and_then(Value::as_str);
    kind.is_some_and(|kind| kind.ends_with("StateEntered"))
}

fn is_invocation(event: &Value) -> bool {
    let message = event.get("message").and_then(Value::as_str);
    message.is_some_and(|message| message.starts_with("START RequestId: "))
}

fn count(events: &[Value], counted: fn(&Value) -> bool) -> u64 {
    u64::try_from(events.iter().filter(|event| counted(event)).count()).unwrap_or(u64::MAX)
}

/// Every invocation begins with a line in the function's log.
fn invocations(aws: &Aws, function: &str) -> Result<u64> {
    let mut input = json!({ "logGroupName": format!("/aws/lambda/groundplane-{function}") });
    let mut found = 0;
    loop {
        let page = aws.call("logs", "Logs_20140328.FilterLogEvents", &input)?;
        let events = page.get("events").and_then(Value::as_array);
        found += count(events.context("the log has no events")?, is_invocation);
        match page.get("nextToken") {
            Some(Value::String(next)) => set(&mut input, "nextToken", next),
            _ => return Ok(found),
        }
    }
}

fn pages(aws: &Aws, operation: &str, input: &Value, list: &str) -> Result<Vec<Value>> {
    let mut input = input.clone();
    let mut all = Vec::new();
    loop {
        let page = aws.call("states", &format!("AWSStepFunctions.{operation}"), &input)?;
        let items = page.get(list).and_then(Value::as_array);
        all.extend(
            items
                .with_context(|| format!("{operation} gives no {list}"))?
                .iter()
                .cloned(),
        );
        match page.get("nextToken") {
            Some(Value::String(next)) => set(&mut input, "nextToken", next),
            _ => return Ok(all),
        }
    }
}

fn set(input: &mut Value, name: &str, value: &str) {
    if let Some(fields) = input.as_object_mut() {
        fields.insert(name.to_owned(), json!(value));
    }
}

fn text<'v>(value: &'v Value, name: &str) -> Result<&'v str> {
    let field = value.get(name).and_then(Value::as_str);
    field.with_context(|| format!("an item has no {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_entered_states_count_as_transitions() {
        let events = [
            json!({"type": "ExecutionStarted"}),
            json!({"type": "TaskStateEntered"}),
            json!({"type": "TaskStateExited"}),
            json!({"type": "MapStateEntered"}),
        ];
        assert_eq!(count(&events, is_transition), 2);
    }

    #[test]
    fn only_the_first_line_of_an_invocation_counts() {
        let events = [
            json!({"message": "START RequestId: 1 Version: $LATEST"}),
            json!({"message": "{\"message\":\"done\"}"}),
            json!({"message": "END RequestId: 1"}),
        ];
        assert_eq!(count(&events, is_invocation), 1);
    }

    #[test]
    fn work_is_told_from_what_was_there_before() {
        let before = Work {
            transitions: 10,
            executions: 2,
            invocations: 5,
        };
        let now = Work {
            transitions: 25,
            executions: 3,
            invocations: 9,
        };
        assert_eq!(
            now.since(before),
            Work {
                transitions: 15,
                executions: 1,
                invocations: 4
            }
        );
    }
}
