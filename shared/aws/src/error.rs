//! From an SDK's error to the port's.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use groundplane_ports::PortError;

/// Codes that say: the same again may succeed. "Error handling" in each service's API reference.
const TRANSIENT: [&str; 13] = [
    "ConcurrentUpdateException",
    "ExecutionLimitExceeded",
    "InternalServerError",
    "InternalFailure",
    "InternalException",
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ServiceUnavailable",
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "TransactionInProgressException",
];

/// Codes that say: the role may not.
const DENIED: [&str; 3] = [
    "AccessDenied",
    "AccessDeniedException",
    "UnauthorizedException",
];

/// What an SDK error means to callers. `action` says what was tried, in the user's terms.
pub(crate) fn port_error<E: ProvideErrorMetadata>(action: &str, error: &SdkError<E>) -> PortError {
    let Some(service) = error.as_service_error() else {
        return if matches!(error, SdkError::ConstructionFailure(_)) {
            PortError::Internal(format!("{action}: the request could not be built"))
        } else {
            PortError::Unavailable(format!("{action}: the service did not answer"))
        };
    };
    let code = service.code().unwrap_or("no code");
    let text = format!(
        "{action}: {} ({code})",
        service.message().unwrap_or("no reason given")
    );
    // Without a known code a 5xx still says that the service is at fault, not the request.
    let server_fault = error
        .raw_response()
        .is_some_and(|raw| raw.status().is_server_error());
    if DENIED.contains(&code) {
        PortError::Denied(text)
    } else if server_fault || TRANSIENT.contains(&code) {
        PortError::Unavailable(text)
    } else {
        PortError::Refused(text)
    }
}
