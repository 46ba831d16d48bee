//! Where one logs in (RFC 9728). It is open: whoever asks has no token yet. What is said is no secret:
//! an issuer, and the client that people log in through, which has none either.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::routing::get;
use axum::{Json, Router, middleware};
use groundplane_edge::{MissingSetting, setting, setting_or};
use serde_json::{Value, json};

use crate::request_id;

/// The issuer, and what its tokens must be for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// The issuer whose tokens are accepted.
    pub issuer: String,
    /// The audience that they must be for.
    pub audience: String,
    /// The client that people log in through.
    pub client_id: String,
    /// Where a browser comes back to; empty for any port of the user's machine.
    pub redirect_uri: String,
}

impl SignIn {
    /// Reads it from the function's settings.
    ///
    /// # Errors
    /// Where one is missing.
    pub fn read() -> Result<Self, MissingSetting> {
        Ok(Self {
            issuer: setting("JWT_ISSUER")?,
            audience: setting("JWT_AUDIENCE")?,
            client_id: setting("LOGIN_CLIENT_ID")?,
            redirect_uri: setting_or("LOGIN_REDIRECT_URI", ""),
        })
    }
}

/// The route that says it.
pub fn sign_in(settings: SignIn) -> Router {
    Router::new()
        .route("/.well-known/oauth-protected-resource", get(show))
        .layer(middleware::from_fn(request_id::give))
        .with_state(Arc::new(settings))
}

/// `GET /.well-known/oauth-protected-resource`
async fn show(State(settings): State<Arc<SignIn>>, headers: HeaderMap) -> Json<Value> {
    let SignIn {
        issuer,
        audience,
        client_id,
        redirect_uri,
    } = settings.as_ref();
    let mut said = json!({
        "resource": resource(&headers),
        "authorization_servers": [issuer],
        "bearer_methods_supported": ["header"],
        "scopes_supported": ["openid"],
        "groundplane_client_id": client_id,
        "groundplane_audience": audience,
    });
    if let (Some(fields), false) = (said.as_object_mut(), redirect_uri.is_empty()) {
        fields.insert("groundplane_redirect_uri".to_owned(), json!(redirect_uri));
    }
    Json(said)
}

/// The address that was asked. The API does not know by which of its names it is reached.
fn resource(headers: &HeaderMap) -> String {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let host = text(header::HOST.as_str()).unwrap_or_default();
    let scheme = match text("x-forwarded-proto") {
        Some("http") => "http",
        _ => "https",
    };
    format!("{scheme}://{host}")
}
