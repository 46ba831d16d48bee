//! Event sources as they are shown.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use groundplane_model::{EventSource, EventSourceName, SourceAuth, WebhookFormat};
use groundplane_ports::SecretValue;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::contract::{Gives, Sheet, in_json};

/// A source, without its secret.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = EventSource)]
pub(crate) struct SourceView {
    name: EventSourceName,
    format: WebhookFormat,
    auth: SourceAuth,
    /// Where its webhooks go.
    path: String,
    /// The user name of one that sends a password.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_name: Option<String>,
    /// When its secret was made.
    rotated_at: Option<Timestamp>,
    /// Until when the secret before is valid as well.
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_valid_until: Option<Timestamp>,
    created_at: Timestamp,
    created_by: String,
    updated_at: Timestamp,
    updated_by: String,
}

impl SourceView {
    /// The source as it is now.
    pub(super) fn new(source: EventSource, now: Timestamp) -> Self {
        let previous = source.still_valid(now).map(|previous| previous.until);
        let user_name = (source.auth == SourceAuth::Basic).then(|| source.address());
        Self {
            path: source.path(),
            user_name,
            previous_valid_until: previous,
            name: source.name,
            format: source.format,
            auth: source.auth,
            rotated_at: source.rotated_at,
            created_at: source.created_at,
            created_by: source.created_by,
            updated_at: source.updated_at,
            updated_by: source.updated_by,
        }
    }
}

/// The answer to a request that may have made a secret.
#[derive(Debug)]
pub(crate) struct Shown {
    status: StatusCode,
    view: SourceView,
    secret: Option<SecretValue>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = EventSourceWithSecret)]
struct Body<'a> {
    #[serde(flatten)]
    view: &'a SourceView,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<&'a str>,
}

impl Shown {
    /// The source with a secret that is shown now and never again.
    pub(super) const fn once(status: StatusCode, view: SourceView, secret: SecretValue) -> Self {
        Self {
            status,
            view,
            secret: Some(secret),
        }
    }

    /// The source alone.
    pub(super) const fn plain(view: SourceView) -> Self {
        Self {
            status: StatusCode::OK,
            view,
            secret: None,
        }
    }
}

impl Gives for Shown {
    fn describe(sheet: &mut Sheet) {
        let content = in_json::<Body<'_>>(sheet);
        sheet.gives(201, "It was made.", &content, &Value::Null);
        sheet.gives(200, "It was there.", &content, &Value::Null);
    }
}

impl IntoResponse for Shown {
    fn into_response(self) -> Response {
        let body = Body {
            view: &self.view,
            secret: self.secret.as_ref().map(SecretValue::reveal),
        };
        let mut response = (self.status, Json(body)).into_response();
        let no_store = HeaderValue::from_static("no-store");
        response
            .headers_mut()
            .insert(header::CACHE_CONTROL, no_store);
        response
    }
}
