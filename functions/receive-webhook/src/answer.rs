//! What a sender is told: what was taken, or why not, as `application/problem+json` (RFC 9457).

use std::fmt::Display;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use groundplane_model::{EventSource, Problem};
use groundplane_ports::PortError;
use serde::Serialize;
use serde_json::json;

/// A webhook that was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    status: StatusCode,
    events: usize,
}

impl Taken {
    /// Taken now, with so many events.
    pub(crate) fn new(source: &EventSource, events: usize) -> Self {
        tracing::info!(source = source.address(), events, "taken");
        Self {
            status: StatusCode::ACCEPTED,
            events,
        }
    }

    /// Taken before.
    pub(crate) fn before(source: &EventSource) -> Self {
        tracing::info!(source = source.address(), "taken before");
        Self {
            status: StatusCode::OK,
            events: 0,
        }
    }
}

impl IntoResponse for Taken {
    fn into_response(self) -> Response {
        let body = json!({ "events": self.events });
        (self.status, Json(body)).into_response()
    }
}

/// A webhook that was not taken.
#[derive(Debug)]
pub(crate) struct Refused {
    status: StatusCode,
    detail: String,
    problems: Vec<Problem>,
}

#[derive(Serialize)]
struct Body<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    detail: &'a str,
    #[serde(skip_serializing_if = "<[Problem]>::is_empty")]
    problems: &'a [Problem],
}

impl Refused {
    fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            status,
            detail: detail.into(),
            problems: Vec::new(),
        }
    }

    /// It is larger than what is taken.
    pub(crate) fn too_large() -> Self {
        let limit = crate::MAX_BODY / 1024;
        let detail = format!("the body is larger than {limit} KiB");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, detail)
    }

    /// It does not prove that it comes from its source.
    pub(crate) fn unproven(why: impl Display) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, why.to_string())
    }

    /// Its body is not what its source sends.
    pub(crate) fn unreadable(refused: &groundplane_events::Refused) -> Self {
        let detail = "the body is not what the source sends";
        Self {
            problems: refused.problems().to_vec(),
            ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail)
        }
    }
}

impl From<PortError> for Refused {
    /// What the platform's own services say is logged, not shown: a sender cannot act on it.
    fn from(error: PortError) -> Self {
        tracing::error!(%error, "a service failed");
        match error {
            PortError::Unavailable(_) | PortError::Conflict(_) => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "the platform is busy; send again",
            ),
            PortError::Denied(_)
            | PortError::Refused(_)
            | PortError::Exhausted(_)
            | PortError::TooLarge(_)
            | PortError::Internal(_) => Self::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "the platform has a fault",
            ),
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Self {
            status,
            detail,
            problems,
        } = self;
        tracing::info!(status = status.as_u16(), detail, "refused");
        let body = Body {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            detail: &detail,
            problems: &problems,
        };
        let mut response = (status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if status == StatusCode::UNAUTHORIZED {
            let ways = HeaderValue::from_static("Bearer, Basic");
            headers.insert(header::WWW_AUTHENTICATE, ways);
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}
