//! HTTP: one request, one bounded answer, sorted into what was asked for and why it was not given.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::de::DeserializeOwned;
use ureq::http::{Response, StatusCode, header};
use ureq::{Agent, RequestBuilder};

use super::answers::ProblemDetails;
use super::{Body, CallError, Refusal, Unexpected};
use crate::settings::Settings;

/// The largest answer that is read. A page of a hundred instances is a tenth of a megabyte.
const MAX_ANSWER: u64 = 8 * 1024 * 1024;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// A Lambda behind API Gateway answers within 30 seconds or not at all.
const CALL_TIMEOUT: Duration = Duration::from_secs(30);

/// What is done to a path.
#[derive(Debug, Clone, Copy)]
pub(super) enum Method<'a> {
    /// Read.
    Get,
    /// Submit.
    Post(&'a Body),
    /// Register.
    Put(&'a Body),
    /// Ask to remove.
    Delete,
}

/// One request.
#[derive(Debug)]
pub(super) struct Call<'a> {
    method: Method<'a>,
    path: String,
    query: Vec<(&'static str, String)>,
    authorized: bool,
    /// Under which key a repetition is recognised.
    pub(super) idempotency_key: Option<&'a str>,
    /// The state that the request is meant for: an `ETag`, or `*`.
    pub(super) if_match: Option<&'a str>,
}

impl<'a> Call<'a> {
    /// A request to a path of the API, with the token.
    pub(super) fn new(method: Method<'a>, path: &str) -> Self {
        Self {
            method,
            path: path.to_owned(),
            query: Vec::new(),
            authorized: true,
            idempotency_key: None,
            if_match: None,
        }
    }

    /// A reading request to an open path, without the token.
    pub(super) fn open(path: &str) -> Self {
        Self {
            authorized: false,
            ..Self::new(Method::Get, path)
        }
    }

    /// Adds a question to the path, if there is one.
    pub(super) fn ask(&mut self, name: &'static str, value: Option<&str>) {
        self.query
            .extend(value.map(|value| (name, value.to_owned())));
    }
}

/// The way to one platform.
#[derive(Debug)]
pub(super) struct Transport {
    agent: Agent,
    settings: Settings,
}

impl Transport {
    /// The way to the platform of the settings.
    pub(super) fn new(settings: Settings) -> Self {
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            // The token is for this endpoint alone.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(concat!("groundplane/", env!("CARGO_PKG_VERSION")))
            .timeout_connect(Some(CONNECT_TIMEOUT))
            .timeout_global(Some(CALL_TIMEOUT));
        if settings.endpoint.is_on_this_machine() {
            config = config.proxy(None);
        }
        Self {
            agent: config.build().new_agent(),
            settings,
        }
    }

    /// Where the platform is.
    pub(super) fn endpoint(&self) -> &str {
        self.settings.endpoint.as_str()
    }

    /// Sends one request and reads its answer.
    pub(super) fn send<T: DeserializeOwned>(&self, call: &Call<'_>) -> Result<T, CallError> {
        let url = format!("{}{}", self.endpoint(), call.path);
        let sent = match call.method {
            Method::Get => self.dress(self.agent.get(url), call).call(),
            Method::Delete => self.dress(self.agent.delete(url), call).call(),
            Method::Post(body) => self.deliver(self.agent.post(url), call, body),
            Method::Put(body) => self.deliver(self.agent.put(url), call, body),
        };
        let mut response = sent.map_err(|error| self.failure(&error))?;
        let content = response
            .body_mut()
            .with_config()
            .limit(MAX_ANSWER)
            .read_to_vec()
            .map_err(|error| self.failure(&error))?;
        self.understand(&response, &content)
    }

    /// Puts a text where the platform said that it may be put. The token stays here: the address is
    /// the permission.
    pub(super) fn put(
        &self,
        url: &str,
        headers: &BTreeMap<String, String>,
        text: &str,
    ) -> Result<(), CallError> {
        let mut request = self.agent.put(url);
        for (name, value) in headers {
            // What every request has is written by the client itself.
            if !["host", "content-length"].contains(&name.as_str()) {
                request = request.header(name, value);
            }
        }
        let sent = request.send(text.as_bytes());
        let response = sent.map_err(|error| self.failure(&error))?;
        if response.status().is_success() {
            return Ok(());
        }
        Err(self.unexpected(format!("an upload was answered with {}", response.status())))
    }

    fn dress<B>(&self, request: RequestBuilder<B>, call: &Call<'_>) -> RequestBuilder<B> {
        let mut request = request
            .query_pairs(
                call.query
                    .iter()
                    .map(|(name, value)| (*name, value.as_str())),
            )
            .header(header::ACCEPT, "application/json, application/problem+json");
        if call.authorized {
            let bearer = format!("Bearer {}", self.settings.token.reveal());
            request = request.header(header::AUTHORIZATION, bearer);
        }
        if let Some(key) = call.idempotency_key {
            request = request.header("Idempotency-Key", key);
        }
        if let Some(tag) = call.if_match {
            request = request.header(header::IF_MATCH, tag);
        }
        request
    }

    fn deliver(
        &self,
        request: RequestBuilder<ureq::typestate::WithBody>,
        call: &Call<'_>,
        body: &Body,
    ) -> Result<Response<ureq::Body>, ureq::Error> {
        self.dress(request, call)
            .content_type(body.media_type)
            .send(body.text.as_bytes())
    }

    fn understand<T: DeserializeOwned>(
        &self,
        response: &Response<ureq::Body>,
        content: &[u8],
    ) -> Result<T, CallError> {
        let status = response.status();
        if status.is_redirection() {
            return Err(CallError::Redirected {
                endpoint: self.endpoint().to_owned(),
                location: text_of(response, header::LOCATION).unwrap_or_default(),
            });
        }
        if !status.is_success() {
            return Err(self.refusal(response, content));
        }
        serde_json::from_slice(content).map_err(|error| self.unexpected(error.to_string()))
    }

    fn refusal(&self, response: &Response<ureq::Body>, content: &[u8]) -> CallError {
        let status = response.status();
        let details: ProblemDetails = serde_json::from_slice(content).unwrap_or_default();
        let said = details.detail.or(details.title);
        if status == StatusCode::UNAUTHORIZED {
            return CallError::Unauthenticated {
                endpoint: self.endpoint().to_owned(),
                reason: said,
                source_of_token: self.settings.token_source,
            };
        }
        let Some(message) = said.or_else(|| gateway_message(status)) else {
            return self.unexpected(format!("status {status} without an explanation"));
        };
        CallError::Refused(Box::new(Refusal {
            status: status.as_u16(),
            message,
            problems: details.problems,
            link: details.link,
            retry_after: text_of(response, header::RETRY_AFTER)
                .and_then(|seconds| seconds.parse().ok())
                .map(Duration::from_secs),
        }))
    }

    fn unexpected(&self, what: impl Into<String>) -> CallError {
        CallError::Unexpected(Unexpected::new(self.endpoint(), what))
    }

    fn failure(&self, error: &ureq::Error) -> CallError {
        use ureq::Error as E;
        if let E::BodyExceedsLimit(limit) = error {
            return self.unexpected(format!("it is larger than {} MiB", limit / 1024 / 1024));
        }
        if matches!(error, E::Protocol(_) | E::LargeResponseHeader(..)) {
            return self.unexpected("it is not HTTP");
        }
        let reason = if let E::Io(error) = error {
            error.to_string()
        } else if matches!(error, E::Timeout(_)) {
            "it does not answer in time".to_owned()
        } else if matches!(error, E::HostNotFound) {
            "there is no host of that name".to_owned()
        } else {
            error.to_string()
        };
        CallError::Unreachable {
            endpoint: self.endpoint().to_owned(),
            reason,
        }
    }
}

/// What the gateway in front of the platform means when it answers by itself.
fn gateway_message(status: StatusCode) -> Option<String> {
    let message = match status {
        StatusCode::FORBIDDEN => "the platform does not allow this",
        StatusCode::PAYLOAD_TOO_LARGE => "the document is too large for the platform",
        StatusCode::TOO_MANY_REQUESTS => "the platform asks to slow down",
        StatusCode::INTERNAL_SERVER_ERROR => "the platform failed without an explanation",
        StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => {
            "the platform is not available at the moment"
        }
        _ => return None,
    };
    Some(message.to_owned())
}

fn text_of(response: &Response<ureq::Body>, name: header::HeaderName) -> Option<String> {
    let value = response.headers().get(name)?;
    Some(value.to_str().ok()?.to_owned())
}
