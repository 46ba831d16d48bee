//! Every answer names the request that it is to, so that people can say which one they mean; the
//! access log and the audit log have the same name.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use lambda_http::request::RequestContext;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Answers with the id that API Gateway gave the request.
pub(crate) async fn give(request: Request, next: Next) -> Response {
    let id = id_of(&request).and_then(|id| HeaderValue::try_from(id).ok());
    let mut response = next.run(request).await;
    if let Some(id) = id {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// The id; none where the request did not come through API Gateway.
fn id_of(request: &Request) -> Option<String> {
    let RequestContext::ApiGatewayV2(context) = request.extensions().get()? else {
        return None;
    };
    context.request_id.clone()
}
