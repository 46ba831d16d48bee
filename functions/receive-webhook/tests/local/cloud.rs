//! A local AWS, and a log that is kept.

use std::io::Write;
use std::sync::{Arc, Mutex};

use serde_json::Value;

/// What all clients have in common.
macro_rules! client {
    ($sdk:ident) => {{
        let config = $sdk::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .region(Region::new("us-east-1"))
            .endpoint_url($crate::cloud::endpoint())
            .http_client(aws_smithy_http_client::Builder::new().build_http());
        $sdk::Client::from_conf(config.build())
    }};
}
pub(crate) use client;

#[expect(clippy::disallowed_methods, reason = "the test is told where to run")]
pub(crate) fn endpoint() -> String {
    std::env::var("GROUNDPLANE_TEST_AWS_ENDPOINT").unwrap()
}

/// Asks the queues something.
pub(crate) fn sqs(action: &str, input: &Value) -> Value {
    let credentials = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/sqs/aws4_request";
    let answer = ureq::post(endpoint())
        .header("x-amz-target", format!("AmazonSQS.{action}"))
        .header("content-type", "application/x-amz-json-1.0")
        .header("authorization", credentials)
        .send(input.to_string());
    answer.unwrap().body_mut().read_json().unwrap()
}

/// Another one for each run.
#[expect(
    clippy::disallowed_methods,
    reason = "several runs share one local AWS"
)]
pub(crate) fn fresh() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// A log that can be read.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Logs everything of this thread from now on.
    pub(crate) fn start(&self) -> impl Drop {
        let log = self.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_env_filter("trace")
            .with_writer(move || log.clone())
            .finish();
        tracing_subscriber::util::SubscriberInitExt::set_default(subscriber)
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
