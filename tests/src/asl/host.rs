//! The world that a state machine runs in: its functions, its other services, its time.

use std::future::Future;
use std::time::Duration;

use serde_json::Value;

use super::TaskError;
use super::error::RUNTIME;

/// What the interpreter needs of the world. Executions of other state machines are its own
/// business.
pub trait Host {
    /// Invokes a function, by the name or ARN that stands in the task's `FunctionName`, and gives
    /// what it returns.
    ///
    /// # Errors
    /// What the function fails with: [`TaskError::function`], or [`TaskError::crash`] where its
    /// process died.
    fn invoke(
        &self,
        function: &str,
        payload: Value,
    ) -> impl Future<Output = Result<Value, TaskError>>;

    /// Calls any other resource of a task with its evaluated `Arguments`.
    ///
    /// # Errors
    /// What the service fails with. Unless a host knows resources, every one fails.
    fn call(
        &self,
        resource: &str,
        _arguments: Value,
    ) -> impl Future<Output = Result<Value, TaskError>> {
        let error = TaskError::new(RUNTIME, format!("this host has no resource `{resource}`"));
        std::future::ready(Err(error))
    }

    /// The answer to a task's token, which a function was given before: what `SendTaskSuccess` or
    /// `SendTaskFailure` says within this time; nothing where nobody answers.
    fn answer(
        &self,
        _token: &str,
        _within: Duration,
    ) -> impl Future<Output = Option<Result<Value, TaskError>>> {
        std::future::ready(None)
    }

    /// Hears that virtual time passes, in a Wait state or before a retry, so that a simulated
    /// service can get on with its work.
    fn pass_time(&self, _duration: Duration) -> impl Future<Output = ()> {
        std::future::ready(())
    }
}
