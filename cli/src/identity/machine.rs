//! Machines: the client credentials grant (RFC 6749, section 4.4). A token is asked for each time and
//! never kept.

use super::grant::ask;
use super::http::Credentials;
use super::{Http, IdentityError, Provider, Secret};

/// A client that proves itself with a secret.
#[derive(Debug, Clone)]
pub(crate) struct Machine {
    /// The issuer that knows it, the only one that its secret is sent to.
    pub(crate) issuer: String,
    /// The client.
    pub(crate) id: String,
    /// Its secret.
    pub(crate) secret: Secret,
}

impl Machine {
    /// A token for it.
    ///
    /// # Errors
    /// Where the issuer is not reached or does not know the client.
    pub(crate) fn token(&self) -> Result<Secret, IdentityError> {
        let http = Http::new();
        let provider = Provider::discover(&http, &self.issuer)?;
        let Self { id, secret, .. } = self;
        let mut form = vec![("grant_type", "client_credentials")];
        let basic = provider.takes_basic.then_some(Credentials { id, secret });
        if basic.is_none() {
            form.extend([
                ("client_id", id.as_str()),
                ("client_secret", secret.reveal()),
            ]);
        }
        let tokens = ask(&http, &provider.token, &form, basic)??;
        Ok(tokens.access_token)
    }
}
