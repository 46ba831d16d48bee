//! A request body that is JSON and no document.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use groundplane_model::Problem;
use serde_json::Value;

use crate::problem::Refused;

/// The JSON that was sent.
#[derive(Debug)]
pub(crate) struct JsonBody(pub(crate) Value);

impl<S: Send + Sync> FromRequest<S> for JsonBody {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refused> {
        let body = Bytes::from_request(request, state)
            .await
            .map_err(|_| Refused::too_large())?;
        let read = serde_json::from_slice(&body);
        read.map(Self).map_err(|error| {
            let message = format!("the body is not JSON: {error}");
            Refused::unreadable(vec![Problem::error("", message)])
        })
    }
}
