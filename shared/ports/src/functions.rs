//! Functions of others.

use std::future::Future;

use crate::Result;

/// Permission to call the functions of registered resolvers.
pub trait CallFunctions: Send + Sync {
    /// Calls the function with the JSON text `payload`, waits, and gives the JSON text that it
    /// answers.
    ///
    /// # Errors
    /// `Refused` where the function itself fails, with what it says; otherwise as
    /// [`crate::PortError`] says.
    fn call(&self, arn: &str, payload: &str) -> impl Future<Output = Result<String>> + Send;
}
