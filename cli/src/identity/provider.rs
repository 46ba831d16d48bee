//! What an issuer says of itself (`OpenID` Connect Discovery), believed only as far as it can be
//! checked.

use serde::Deserialize;

use super::{Address, Http, IdentityError};

/// Where the document lies below the issuer.
const DISCOVERY: &str = "/.well-known/openid-configuration";

/// An issuer, and where it is asked for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Provider {
    /// The issuer, as its tokens name it.
    pub(crate) issuer: String,
    /// Where a person logs in.
    pub(super) authorization: Option<Address>,
    /// Where tokens are given.
    pub(super) token: Address,
    /// Where the login of another device begins.
    pub(super) device: Option<Address>,
    /// Where a login is ended.
    pub(super) revocation: Option<Address>,
    /// Whether an answer must name the issuer that it is of.
    pub(super) names_itself: bool,
    /// Whether a machine may name its secret in a header.
    pub(super) takes_basic: bool,
    /// The issuer's own address.
    pub(super) address: Address,
}

#[derive(Deserialize)]
struct Document {
    issuer: String,
    authorization_endpoint: Option<String>,
    token_endpoint: Option<String>,
    device_authorization_endpoint: Option<String>,
    revocation_endpoint: Option<String>,
    code_challenge_methods_supported: Option<Vec<String>>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl Provider {
    /// Asks the issuer.
    ///
    /// # Errors
    /// Where it is not reached, is another one, or names addresses that nothing may be sent to.
    pub(crate) fn discover(http: &Http, issuer: &str) -> Result<Self, IdentityError> {
        let address = Address::parse("issuer", issuer)?;
        let below = format!("{}{DISCOVERY}", issuer.trim_end_matches('/'));
        let answer = http.get(&address.named("issuer", &below)?)?;
        if answer.status != 200 {
            let message = format!("`{below}` answers with status {}", answer.status);
            return Err(IdentityError::untrusted(message));
        }
        let document: Document = serde_json::from_value(answer.body).map_err(|error| {
            IdentityError::untrusted(format!("`{below}` is no discovery document: {error}"))
        })?;
        Self::read(address, document)
    }

    fn read(address: Address, document: Document) -> Result<Self, IdentityError> {
        if document.issuer != address.as_str() {
            let message = format!(
                "`{address}` says that it is `{}`, which must be the same to the letter",
                document.issuer
            );
            return Err(IdentityError::untrusted(message));
        }
        let may = |methods: Option<Vec<String>>, method: &str| {
            methods.is_none_or(|methods| methods.iter().any(|offered| offered == method))
        };
        if !may(document.code_challenge_methods_supported, "S256") {
            let message = "the issuer does not offer PKCE with S256";
            return Err(IdentityError::untrusted(message));
        }
        let named = |what: &str, text: Option<String>| {
            text.map(|text| address.named(what, &text)).transpose()
        };
        let token = named("token endpoint", document.token_endpoint)?;
        Ok(Self {
            issuer: document.issuer,
            authorization: named("authorization endpoint", document.authorization_endpoint)?,
            token: token.ok_or_else(|| IdentityError::untrusted("the issuer gives no tokens"))?,
            device: named(
                "device authorization endpoint",
                document.device_authorization_endpoint,
            )?,
            revocation: named("revocation endpoint", document.revocation_endpoint)?,
            names_itself: document.authorization_response_iss_parameter_supported,
            takes_basic: may(
                document.token_endpoint_auth_methods_supported,
                "client_secret_basic",
            ),
            address,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(issuer: &str, document: &Value) -> Result<Provider, IdentityError> {
        let address = Address::parse("issuer", issuer)?;
        Provider::read(address, serde_json::from_value(document.clone()).unwrap())
    }

    fn document() -> Value {
        json!({
            "issuer": "https://id.example.com",
            "authorization_endpoint": "https://login.example.com/authorize",
            "token_endpoint": "https://id.example.com/token",
        })
    }

    #[test]
    fn an_issuer_that_says_what_it_must_is_believed() {
        let provider = read("https://id.example.com", &document()).unwrap();
        assert_eq!(provider.token.as_str(), "https://id.example.com/token");
        assert!(provider.takes_basic && provider.device.is_none());
    }

    #[test]
    fn another_issuer_than_the_one_that_was_asked_is_not_believed() {
        for issuer in ["https://evil.example.com", "https://id.example.com/"] {
            let error = read(issuer, &document()).unwrap_err();
            assert!(error.to_string().contains("to the letter"), "{error}");
        }
    }

    #[test]
    fn a_hostile_document_cannot_choose_where_secrets_go() {
        for field in [
            "authorization_endpoint",
            "token_endpoint",
            "device_authorization_endpoint",
            "revocation_endpoint",
        ] {
            for address in [
                "http://id.example.com/token",
                "http://127.0.0.1:9/token",
                "https://[::1]/token",
                "javascript:alert(1)",
                "file:///etc/passwd",
                "/token",
            ] {
                let mut hostile = document();
                hostile[field] = json!(address);
                let read = read("https://id.example.com", &hostile);
                assert!(read.is_err(), "{field} {address}");
            }
        }
    }

    #[test]
    fn an_issuer_without_a_safe_challenge_is_refused() {
        let mut plain = document();
        plain["code_challenge_methods_supported"] = json!(["plain"]);
        assert!(read("https://id.example.com", &plain).is_err());
        plain["code_challenge_methods_supported"] = json!(["plain", "S256"]);
        assert!(read("https://id.example.com", &plain).is_ok());
    }
}
