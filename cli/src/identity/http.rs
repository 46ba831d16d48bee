//! HTTP towards issuers: forms and JSON, bounded, and never sent on to where an answer points.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use ureq::Agent;
use ureq::http::header;

use super::{Address, IdentityError, Secret};

/// The largest answer that is read.
const MAX_ANSWER: u64 = 1024 * 1024;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

const CALL_TIMEOUT: Duration = Duration::from_secs(30);

/// What forms leave as it is: the unreserved characters of RFC 3986.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Fields of a form, by their names.
pub(super) type Form<'a> = Vec<(&'a str, &'a str)>;

/// The client of a machine and its secret.
#[derive(Debug, Clone, Copy)]
pub(super) struct Credentials<'a> {
    /// The client.
    pub(super) id: &'a str,
    /// Its secret.
    pub(super) secret: &'a Secret,
}

/// The way to issuers.
#[derive(Debug)]
pub(crate) struct Http {
    near: Agent,
    far: Agent,
}

/// An answer, whatever its status.
#[derive(Debug)]
pub(super) struct Answer {
    /// The status.
    pub(super) status: u16,
    /// The body; null where it is not JSON.
    pub(super) body: Value,
}

impl Http {
    /// Nothing is sent yet.
    pub(crate) fn new() -> Self {
        let config = || {
            Agent::config_builder()
                .http_status_as_error(false)
                // What is sent is for that address alone.
                .max_redirects(0)
                .max_redirects_will_error(false)
                .user_agent(concat!("groundplane/", env!("CARGO_PKG_VERSION")))
                .timeout_connect(Some(CONNECT_TIMEOUT))
                .timeout_global(Some(CALL_TIMEOUT))
        };
        Self {
            near: config().proxy(None).build().new_agent(),
            far: config().build().new_agent(),
        }
    }

    /// Reads a document.
    pub(super) fn get(&self, address: &Address) -> Result<Answer, IdentityError> {
        let request = self.agent(address).get(address.as_str());
        let sent = request.header(header::ACCEPT, "application/json").call();
        understand(address, sent)
    }

    /// Posts a form, by itself or as a client with a secret.
    pub(super) fn post(
        &self,
        address: &Address,
        form: &Form<'_>,
        credentials: Option<Credentials<'_>>,
    ) -> Result<Answer, IdentityError> {
        let mut request = self
            .agent(address)
            .post(address.as_str())
            .header(header::ACCEPT, "application/json");
        if let Some(Credentials { id, secret }) = credentials {
            // RFC 6749, section 2.3.1: both are encoded as in a form first.
            let pair = format!("{}:{}", encoded(id), encoded(secret.reveal()));
            let basic = format!("Basic {}", STANDARD.encode(pair));
            request = request.header(header::AUTHORIZATION, basic);
        }
        let sent = request
            .content_type("application/x-www-form-urlencoded")
            .send(query(form).as_bytes());
        understand(address, sent)
    }

    const fn agent(&self, address: &Address) -> &Agent {
        if address.is_local() {
            &self.near
        } else {
            &self.far
        }
    }
}

/// Fields as a form or a query has them.
pub(super) fn query(form: &Form<'_>) -> String {
    let fields = form.iter();
    let fields = fields.map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
    fields.collect::<Vec<_>>().join("&")
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

fn understand(
    address: &Address,
    sent: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
) -> Result<Answer, IdentityError> {
    // The reason has no body and no header in it, so nothing that was sent.
    let unreachable = |error: ureq::Error| IdentityError::Unreachable {
        host: address.to_string(),
        reason: error.to_string(),
    };
    let mut response = sent.map_err(unreachable)?;
    if response.status().is_redirection() {
        let message = format!("`{address}` redirects, which is not followed");
        return Err(IdentityError::untrusted(message));
    }
    let content = response.body_mut().with_config().limit(MAX_ANSWER);
    let content = content.read_to_vec().map_err(unreachable)?;
    Ok(Answer {
        status: response.status().as_u16(),
        body: serde_json::from_slice(&content).unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_field_holds_never_becomes_another_field() {
        let form = vec![("scope", "openid email"), ("state", "a&b=c#d")];
        assert_eq!(query(&form), "scope=openid%20email&state=a%26b%3Dc%23d");
    }
}
