//! `/v1/uploads`: documents that are too large for a request. Each is put, within minutes, at an
//! address that is signed for it alone, and is named by the request that it belongs to.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use groundplane_model::{Failure, FailureKind, Problem, TenantId};
use groundplane_ports::{PortError, Uploads};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::contract::{Gives, Sheet, in_json};
use crate::gate::Caller;
use crate::json_body::JsonBody;
use crate::problem::Refused;
use crate::{Platform, System, Table};

/// The largest document, in bytes.
const MOST: u64 = groundplane_spec::MAX_BYTES as u64;

/// How long an address may be used.
const VALID: SignedDuration = SignedDuration::from_mins(15);

/// The name of an upload.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct UploadId(String);

impl TryFrom<String> for UploadId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let digits = text.strip_prefix("upl-").unwrap_or_default();
        let is_digit = |digit: u8| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
        if digits.len() == 32 && digits.bytes().all(is_digit) {
            return Ok(Self(text));
        }
        Err("an upload is named as `POST /v1/uploads` names it".to_owned())
    }
}

impl UploadId {
    /// Where it lies: nobody reads what another tenant has uploaded.
    fn key(&self, tenant: &TenantId) -> String {
        format!("uploads/{tenant}/{}", self.0)
    }
}

/// What is to be uploaded.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = UploadRequest)]
pub(crate) struct Wanted {
    /// How many bytes exactly.
    #[schema(minimum = 1, maximum = 1_048_576)]
    bytes: u64,
}

/// Where it may be put.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Upload)]
pub(crate) struct UploadView {
    /// What the request names that the document belongs to: `?upload=`.
    id: String,
    method: &'static str,
    /// Whoever has this address may put the document there.
    url: String,
    /// The headers that must be sent along.
    headers: std::collections::BTreeMap<String, String>,
    expires_at: Timestamp,
}

/// An address that nobody may keep (201).
#[derive(Debug)]
pub(crate) struct Opened(UploadView);

impl IntoResponse for Opened {
    fn into_response(self) -> Response {
        let no_store = HeaderValue::from_static("no-store");
        let headers = [(header::CACHE_CONTROL, no_store)];
        (StatusCode::CREATED, headers, Json(self.0)).into_response()
    }
}

impl Gives for Opened {
    fn describe(sheet: &mut Sheet) {
        let content = in_json::<UploadView>(sheet);
        sheet.gives(
            201,
            "The document may be put there.",
            &content,
            &Value::Null,
        );
    }
}

/// `POST /v1/uploads`
pub(crate) async fn open<T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    caller: Caller,
    JsonBody(body): JsonBody,
) -> Result<Opened, Refused> {
    let wanted: Wanted = serde_json::from_value(body).map_err(|error| {
        let message = format!("the body is not what was asked for: {error}");
        Refused::unreadable(vec![Problem::error("", message)])
    })?;
    if !(1..=MOST).contains(&wanted.bytes) {
        let message = format!("a document has 1 to {MOST} bytes");
        let problem = Problem::error("/bytes", message);
        return Err(Failure::invalid_document("it cannot be uploaded", vec![problem]).into());
    }
    let id = UploadId(format!("upl-{}", platform.system.next().simple()));
    let key = id.key(&caller.principal.tenant);
    let place = platform.system.place(&key, wanted.bytes, VALID).await?;
    let until = platform.system.now().checked_add(VALID);
    Ok(Opened(UploadView {
        id: id.0,
        method: "PUT",
        url: place.url,
        headers: place.headers.into_iter().collect(),
        expires_at: until.unwrap_or(Timestamp::MAX),
    }))
}

/// What the caller has uploaded.
pub(crate) async fn read(
    uploads: &impl Uploads,
    caller: &Caller,
    id: &UploadId,
) -> Result<Vec<u8>, Refused> {
    let key = id.key(&caller.principal.tenant);
    let found = match uploads.uploaded(&key, MOST).await {
        Err(PortError::Refused(_)) => return Err(Refused::too_large()),
        found => found?,
    };
    found.ok_or_else(|| {
        let message = "there is no such upload: it was not put there, or is gone after a day";
        Failure::new(FailureKind::NotFound, message).into()
    })
}
