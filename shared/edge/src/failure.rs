//! A failure as Lambda reports it.

use groundplane_model::Failure;
use lambda_runtime::Diagnostic;

/// A failure on its way to the Lambda Runtime API.
#[derive(Debug)]
pub struct Refusal(pub Failure);

impl From<Refusal> for Diagnostic {
    fn from(Refusal(failure): Refusal) -> Self {
        Self {
            error_type: failure.kind.error_name().to_owned(),
            error_message: failure.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use groundplane_model::FailureKind;

    use super::*;

    #[test]
    fn a_state_machine_sees_the_kind_as_the_error_name() {
        let refusal = Refusal(Failure::new(FailureKind::Conflict, "it moved"));
        let diagnostic = Diagnostic::from(refusal);
        assert_eq!(diagnostic.error_type, "Groundplane.Conflict");
        assert_eq!(diagnostic.error_message, "it moved");
    }
}
