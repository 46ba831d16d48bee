//! A request body as a document.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri, header};
use groundplane_model::{Digest, Failure, Problem, Severity};
use groundplane_spec::{Document, ValidDocument, parse_bytes, validate};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::gate::Caller;
use crate::problem::{Refused, shown};
use crate::uploads::{self, UploadId};
use crate::{Platform, System, Table};

/// The longest idempotency key, in characters.
const LONGEST_KEY: usize = 255;

/// A valid document, and the digest of the text that it was read from.
#[derive(Debug)]
pub(crate) struct Submitted {
    pub(crate) document: ValidDocument,
    /// The document as it was written, to find the places of problems in.
    pub(crate) source: Document,
    pub(crate) warnings: Vec<Problem>,
    pub(crate) digest: Digest,
}

impl<T: Table, S: System> FromRequest<Arc<Platform<T, S>>> for Submitted {
    type Rejection = Refused;

    async fn from_request(
        request: Request,
        platform: &Arc<Platform<T, S>>,
    ) -> Result<Self, Refused> {
        let body = match upload(request.uri())? {
            Some(id) => uploaded(request, platform, &id).await?.into(),
            None => body(request, platform).await?,
        };
        let document = parse_bytes(&body).map_err(Refused::unreadable)?;
        let valid = validate(&document).map_err(invalid)?;
        Ok(Self {
            document: valid.document,
            source: document,
            warnings: valid.warnings,
            digest: Digest::of(&body),
        })
    }
}

/// Data that is no document of a kind, and where each part of it stands.
#[derive(Debug)]
pub(crate) struct Written(Document);

impl<S: Send + Sync> FromRequest<S> for Written {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refused> {
        let body = body(request, state).await?;
        parse_bytes(&body).map(Self).map_err(Refused::unreadable)
    }
}

impl Written {
    /// The data.
    pub(crate) fn value(&self) -> &Value {
        self.0.value()
    }

    /// Refused with these problems of it; `what` says what it is.
    pub(crate) fn refused(&self, what: &str, problems: Vec<Problem>) -> Failure {
        self.located(many(what, problems))
    }

    /// The same failure, each problem with its place.
    pub(crate) fn located(&self, failure: Failure) -> Failure {
        let problems = failure.problems.into_iter();
        Failure {
            problems: problems.map(|problem| self.0.locate(problem)).collect(),
            ..failure
        }
    }
}

/// The query of whatever takes a document.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct WithUpload {
    /// The document is this upload, not the body.
    #[schema(value_type = Option<String>, pattern = "^upl-[0-9a-f]{32}$")]
    upload: Option<UploadId>,
}

/// The upload that the query names.
fn upload(uri: &Uri) -> Result<Option<UploadId>, Refused> {
    match Query::<WithUpload>::try_from_uri(uri) {
        Ok(Query(query)) => Ok(query.upload),
        Err(error) => Err(Refused::bad_request(shown(&error.body_text()))),
    }
}

async fn uploaded<T: Table, S: System>(
    request: Request,
    platform: &Arc<Platform<T, S>>,
    id: &UploadId,
) -> Result<Vec<u8>, Refused> {
    let (mut parts, body) = request.into_parts();
    let caller = Caller::from_request_parts(&mut parts, platform).await?;
    let body = Bytes::from_request(Request::from_parts(parts, body), platform).await;
    if !body.map_err(|_| Refused::too_large())?.is_empty() {
        let message = "the request has a body and names an upload; only one can be the document";
        return Err(Refused::bad_request(message));
    }
    uploads::read(&platform.system, &caller, id).await
}

async fn body<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Refused> {
    refuse_other_types(request.headers())?;
    let body = Bytes::from_request(request, state).await;
    body.map_err(|_| Refused::too_large())
}

fn invalid(problems: Vec<Problem>) -> Failure {
    many("the document", problems)
}

fn many(what: &str, problems: Vec<Problem>) -> Failure {
    let errors = problems
        .iter()
        .filter(|problem| problem.severity == Severity::Error)
        .count();
    let message = match errors {
        1 => format!("{what} has a problem"),
        count => format!("{what} has {count} problems"),
    };
    Failure::invalid_document(message, problems)
}

/// Documents come as YAML or JSON; a request that names no type is taken at its word.
fn refuse_other_types(headers: &HeaderMap) -> Result<(), Refused> {
    let Some(given) = headers.get(header::CONTENT_TYPE) else {
        return Ok(());
    };
    let given = given.to_str().unwrap_or("?");
    let essence = given
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    match essence.as_str() {
        "application/yaml" | "application/x-yaml" | "text/yaml" | "text/x-yaml"
        | "application/json" | "text/plain" => Ok(()),
        _ => Err(Refused::media_type(given)),
    }
}

/// The digest of the client's idempotency key, if it sent one.
#[derive(Debug)]
pub(crate) struct RequestKey(pub(crate) Option<Digest>);

impl<S: Sync> FromRequestParts<S> for RequestKey {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Refused> {
        idempotency_key(&parts.headers).map(Self)
    }
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<Digest>, Refused> {
    let Some(key) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    let is_printable = |key: &&str| key.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    let key = key
        .to_str()
        .ok()
        .filter(|key| !key.is_empty() && key.len() <= LONGEST_KEY)
        .filter(is_printable);
    let key = key.ok_or_else(|| {
        Refused::bad_request("an Idempotency-Key is 1 to 255 printable ASCII characters")
    })?;
    Ok(Some(Digest::of(key.as_bytes())))
}
