//! Credentials of sources that cannot sign, such as Alertmanager and Grafana: a bearer token, or a
//! user name and a password. Only their digests are kept, and digests are what is compared.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq as _};

use crate::headers::Headers;

/// The fewest bytes of a token or password. A digest hides what nobody can guess, and nothing else.
pub const FEWEST_BYTES: usize = 16;

/// The token or password of these bytes, which must be random. Its start tells those who look for
/// secrets in the wrong places what it is.
#[must_use]
pub fn token(bytes: [u8; 32]) -> String {
    format!("gpw_{}", URL_SAFE_NO_PAD.encode(bytes))
}

/// The digest of the credentials of a source. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Credentials([u8; 32]);

/// Credentials that cannot be taken. It does not say what they were.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCredentials {
    /// They are easily guessed.
    #[error("a token or password must have at least 16 characters, all of them visible ASCII")]
    Weak,
    /// The user name ends at the first colon.
    #[error("a user name must be visible ASCII characters without a colon")]
    UserName,
    /// What is kept is not a digest.
    #[error("the digest of credentials must be the base64 of 32 bytes")]
    Digest,
}

/// Why a request is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unauthorised {
    /// It brings no credentials.
    #[error("the header `authorization` is missing")]
    Missing,
    /// It brings something else.
    #[error(
        "the header `authorization` is malformed: it must be `Bearer <token>` or `Basic <base64>`"
    )]
    Malformed,
    /// They are not the right ones.
    #[error("the credentials are wrong")]
    Wrong,
}

impl Credentials {
    /// A bearer token.
    ///
    /// # Errors
    /// Where it is too short, or has blanks or characters beyond ASCII.
    pub fn bearer(token: &str) -> Result<Self, InvalidCredentials> {
        check_strength(token)?;
        Ok(Self::digest("bearer", token.as_bytes()))
    }

    /// A user name and a password.
    ///
    /// # Errors
    /// Where the name has a colon, or the password is too short, or either has other characters.
    pub fn basic(user: &str, password: &str) -> Result<Self, InvalidCredentials> {
        if user.is_empty() || user.contains(':') || !is_visible(user) {
            return Err(InvalidCredentials::UserName);
        }
        check_strength(password)?;
        Ok(Self::digest(
            "basic",
            format!("{user}:{password}").as_bytes(),
        ))
    }

    /// What a request brings.
    fn brought(headers: &Headers) -> Result<Self, Unauthorised> {
        let header = headers.get("authorization").ok_or(Unauthorised::Missing)?;
        let (scheme, value) = header.split_once(' ').ok_or(Unauthorised::Malformed)?;
        let value = value.trim();
        if scheme.eq_ignore_ascii_case("bearer") {
            return Ok(Self::digest("bearer", value.as_bytes()));
        }
        if !scheme.eq_ignore_ascii_case("basic") {
            return Err(Unauthorised::Malformed);
        }
        let pair = STANDARD
            .decode(value)
            .map_err(|_| Unauthorised::Malformed)?;
        Ok(Self::digest("basic", &pair))
    }

    /// A token is no password: each kind has digests of its own.
    fn digest(kind: &str, text: &[u8]) -> Self {
        let mut digest = Sha256::new();
        digest.update(kind);
        digest.update([0]);
        digest.update(text);
        Self(digest.finalize().into())
    }
}

fn check_strength(secret: &str) -> Result<(), InvalidCredentials> {
    if secret.len() < FEWEST_BYTES || !is_visible(secret) {
        return Err(InvalidCredentials::Weak);
    }
    Ok(())
}

fn is_visible(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_graphic())
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(..)")
    }
}

impl From<Credentials> for String {
    fn from(credentials: Credentials) -> Self {
        STANDARD.encode(credentials.0)
    }
}

impl TryFrom<String> for Credentials {
    type Error = InvalidCredentials;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        let bytes = STANDARD.decode(text).ok();
        let digest = bytes.and_then(|bytes| bytes.try_into().ok());
        digest.map(Self).ok_or(InvalidCredentials::Digest)
    }
}

/// Checks the credentials that a request brings. `accepted` are those that are valid: one, or two
/// while they are rotated. Comparing takes the same time wherever they differ.
///
/// # Errors
/// Where the request brings none, or wrong ones.
pub fn authorise(accepted: &[Credentials], headers: &Headers) -> Result<(), Unauthorised> {
    let brought = Credentials::brought(headers)?;
    let none = Choice::from(0);
    let right = accepted
        .iter()
        .fold(none, |right, one| right | one.0.ct_eq(&brought.0));
    if bool::from(right) {
        Ok(())
    } else {
        Err(Unauthorised::Wrong)
    }
}

#[cfg(test)]
#[path = "credentials_tests.rs"]
mod tests;
