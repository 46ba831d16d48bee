//! Documents that are too large for a request.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;

use super::transport::{Call, Method};
use super::{Body, CallError, Client};

/// The largest body that the platform takes, in bytes; a larger one is uploaded.
const LARGEST: usize = 256 * 1024;

/// Where a document may be put.
#[derive(Deserialize)]
struct Upload {
    id: String,
    url: String,
    headers: BTreeMap<String, String>,
}

/// A document as a request has it.
#[derive(Debug)]
pub(super) struct Placed<'a> {
    /// The body of the request.
    pub(super) body: Cow<'a, Body>,
    /// The upload that stands in for it.
    pub(super) upload: Option<String>,
}

impl Client {
    /// The document, uploaded where it is too large to be sent.
    pub(super) fn placed<'a>(&self, body: &'a Body) -> Result<Placed<'a>, CallError> {
        if body.text.len() <= LARGEST {
            return Ok(Placed {
                body: Cow::Borrowed(body),
                upload: None,
            });
        }
        let wanted = Body {
            text: json!({ "bytes": body.text.len() }).to_string(),
            media_type: "application/json",
        };
        let upload: Upload = self.send(&Call::new(Method::Post(&wanted), "/v1/uploads"))?;
        self.transport
            .put(&upload.url, &upload.headers, &body.text)?;
        let nothing = Body {
            text: String::new(),
            media_type: body.media_type,
        };
        Ok(Placed {
            body: Cow::Owned(nothing),
            upload: Some(upload.id),
        })
    }
}
