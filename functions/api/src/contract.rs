//! The API as an `OpenAPI` 3.1 document. What an operation takes and answers is read off its handler's
//! types; what it is called stands beside it in the route table. The document is checked in
//! (`schema/openapi/v1.json`), held against this by a test, and served as it is.

mod beside;
mod composed;
mod document;
#[cfg(test)]
mod document_tests;
mod documents;
mod gives;
mod sheet;
mod takes;

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use utoipa::ToSchema;

pub use document::openapi;
pub(crate) use gives::{Begun, Gives, Made, Tagged, in_json};
pub(crate) use sheet::Sheet;
pub(crate) use takes::Described;

const DEPRECATION: HeaderName = HeaderName::from_static("deprecation");
const SUNSET: HeaderName = HeaderName::from_static("sunset");

/// Where schemas stand in the document.
const SCHEMAS: &str = "#/components/schemas/";

/// The type of such documents.
const OPENAPI: &str = "application/vnd.oai.openapi+json;version=3.1";

/// The document as it is checked in.
const CHECKED_IN: &str = include_str!("../../../schema/openapi/v1.json");

/// `GET /v1/openapi.json`
pub(crate) async fn show() -> Shown {
    Shown
}

/// The document, as an answer.
#[derive(Debug)]
pub(crate) struct Shown;

impl IntoResponse for Shown {
    fn into_response(self) -> Response {
        ([(header::CONTENT_TYPE, OPENAPI)], CHECKED_IN).into_response()
    }
}

impl Gives for Shown {
    fn describe(sheet: &mut Sheet) {
        let content = serde_json::json!({ OPENAPI: { "schema": { "type": "object" } } });
        sheet.gives(200, "This document.", &content, &serde_json::Value::Null);
    }
}

/// What a caller reads of an operation.
#[derive(Debug, Clone, Copy)]
pub struct Says {
    /// What generated clients call it.
    id: &'static str,
    /// What it does, in a sentence.
    summary: &'static str,
    /// What its types do not say.
    besides: Option<fn(&mut Sheet)>,
    /// Since when nobody should begin to use it.
    pub(crate) retirement: Option<Retirement>,
}

/// An operation on its way out.
#[derive(Debug, Clone, Copy)]
pub struct Retirement {
    /// Since when it is deprecated, in seconds since 1970 (RFC 9745).
    pub since: i64,
    /// The day on which it goes, as an HTTP date (RFC 8594).
    pub sunset: &'static str,
    /// The path of what takes its place.
    pub successor: &'static str,
}

impl Retirement {
    /// Tells those who still use it: `Deprecation` (RFC 9745), `Sunset` (RFC 8594), and what takes
    /// its place (RFC 5829).
    pub(crate) fn announce(self, headers: &mut HeaderMap) {
        let successor = format!("<{}>; rel=\"successor-version\"", self.successor);
        let fields = [
            (DEPRECATION, format!("@{}", self.since)),
            (SUNSET, self.sunset.to_owned()),
            (header::LINK, successor),
        ];
        for (name, value) in fields {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.append(name, value);
            }
        }
    }
}

/// An operation that its types say everything about.
pub(crate) const fn says(id: &'static str, summary: &'static str) -> Says {
    Says {
        id,
        summary,
        besides: None,
        retirement: None,
    }
}

impl Says {
    /// What its types do not say is written by `besides`.
    pub(crate) const fn besides(self, besides: fn(&mut Sheet)) -> Self {
        Self {
            besides: Some(besides),
            ..self
        }
    }

    /// It is on its way out.
    #[cfg(test)]
    pub(crate) const fn retired(self, retirement: Retirement) -> Self {
        Self {
            retirement: Some(retirement),
            ..self
        }
    }

    /// Writes the operation.
    pub(crate) fn write(self, describe: fn(&mut Sheet), sheet: &mut Sheet) {
        sheet.name(self.id, self.summary);
        describe(sheet);
        if let Some(besides) = self.besides {
            besides(sheet);
        }
        if self.retirement.is_some() {
            sheet.deprecate();
        }
    }
}

/// It takes JSON of that type.
pub(crate) fn json<B: ToSchema>(sheet: &mut Sheet) {
    sheet.takes_json::<B>();
}

/// It answers with that type.
pub(crate) fn answers<A: Gives>(sheet: &mut Sheet) {
    A::describe(sheet);
}

#[cfg(test)]
mod tests {
    use super::*;

    const RETIREMENT: Retirement = Retirement {
        since: 1_767_225_600,
        sunset: "Fri, 01 Jan 2027 00:00:00 GMT",
        successor: "/v2/instances",
    };

    #[test]
    fn an_operation_on_its_way_out_says_so_in_the_document_and_in_every_answer() {
        let says = says("listInstances", "Lists instances").retired(RETIREMENT);
        let mut sheet = Sheet::default();
        says.write(|_| {}, &mut sheet);
        let (operation, _) = sheet.into_operation();
        assert_eq!(operation["deprecated"], true);

        let mut headers = HeaderMap::new();
        RETIREMENT.announce(&mut headers);
        let said = |name: &str| headers[name].to_str().unwrap();
        assert_eq!(said("deprecation"), "@1767225600");
        assert_eq!(said("sunset"), RETIREMENT.sunset);
        assert_eq!(said("link"), "</v2/instances>; rel=\"successor-version\"");
    }
}
