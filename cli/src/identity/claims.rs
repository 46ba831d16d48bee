//! What a token says. Signatures are not checked here: an id token comes from the issuer over TLS
//! (`OpenID` Connect Core, section 3.1.3.7), and the platform checks every token that it is sent.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use super::{IdentityError, Secret};

/// How far the clocks of an issuer and of this machine may be apart.
const SKEW: SignedDuration = SignedDuration::from_secs(60);

/// The claims of a token.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Claims(Map<String, Value>);

/// What an id token must say.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expected<'a> {
    /// Who gave it.
    pub(super) issuer: &'a str,
    /// Whom it was given to.
    pub(super) client: &'a str,
    /// What was asked for with it, where something was.
    pub(super) nonce: Option<&'a str>,
    /// The time.
    pub(super) now: Timestamp,
}

impl Claims {
    /// The claims of a JSON Web Token; none of a token of another kind.
    pub(crate) fn of(token: &Secret) -> Option<Self> {
        let mut parts = token.reveal().split('.');
        let (_, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
        let bytes = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
        match (serde_json::from_slice(&bytes), parts.next()) {
            (Ok(Value::Object(claims)), None) => Some(Self(claims)),
            _ => None,
        }
    }

    /// A claim that is a text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    /// Claims that are lists of texts, or a text.
    pub(crate) fn list(&self, name: &str) -> Vec<&str> {
        match self.0.get(name) {
            Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
            Some(Value::String(one)) => vec![one],
            _ => Vec::new(),
        }
    }

    /// Until when the token is good.
    pub(crate) fn expiry(&self) -> Option<Timestamp> {
        // Some issuers count in fractions.
        let seconds = self.0.get("exp")?;
        let whole = seconds.as_i64().or_else(|| {
            let text = seconds.to_string();
            text.split('.').next()?.parse().ok()
        })?;
        Timestamp::from_second(whole).ok()
    }

    /// Whether this is the id token that was asked for.
    pub(super) fn check(&self, expected: &Expected<'_>) -> Result<(), IdentityError> {
        let wrong = |what: &str| Err(IdentityError::untrusted(format!("its id token {what}")));
        if self.text("iss") != Some(expected.issuer) {
            return wrong("is of another issuer");
        }
        let audience = self.list("aud");
        let is_for_others = audience.len() > 1 || self.text("azp").is_some();
        if !audience.contains(&expected.client)
            || (is_for_others && self.text("azp") != Some(expected.client))
        {
            return wrong("is for another client");
        }
        if self.text("sub").is_none_or(str::is_empty) {
            return wrong("names nobody");
        }
        if expected.nonce.is_some() && self.text("nonce") != expected.nonce {
            return wrong("is not the one that was asked for");
        }
        match self.expiry() {
            Some(end) if end.saturating_add(SKEW).is_ok_and(|end| end > expected.now) => Ok(()),
            _ => wrong("has expired"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn token(payload: &Value) -> Secret {
        let encoded = URL_SAFE_NO_PAD.encode(payload.to_string());
        Secret::new(format!("e30.{encoded}.c2ln"))
    }

    fn good() -> Value {
        json!({"iss": "https://id", "aud": "cli", "sub": "ada", "nonce": "n", "exp": 2_000})
    }

    fn checked(payload: &Value) -> Result<(), IdentityError> {
        let expected = Expected {
            issuer: "https://id",
            client: "cli",
            nonce: Some("n"),
            now: Timestamp::from_second(1_000).unwrap(),
        };
        Claims::of(&token(payload)).unwrap().check(&expected)
    }

    #[test]
    fn the_token_that_was_asked_for_is_taken() {
        checked(&good()).unwrap();
        let mut several = good();
        several["aud"] = json!(["api", "cli"]);
        several["azp"] = json!("cli");
        checked(&several).unwrap();
    }

    #[test]
    fn every_other_token_is_refused() {
        for (claim, value) in [
            ("iss", json!("https://evil")),
            ("iss", json!(null)),
            ("aud", json!("other")),
            ("aud", json!([])),
            ("aud", json!(["cli", "other"])),
            ("azp", json!("other")),
            ("sub", json!("")),
            ("nonce", json!("other")),
            ("nonce", json!(null)),
            ("exp", json!(900)),
            ("exp", json!("2000")),
            ("exp", json!(null)),
        ] {
            let mut payload = good();
            payload[claim] = value.clone();
            assert!(checked(&payload).is_err(), "{claim} {value}");
        }
    }

    #[test]
    fn what_is_no_token_has_no_claims() {
        for text in [
            "",
            "a",
            "a.b",
            "a.b.c",
            "a.e30",
            "a.e30.c.d",
            "a.W10.c",
            "a.!!.c",
        ] {
            assert_eq!(Claims::of(&Secret::new(text)), None, "{text}");
        }
    }
}
