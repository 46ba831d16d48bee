//! The rim of a Lambda: settings from the environment, one log line per invocation, and failures
//! under the names that state machines catch.

mod failure;
mod settings;
mod telemetry;

use std::pin::Pin;

use groundplane_model::{Failure, FailureKind};
use lambda_runtime::{LambdaEvent, service_fn};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

pub use failure::Refusal;
pub use settings::{MissingSetting, setting, setting_or};
pub use telemetry::start_telemetry;

/// What ends a Lambda process.
pub type Error = lambda_runtime::Error;

/// Serves invocations with `handler` until the process is stopped. A request that cannot be read
/// is refused as `Groundplane.Invalid`.
///
/// # Errors
/// Where the Lambda Runtime API cannot be reached.
pub async fn serve<Request, Answer, Handler>(handler: Handler) -> Result<(), Error>
where
    Request: DeserializeOwned,
    Answer: Serialize,
    Handler: AsyncFn(Request) -> Result<Answer, Failure>,
{
    let handler = &handler;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| async move {
        answer(handler, event.payload).await.map_err(Refusal)
    }))
    .await
}

async fn answer<Request, Answer, Handler>(
    handler: &Handler,
    payload: Value,
) -> Result<Value, Failure>
where
    Request: DeserializeOwned,
    Answer: Serialize,
    Handler: AsyncFn(Request) -> Result<Answer, Failure>,
{
    let request = serde_json::from_value(payload).map_err(|error| {
        Failure::new(
            FailureKind::Invalid,
            format!("the request is malformed: {error}"),
        )
    })?;
    // Boxed, since the futures of SDK calls nest deeper than the compiler likes to look.
    let outcome: Pin<Box<dyn Future<Output = Result<Answer, Failure>> + '_>> =
        Box::pin(handler(request));
    match outcome.await {
        Ok(answer) => {
            tracing::info!("done");
            serde_json::to_value(answer)
                .map_err(|error| Failure::new(FailureKind::Internal, error.to_string()))
        }
        Err(failure) => {
            tracing::warn!(error = failure.kind.error_name(), cause = %failure, "failed");
            Err(failure)
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    async fn double(number: u32) -> Result<u32, Failure> {
        Ok(number * 2)
    }

    #[tokio::test]
    async fn a_request_is_answered() {
        assert_eq!(answer(&double, json!(21)).await, Ok(json!(42)));
    }

    #[tokio::test]
    async fn an_unreadable_request_is_refused_as_invalid() {
        let failure = answer(&double, json!("x")).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Invalid);
        assert!(
            failure.message.starts_with("the request is malformed"),
            "{failure}"
        );
    }
}
