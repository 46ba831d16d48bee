//! Failures as `application/problem+json` (RFC 9457).

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use groundplane_model::{Failure, FailureKind, Problem};
use groundplane_ports::PortError;
use serde::Serialize;
use utoipa::ToSchema;

/// How many characters of a client's text a message shows.
const LONGEST_SHOWN: usize = 200;

/// A refusal on its way to the client.
#[derive(Debug)]
pub(crate) struct Refused {
    status: StatusCode,
    failure: Failure,
    /// The seconds after which the same may be asked again.
    retry_after: Option<i64>,
}

/// The body of every refusal (RFC 9457).
#[derive(Serialize, ToSchema)]
#[schema(as = Refusal)]
pub(crate) struct Body<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    detail: &'a str,
    #[serde(skip_serializing_if = "<[Problem]>::is_empty")]
    problems: &'a [Problem],
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<&'a str>,
}

impl Refused {
    /// Whether the caller may not do this.
    pub(crate) fn is_denial(&self) -> bool {
        self.status == StatusCode::FORBIDDEN
    }

    /// A method that an endpoint does not answer.
    pub(crate) fn method(message: String) -> Self {
        Self {
            retry_after: None,
            status: StatusCode::METHOD_NOT_ALLOWED,
            failure: Failure::new(FailureKind::Invalid, message),
        }
    }

    /// What the caller built on has moved.
    pub(crate) fn moved(message: String) -> Self {
        Self {
            retry_after: None,
            status: StatusCode::PRECONDITION_FAILED,
            failure: Failure::new(FailureKind::Conflict, message),
        }
    }

    /// A change that does not say which state it is meant for, and has to.
    pub(crate) fn unconditional(message: String) -> Self {
        Self {
            retry_after: None,
            status: StatusCode::PRECONDITION_REQUIRED,
            failure: Failure::new(FailureKind::Conflict, message),
        }
    }

    /// A body that is larger than the limit.
    pub(crate) fn too_large() -> Self {
        let limit = crate::MAX_BODY / 1024;
        Self {
            retry_after: None,
            status: StatusCode::PAYLOAD_TOO_LARGE,
            failure: Failure::new(
                FailureKind::Invalid,
                format!("the body is larger than {limit} KiB"),
            ),
        }
    }

    /// A body of a type that is not read.
    pub(crate) fn media_type(given: &str) -> Self {
        let given = shown(given);
        let message = format!("`{given}` is not read; send application/yaml or application/json");
        Self {
            retry_after: None,
            status: StatusCode::UNSUPPORTED_MEDIA_TYPE,
            failure: Failure::new(FailureKind::Invalid, message),
        }
    }

    /// The same, with the seconds after which it may be asked again.
    pub(crate) fn after(self, seconds: Option<i64>) -> Self {
        Self {
            retry_after: seconds,
            ..self
        }
    }

    /// A query, header or path that is wrong.
    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self {
            retry_after: None,
            status: StatusCode::BAD_REQUEST,
            failure: Failure::new(FailureKind::Invalid, message),
        }
    }

    /// A body that cannot be read as a document.
    pub(crate) fn unreadable(problems: Vec<Problem>) -> Self {
        Self {
            retry_after: None,
            status: StatusCode::BAD_REQUEST,
            failure: Failure::invalid_document("the document cannot be read", problems),
        }
    }
}

/// Text of a client as it may be shown: short, and without control characters.
pub(crate) fn shown(text: &str) -> String {
    text.chars()
        .take(LONGEST_SHOWN)
        .flat_map(char::escape_default)
        .collect()
}

/// What callers are told of what only the platform's own log says.
fn fault() -> Failure {
    Failure::new(FailureKind::Internal, "the platform has a fault")
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        let failure = match failure.is_ours {
            true => {
                tracing::error!(%failure, "a service failed");
                fault()
            }
            false => failure,
        };
        let status = match failure.kind {
            FailureKind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            FailureKind::NotFound => StatusCode::NOT_FOUND,
            FailureKind::Conflict | FailureKind::Cancelled => StatusCode::CONFLICT,
            FailureKind::Unauthenticated => StatusCode::UNAUTHORIZED,
            FailureKind::Denied => StatusCode::FORBIDDEN,
            FailureKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            FailureKind::QuotaExceeded => StatusCode::TOO_MANY_REQUESTS,
            FailureKind::ProvisionFailed | FailureKind::Internal => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
        };
        Self {
            retry_after: None,
            status,
            failure,
        }
    }
}

impl From<PortError> for Refused {
    /// What the platform's own services say is logged, not shown: the caller cannot act on it.
    fn from(error: PortError) -> Self {
        tracing::error!(%error, "a service failed");
        match error {
            PortError::Unavailable(_) | PortError::Conflict(_) => {
                Failure::new(FailureKind::Unavailable, "the platform is busy; try again").into()
            }
            PortError::Exhausted(message) => {
                Failure::new(FailureKind::QuotaExceeded, message).into()
            }
            PortError::TooLarge(message) => Failure::new(FailureKind::Invalid, message).into(),
            PortError::Denied(_) | PortError::Refused(_) | PortError::Internal(_) => fault().into(),
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Self {
            status,
            failure,
            retry_after,
        } = self;
        tracing::info!(status = status.as_u16(), cause = failure.message, "refused");
        let body = Body {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            detail: &failure.message,
            problems: &failure.problems,
            link: failure.link.as_deref(),
        };
        let mut response = (status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_service_says_to_the_platform_is_not_for_callers() {
        let said = "User: arn:aws:sts::111111111111:assumed-role/api is not authorized";
        for error in [
            PortError::Denied(said.to_owned()),
            PortError::Refused(said.to_owned()),
            PortError::Internal(said.to_owned()),
        ] {
            for refused in [
                Refused::from(error.clone()),
                Refused::from(Failure::from(error)),
            ] {
                assert_eq!(refused.status, StatusCode::INTERNAL_SERVER_ERROR);
                assert_eq!(refused.failure.message, "the platform has a fault");
            }
        }
    }

    #[test]
    fn what_a_caller_can_mend_is_said() {
        let large = PortError::TooLarge("it is too large".to_owned());
        let used_up = PortError::Exhausted("no more than 3".to_owned());
        for (error, status, message) in [
            (large, StatusCode::UNPROCESSABLE_ENTITY, "it is too large"),
            (used_up, StatusCode::TOO_MANY_REQUESTS, "no more than 3"),
        ] {
            let refused = Refused::from(Failure::from(error));
            assert_eq!(
                (refused.status, &*refused.failure.message),
                (status, message)
            );
        }
    }
}
