//! What handlers answer, read off what they return.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::Sheet;
use crate::problem::Refused;

/// What a handler returns.
pub(crate) trait Gives {
    /// Writes what callers get.
    fn describe(sheet: &mut Sheet);
}

impl<G: Gives> Gives for Result<G, Refused> {
    fn describe(sheet: &mut Sheet) {
        G::describe(sheet);
    }
}

impl<V: ToSchema> Gives for Json<V> {
    fn describe(sheet: &mut Sheet) {
        let content = in_json::<V>(sheet);
        sheet.gives(200, "It was done.", &content, &Value::Null);
    }
}

/// An answer of more than one form is described beside its route.
impl Gives for Response {
    fn describe(_sheet: &mut Sheet) {}
}

/// Something that goes on after the answer (202).
#[derive(Debug)]
pub(crate) struct Begun<V> {
    pub(crate) view: V,
    /// Where it can be followed.
    pub(crate) location: String,
}

impl<V: Serialize> IntoResponse for Begun<V> {
    fn into_response(self) -> Response {
        let mut response = (StatusCode::ACCEPTED, Json(self.view)).into_response();
        let headers = response.headers_mut();
        if let Ok(location) = HeaderValue::try_from(self.location) {
            headers.insert(header::LOCATION, location);
        }
        response
    }
}

impl<V: ToSchema> Gives for Begun<V> {
    fn describe(sheet: &mut Sheet) {
        let content = in_json::<V>(sheet);
        let text = json!({ "schema": { "type": "string" } });
        let headers = json!({ "Location": text });
        sheet.gives(202, "It was accepted and goes on.", &content, &headers);
    }
}

/// Something that is there, with the tag of its state.
#[derive(Debug)]
pub(crate) struct Tagged<V> {
    pub(crate) view: V,
    pub(crate) tag: String,
}

impl<V: Serialize> IntoResponse for Tagged<V> {
    fn into_response(self) -> Response {
        ([(header::ETAG, self.tag)], Json(self.view)).into_response()
    }
}

impl<V: ToSchema> Gives for Tagged<V> {
    fn describe(sheet: &mut Sheet) {
        let content = in_json::<V>(sheet);
        let headers = json!({ "ETag": { "schema": { "type": "string" } } });
        sheet.gives(200, "It was done.", &content, &headers);
    }
}

/// Something that is there now, and was perhaps not before.
#[derive(Debug)]
pub(crate) struct Made<V> {
    pub(crate) view: V,
    /// Whether this request made it.
    pub(crate) is_new: bool,
}

impl<V: Serialize> IntoResponse for Made<V> {
    fn into_response(self) -> Response {
        let status = if self.is_new {
            StatusCode::CREATED
        } else {
            StatusCode::OK
        };
        (status, Json(self.view)).into_response()
    }
}

impl<V: ToSchema> Gives for Made<V> {
    fn describe(sheet: &mut Sheet) {
        let content = in_json::<V>(sheet);
        sheet.gives(201, "It was made.", &content, &Value::Null);
        sheet.gives(200, "It was there.", &content, &Value::Null);
    }
}

/// JSON of that type as the content of an answer.
pub(crate) fn in_json<V: ToSchema>(sheet: &mut Sheet) -> Value {
    let schema = sheet.schema::<V>();
    json!({ "application/json": { "schema": schema } })
}
