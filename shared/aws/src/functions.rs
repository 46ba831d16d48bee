//! Lambda functions of others.

use aws_sdk_lambda::Client;
use aws_sdk_lambda::primitives::Blob;
use groundplane_ports::{CallFunctions, PortError, Result};

use crate::error::port_error;

/// The functions of the account and region.
#[derive(Debug, Clone)]
pub struct Functions(Client);

impl Functions {
    /// The functions that `client` reaches.
    #[must_use]
    pub const fn new(client: Client) -> Self {
        Self(client)
    }
}

impl CallFunctions for Functions {
    async fn call(&self, arn: &str, payload: &str) -> Result<String> {
        let call = self
            .0
            .invoke()
            .function_name(arn)
            .payload(Blob::new(payload));
        let answer = Box::pin(call.send())
            .await
            .map_err(|error| port_error("calling a function", &error))?;
        let payload = answer.payload.map(Blob::into_inner).unwrap_or_default();
        let text = String::from_utf8(payload)
            .map_err(|_| PortError::Internal("a function answered no text".to_owned()))?;
        // A function that fails is answered with 200 as well.
        match answer.function_error {
            None => Ok(text),
            Some(_) => Err(PortError::Refused(text)),
        }
    }
}
