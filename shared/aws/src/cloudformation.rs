//! The stacks of CloudFormation.

mod change;
mod drift;
mod read;
mod template_url;

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::config::Region;
use aws_sdk_cloudformation::error::{ProvideErrorMetadata, SdkError};
use groundplane_ports::PortError;

use crate::error::port_error;

/// The stacks of the account and region.
#[derive(Debug, Clone)]
pub struct CloudFormation {
    client: Client,
    /// The region of the bucket that templates are in.
    templates: Option<Region>,
}

impl CloudFormation {
    /// The stacks that `client` reaches. Templates are in its region.
    #[must_use]
    pub fn new(client: Client) -> Self {
        let templates = client.config().region().cloned();
        Self { client, templates }
    }

    /// The same with templates in that region.
    #[must_use]
    pub fn with_templates_of(self, region: Option<Region>) -> Self {
        let templates = region.or(self.templates);
        Self { templates, ..self }
    }
}

/// What CloudFormation's refusal means, beyond what is common to all services.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    /// What was named is not there.
    Missing,
    /// What was asked was asked before.
    Repeated,
    /// The stack or the change set has moved on; look again.
    Moved,
    /// Something else.
    Other,
}

fn meaning<E: ProvideErrorMetadata>(error: &SdkError<E>) -> Meaning {
    let service = error.as_service_error();
    let code = service
        .and_then(ProvideErrorMetadata::code)
        .unwrap_or_default();
    let message = service
        .and_then(ProvideErrorMetadata::message)
        .unwrap_or_default();
    meaning_of(code, message)
}

/// "Errors" of each action in the CloudFormation API reference. A stack that is missing or busy
/// has no code of its own, only a sentence.
fn meaning_of(code: &str, message: &str) -> Meaning {
    match code {
        "ChangeSetNotFound" | "ChangeSetNotFoundException" => Meaning::Missing,
        "AlreadyExistsException" | "TokenAlreadyExistsException" => Meaning::Repeated,
        "InvalidChangeSetStatus" | "InvalidChangeSetStatusException" => Meaning::Moved,
        "ValidationError" if message.contains("does not exist") => Meaning::Missing,
        "ValidationError" if message.contains("_IN_PROGRESS") => Meaning::Moved,
        _ => Meaning::Other,
    }
}

fn refusal<E: ProvideErrorMetadata>(action: &str, error: &SdkError<E>) -> PortError {
    match meaning(error) {
        Meaning::Moved => PortError::Conflict("the stack".to_owned()),
        Meaning::Missing | Meaning::Repeated | Meaning::Other => port_error(action, error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_and_codes_of_cloudformation_are_understood() {
        for (code, message, expected) in [
            (
                "ValidationError",
                "Stack with id x does not exist",
                Meaning::Missing,
            ),
            (
                "ValidationError",
                "Stack [x] does not exist",
                Meaning::Missing,
            ),
            (
                "ChangeSetNotFound",
                "ChangeSet [x] does not exist",
                Meaning::Missing,
            ),
            (
                "AlreadyExistsException",
                "ChangeSet x already exists",
                Meaning::Repeated,
            ),
            ("TokenAlreadyExistsException", "", Meaning::Repeated),
            ("InvalidChangeSetStatus", "", Meaning::Moved),
            (
                "ValidationError",
                "Stack:arn is in UPDATE_IN_PROGRESS state and can not be updated.",
                Meaning::Moved,
            ),
            (
                "ValidationError",
                "Stack [x] cannot be deleted while in status UPDATE_IN_PROGRESS",
                Meaning::Moved,
            ),
            (
                "ValidationError",
                "Parameters: [A] must have values",
                Meaning::Other,
            ),
            ("AccessDenied", "it does not exist for you", Meaning::Other),
        ] {
            assert_eq!(meaning_of(code, message), expected, "{code}: {message}");
        }
    }
}
