//! What a Task state does: it invokes a function, runs another state machine, or calls the host.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::error::{RUNTIME, Stop, TASK_FAILED, TIMEOUT};
use super::machine::{INVOKE, INVOKE_AND_WAIT, START};
use super::scope::{Execution, Scope, instant};
use super::walk::{End, Ended, Walk};
use super::{Host, Status, TaskError};

impl<H: Host> Walk<'_, H> {
    /// Runs a task and gives its result.
    pub(crate) async fn task(
        self,
        resource: &str,
        arguments: Value,
        timeout: Option<Duration>,
        scope: &mut Scope,
    ) -> Result<Value, Stop> {
        match resource {
            INVOKE => Ok(self.invoke(arguments).await?),
            INVOKE_AND_WAIT => {
                // What the function returns does not matter, unless it fails.
                self.invoke(arguments).await?;
                self.answer(timeout, scope).await
            }
            START => self.start(arguments, timeout, scope).await,
            other => Ok(self.on.host.call(other, arguments).await?),
        }
    }

    async fn invoke(self, arguments: Value) -> Result<Value, TaskError> {
        let mut arguments = Arguments::of(arguments)?;
        let function = arguments.text("FunctionName")?;
        let payload = arguments.take("Payload");
        arguments.end()?;
        self.trace.borrow_mut().invoke(&function);
        let payload = self.on.host.invoke(&function, payload).await?;
        Ok(json!({ "ExecutedVersion": "$LATEST", "Payload": payload, "StatusCode": 200 }))
    }

    /// What the task's token is answered with. A host that has no answer now has none later: all
    /// that can happen then is that time runs out.
    async fn answer(self, timeout: Option<Duration>, scope: &mut Scope) -> Result<Value, Stop> {
        let token = scope.token.clone().unwrap_or_default();
        let left = timeout.unwrap_or(FOREVER);
        if let Some(answer) = self.on.host.answer(&token, left).await {
            return Ok(answer?);
        }
        self.pass_time(scope, left).await?;
        Err(TaskError::new(TIMEOUT, "").into())
    }

    async fn start(
        self,
        arguments: Value,
        timeout: Option<Duration>,
        scope: &mut Scope,
    ) -> Result<Value, Stop> {
        let mut arguments = Arguments::of(arguments)?;
        let machine = arguments.text("StateMachineArn")?;
        let input = arguments.take("Input");
        let name = match arguments.0.contains_key("Name") {
            true => arguments.text("Name")?,
            false => self.unnamed(scope),
        };
        arguments.end()?;
        let execution = Execution {
            machine,
            name,
            input,
            started: scope.clock,
        };
        if !self.on.started.borrow_mut().insert(execution.arn()) {
            let message = format!("Execution Already Exists: '{}'", execution.arn());
            let error = TaskError::new("StepFunctions.ExecutionAlreadyExistsException", message);
            return Err(error.into());
        }
        let task_deadline = timeout.map(|timeout| scope.clock.saturating_add(timeout));
        let deadline = task_deadline.into_iter().chain(scope.deadline).min();
        // A child is stopped when the branch that waits for it is.
        let abandoned = scope.abandoned.clone();
        let ended = self
            .execution(execution.clone(), deadline, abandoned)
            .await?;
        scope.clock = ended.clock;
        if matches!(ended.end, End::TimedOut) {
            let at = Some(ended.clock);
            if scope.deadline.is_some() && at >= scope.deadline {
                return Err(Stop::TimedOut);
            }
            if task_deadline.is_some() && at >= task_deadline {
                return Err(TaskError::new(TIMEOUT, "").into());
            }
        }
        Ok(described(&execution, ended)?)
    }

    /// A fresh token.
    pub(crate) fn token(self, scope: &Scope) -> String {
        let number = self.on.tokens.get() + 1;
        self.on.tokens.set(number);
        format!("{}-token-{number}", scope.execution.name)
    }

    fn unnamed(self, scope: &Scope) -> String {
        let number = self.on.unnamed.get() + 1;
        self.on.unnamed.set(number);
        format!("{}-child-{number}", scope.execution.name)
    }
}

/// How long a task waits that does not say how long: "99999999" (Task workflow state, AWS Step
/// Functions developer guide), in seconds.
const FOREVER: Duration = Duration::from_secs(99_999_999);

/// A child that has ended, as `DescribeExecution` tells: the result of the task, or the cause of
/// its error.
fn described(execution: &Execution, ended: Ended) -> Result<Value, TaskError> {
    let mut told = json!({
        "ExecutionArn": execution.arn(),
        "Input": execution.input,
        "InputDetails": { "Included": true },
        "Name": execution.name,
        "RedriveCount": 0,
        "RedriveStatus": "NOT_REDRIVABLE",
        "StartDate": instant(execution.started).as_millisecond(),
        "StateMachineArn": execution.machine,
        "StopDate": instant(ended.clock).as_millisecond(),
    });
    let (status, more) = match ended.end {
        End::Succeeded(output) => (
            Status::Succeeded,
            json!({ "Output": output, "OutputDetails": { "Included": true } }),
        ),
        End::Failed(error) => (
            Status::Failed,
            json!({ "Cause": error.cause, "Error": error.error }),
        ),
        End::TimedOut => (Status::TimedOut, json!({})),
    };
    if let (Value::Object(told), Value::Object(more)) = (&mut told, more) {
        told.insert("Status".to_owned(), Value::from(status.as_str()));
        told.extend(more);
    }
    match status {
        Status::Succeeded => Ok(told),
        Status::Failed | Status::TimedOut => Err(TaskError::new(TASK_FAILED, told.to_string())),
    }
}

/// The arguments of a service integration, with every one accounted for.
struct Arguments(Map<String, Value>);

impl Arguments {
    fn of(value: Value) -> Result<Self, TaskError> {
        match value {
            Value::Object(object) => Ok(Self(object)),
            other => Err(refused(&format!(
                "the arguments are not an object: {other}"
            ))),
        }
    }

    fn text(&mut self, name: &str) -> Result<String, TaskError> {
        match self.take(name) {
            Value::String(text) => Ok(text),
            other => Err(refused(&format!("`{name}` is not a string: {other}"))),
        }
    }

    fn take(&mut self, name: &str) -> Value {
        let empty = || Value::Object(Map::new());
        self.0.remove(name).unwrap_or_else(empty)
    }

    fn end(self) -> Result<(), TaskError> {
        match self.0.keys().next() {
            None => Ok(()),
            Some(name) => Err(refused(&format!("the argument `{name}` is not known here"))),
        }
    }
}

fn refused(what: &str) -> TaskError {
    TaskError::new(RUNTIME, what)
}
