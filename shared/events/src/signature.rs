//! Signed webhooks by the scheme of Standard Webhooks 1.0: HMAC-SHA256 over `id.timestamp.body`.
//!
//! The crate `standardwebhooks` reads the clock itself, leaves secrets of any length be, and brings
//! a second base64, `http` and `time`; what it does is few lines over `hmac`, so they are here.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use jiff::{SignedDuration, Timestamp};
use sha2::Sha256;

use crate::headers::Headers;

/// How old a signature may be, and how far ahead the sender's clock.
pub const TOLERANCE: SignedDuration = SignedDuration::from_mins(5);
/// How long a secret may be, in bytes.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;
/// The most bytes of an id.
const MOST_ID: usize = 256;
/// The most signatures that are looked at; a sender gives one for each of its secrets.
const MOST_SIGNATURES: usize = 16;

const ID: &str = "webhook-id";
const TIMESTAMP: &str = "webhook-timestamp";
const SIGNATURE: &str = "webhook-signature";

/// A secret that a source signs with. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

/// A text that is no secret. It does not say what the text was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a secret is `whsec_` and the base64 of 24 to 64 random bytes")]
pub struct InvalidSecret;

impl Secret {
    /// Parses a secret: `whsec_` and the base64 of 24 to 64 bytes.
    ///
    /// # Errors
    /// Where it is something else.
    pub fn parse(text: &str) -> Result<Self, InvalidSecret> {
        let encoded = text.strip_prefix("whsec_").ok_or(InvalidSecret)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| InvalidSecret)?;
        Self::from_bytes(bytes)
    }

    /// The secret of these bytes, 24 to 64 of them, which must be random.
    ///
    /// # Errors
    /// Where they are too few or too many.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, InvalidSecret> {
        if SECRET_BYTES.contains(&bytes.len()) {
            Ok(Self(bytes))
        } else {
            Err(InvalidSecret)
        }
    }

    /// The secret as text, to be shown once to who made it and then kept out of sight.
    #[must_use]
    pub fn reveal(&self) -> String {
        format!("whsec_{}", STANDARD.encode(&self.0))
    }

    /// Signs a webhook: the value of `webhook-signature`.
    #[must_use]
    pub fn sign(&self, id: &str, timestamp: Timestamp, body: &[u8]) -> String {
        let seconds = timestamp.as_second().to_string();
        let signature = self.digest(id, &seconds, body).finalize();
        format!("v1,{}", STANDARD.encode(signature.into_bytes()))
    }

    fn digest(&self, id: &str, seconds: &str, body: &[u8]) -> Hmac<Sha256> {
        // A key of up to 64 bytes, the block of SHA-256, is taken as it is, filled up with zeros.
        let mut block = [0; 64];
        for (place, byte) in block.iter_mut().zip(&self.0) {
            *place = *byte;
        }
        let mut digest = <Hmac<Sha256> as hmac::Mac>::new(&block.into());
        for part in [id.as_bytes(), b".", seconds.as_bytes(), b".", body] {
            digest.update(part);
        }
        digest
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// A webhook whose signature was right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// Its id, the same each time that it is sent. Refusing one that was seen before ends replays.
    pub id: String,
    /// When it was sent.
    pub sent_at: Timestamp,
}

/// Why a webhook is not believed. Says nothing that helps to forge one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unverified {
    /// A header is not there.
    #[error("the header `{0}` is missing")]
    Missing(&'static str),
    /// A header holds something else than it should.
    #[error("the header `{0}` is malformed: {1}")]
    Malformed(&'static str, &'static str),
    /// The signature is too old, or from the future.
    #[error("`webhook-timestamp` is more than 5 minutes away from the time here")]
    OutsideTolerance,
    /// No signature is right.
    #[error("no signature matches")]
    NoMatch,
}

/// Checks the signature of a webhook. `secrets` are those that are valid: one, or two while they
/// are rotated. Comparing takes the same time wherever signatures differ.
///
/// # Errors
/// Where a header is missing or malformed, the time is off, or no signature is right.
pub fn verify(
    secrets: &[Secret],
    headers: &Headers,
    body: &[u8],
    now: Timestamp,
) -> Result<Signed, Unverified> {
    let header = |name| headers.get(name).ok_or(Unverified::Missing(name));
    let (id, seconds) = (header(ID)?, header(TIMESTAMP)?);
    let signatures = header(SIGNATURE)?;
    check_id(id)?;
    let sent_at = sent_at(seconds)?;
    if now.duration_since(sent_at).abs() > TOLERANCE {
        return Err(Unverified::OutsideTolerance);
    }
    let signatures = decoded(signatures)?;
    let is_right = |secret: &Secret| {
        signatures.iter().any(|signature| {
            let digest = secret.digest(id, seconds, body);
            digest.verify_slice(signature).is_ok()
        })
    };
    if !secrets.iter().any(is_right) {
        return Err(Unverified::NoMatch);
    }
    Ok(Signed {
        id: id.to_owned(),
        sent_at,
    })
}

/// A full stop in an id could stand for the one before the time, and so move where the body starts.
fn check_id(id: &str) -> Result<(), Unverified> {
    let is_plain = id.chars().all(|c| c.is_ascii_graphic() && c != '.');
    if is_plain && (1..=MOST_ID).contains(&id.len()) {
        return Ok(());
    }
    let rule = "it must be 1 to 256 visible characters without a full stop";
    Err(Unverified::Malformed(ID, rule))
}

fn sent_at(seconds: &str) -> Result<Timestamp, Unverified> {
    let is_number = !seconds.is_empty() && seconds.bytes().all(|b| b.is_ascii_digit());
    let parsed = seconds.parse().ok().filter(|_| is_number);
    parsed
        .and_then(|seconds| Timestamp::from_second(seconds).ok())
        .ok_or(Unverified::Malformed(
            TIMESTAMP,
            "it must be the seconds since 1970",
        ))
}

/// The signatures of the version that is known here; others are passed over, as the scheme wants.
fn decoded(signatures: &str) -> Result<Vec<Vec<u8>>, Unverified> {
    let known = signatures
        .split([' ', '\t'])
        .filter_map(|signature| signature.strip_prefix("v1,"));
    let decoded: Vec<_> = known
        .take(MOST_SIGNATURES)
        .filter_map(|signature| STANDARD.decode(signature).ok())
        .collect();
    if decoded.is_empty() {
        let rule = "it must be `v1,` and the base64 of a signature";
        return Err(Unverified::Malformed(SIGNATURE, rule));
    }
    Ok(decoded)
}

#[cfg(test)]
#[path = "signature_tests.rs"]
mod tests;
