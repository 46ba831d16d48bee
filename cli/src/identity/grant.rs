//! The token endpoint: a grant goes in, tokens or a refusal come out (RFC 6749, section 5).

use serde::Deserialize;

use super::http::{Credentials, Form};
use super::{Address, Http, IdentityError, Secret};

/// What an issuer gives.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Tokens {
    pub(super) access_token: Secret,
    token_type: String,
    pub(super) id_token: Option<Secret>,
    pub(super) refresh_token: Option<Secret>,
    pub(super) expires_in: Option<u32>,
}

/// Why an issuer gives nothing.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Denied {
    /// A word of the standards.
    pub(super) error: String,
    /// More about it.
    error_description: Option<String>,
}

impl From<Denied> for IdentityError {
    fn from(denied: Denied) -> Self {
        let Denied {
            error,
            error_description,
        } = denied;
        Self::Refused(match error_description {
            Some(more) => format!("{error}: {more}"),
            None => error,
        })
    }
}

impl Denied {
    /// A refusal that came another way.
    pub(super) const fn new(error: String, error_description: Option<String>) -> Self {
        Self {
            error,
            error_description,
        }
    }
}

/// Asks for tokens.
pub(super) fn ask(
    http: &Http,
    endpoint: &Address,
    form: &Form<'_>,
    credentials: Option<Credentials<'_>>,
) -> Result<Result<Tokens, Denied>, IdentityError> {
    let answer = http.post(endpoint, form, credentials)?;
    if answer.status != 200 {
        let status = answer.status;
        let denied = serde_json::from_value(answer.body);
        return Ok(Err(denied.unwrap_or_else(|_| {
            Denied::new(format!("`{endpoint}` answers with status {status}"), None)
        })));
    }
    // What does not fit is not quoted: it may be a token.
    let tokens: Tokens = serde_json::from_value(answer.body).map_err(|_| {
        IdentityError::untrusted(format!("`{endpoint}` gives something else than tokens"))
    })?;
    if !tokens.token_type.eq_ignore_ascii_case("bearer") {
        return Err(IdentityError::untrusted("its token is not a bearer token"));
    }
    Ok(Ok(tokens))
}
