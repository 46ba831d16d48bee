//! Addresses that secrets are sent to: encrypted, or on this machine.

use std::fmt;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use ureq::http::Uri;

use super::IdentityError;

/// An address that a secret may be sent to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Address {
    text: String,
    is_local: bool,
}

impl Address {
    /// Reads an address; `what` says what it is of.
    ///
    /// # Errors
    /// Where it is none, or would send what is sent to it over the network unencrypted.
    pub(crate) fn parse(what: &str, text: &str) -> Result<Self, IdentityError> {
        let wrong = |why: &str| IdentityError::untrusted(format!("the {what} `{text}` {why}"));
        // A name inside the address would send it somewhere else than it seems.
        if text.contains(['@', '#', '\\']) || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(wrong("is not a plain address"));
        }
        let uri: Uri = text.parse().map_err(|_| wrong("is not an address"))?;
        let host = uri.host().filter(|host| !host.is_empty());
        let host = host.ok_or_else(|| wrong("names no host"))?;
        let is_local = is_on_this_machine(host);
        match uri.scheme_str() {
            Some("https") => {}
            Some("http") if is_local => {}
            _ => return Err(wrong("is not https; http is for this machine only")),
        }
        Ok(Self {
            text: text.to_owned(),
            is_local,
        })
    }

    /// The same, said by a party at `self`: only one on this machine may name others on it.
    pub(crate) fn named(&self, what: &str, text: &str) -> Result<Self, IdentityError> {
        let named = Self::parse(what, text)?;
        if named.is_local && !self.is_local {
            let message = format!("the {what} `{text}` is on this machine, and the issuer is not");
            return Err(IdentityError::untrusted(message));
        }
        Ok(named)
    }

    /// The address.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it is on this machine.
    pub(crate) const fn is_local(&self) -> bool {
        self.is_local
    }
}

/// Whether a host of an address is this machine.
pub(crate) fn is_on_this_machine(host: &str) -> bool {
    let address: Result<IpAddr, _> = host.trim_matches(['[', ']']).parse();
    host == "localhost"
        || host.ends_with(".localhost")
        || address.is_ok_and(|address| address.is_loopback())
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl TryFrom<String> for Address {
    type Error = IdentityError;

    fn try_from(text: String) -> Result<Self, IdentityError> {
        Self::parse("address", &text)
    }
}

impl From<Address> for String {
    fn from(address: Address) -> Self {
        address.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_go_out_encrypted_or_not_at_all() {
        for good in [
            "https://id.example.com/realms/a?x=1",
            "http://127.0.0.1:8080/token",
            "http://[::1]:8080",
            "http://localhost:1",
        ] {
            assert!(Address::parse("issuer", good).is_ok(), "{good}");
        }
        for bad in [
            "http://id.example.com",
            "http://10.0.0.1/token",
            "http://169.254.169.254/latest",
            "http://localhost.example.com",
            "http://localhost@id.example.com",
            "https://a\\@b.example.com",
            "https://",
            "ftp://127.0.0.1",
            "file:///etc/passwd",
            "id.example.com",
            "https://id.example.com/\u{1b}[1A",
            "https://id.example.com/a b",
            "",
        ] {
            assert!(Address::parse("issuer", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_issuer_elsewhere_cannot_send_anything_to_this_machine() {
        let far = Address::parse("issuer", "https://id.example.com").unwrap();
        let near = Address::parse("issuer", "http://127.0.0.1:8080").unwrap();
        for local in ["http://127.0.0.1:9/token", "https://localhost/token"] {
            assert!(far.named("token endpoint", local).is_err(), "{local}");
            assert!(near.named("token endpoint", local).is_ok(), "{local}");
        }
        assert!(
            far.named("token endpoint", "https://other.example.com")
                .is_ok()
        );
    }
}
