//! The `OpenAPI` document is served, and every answer that any test of the API gets is one that it
//! describes.

mod conformance;

use serde_json::Value;

use super::{Api, get};

pub(super) use conformance::{Exchange, must_conform};

const CHECKED_IN: &str = include_str!("../../../../schema/openapi/v1.json");

fn document() -> Value {
    serde_json::from_str(CHECKED_IN).unwrap()
}

#[tokio::test]
async fn the_document_is_served_to_everybody() {
    let api = Api::start().await;
    let mut call = get("/v1/openapi.json");
    call.claims = None;
    let answer = api.send(call).await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.headers["content-type"],
        "application/vnd.oai.openapi+json;version=3.1"
    );
    assert_eq!(answer.body, document());
}
