//! Whether a request comes from its source. What is looked at follows from the request, never from
//! the source, and an unknown source costs the work of a known one: so the answer to a request that
//! is not believed does not depend on which sources there are.

use groundplane_events::credentials::{Credentials, Unauthorised, authorise};
use groundplane_events::signature::{Secret, Signed, Unverified, verify};
use groundplane_model::{EventSource, Proof, SourceAuth};
use groundplane_ports::{PortError, ReadSecretValues};
use jiff::Timestamp;

use crate::Webhook;
use crate::answer::Refused;

/// A version that no secret has.
const NO_VERSION: &str = "00000000-0000-0000-0000-000000000000";
/// What a signature is compared with where the source does not sign. Anybody may know it: what it
/// signs is not believed.
const DECOY: [u8; 32] = [0; 32];

/// Where the secret of a source is.
#[derive(Debug)]
pub(crate) struct Secrets<'a, V> {
    pub(crate) port: &'a V,
    /// Its name; none where no source can be meant.
    pub(crate) name: Option<String>,
}

/// The source that a request has proved to come from, and the signature if that was the proof.
///
/// # Errors
/// Where the request is not believed, or a service does not answer.
pub(crate) async fn prove(
    secrets: &Secrets<'_, impl ReadSecretValues>,
    source: Option<EventSource>,
    webhook: &Webhook<'_>,
    now: Timestamp,
) -> Result<(EventSource, Option<Signed>), Refused> {
    let headers = webhook.headers;
    let proofs = |signs: bool| {
        let source = source.as_ref();
        let source = source.filter(|source| (source.auth == SourceAuth::Signature) == signs);
        source.map_or_else(Vec::new, |source| source.proofs(now))
    };
    let signed = if headers.get("webhook-signature").is_some() {
        let held = secrets.held(&proofs(true)).await?;
        let is_decoy = held.is_empty();
        let compared = if is_decoy { decoy() } else { held };
        let signed = verify(&compared, headers, webhook.body, now);
        let signed = signed.and_then(|signed| match is_decoy {
            true => Err(Unverified::NoMatch),
            false => Ok(signed),
        });
        Some(signed.map_err(Refused::unproven)?)
    } else if headers.get("authorization").is_some() {
        authorise(&accepted(&proofs(false)), headers).map_err(Refused::unproven)?;
        None
    } else {
        let why = "the request has neither the header `webhook-signature` nor `authorization`";
        return Err(Refused::unproven(why));
    };
    // INVARIANT: a proof that counts is one of a source that exists.
    let source = source.ok_or_else(|| Refused::unproven(Unauthorised::Wrong))?;
    Ok((source, signed))
}

impl<V: ReadSecretValues> Secrets<'_, V> {
    /// The secrets that are held in these versions. One version is looked for in any case.
    async fn held(&self, proofs: &[&Proof]) -> Result<Vec<Secret>, PortError> {
        let Some(name) = &self.name else {
            return Ok(Vec::new());
        };
        let mut held = Vec::new();
        for version in versions(proofs) {
            let Some(value) = self.port.value(name, version).await? else {
                continue;
            };
            match Secret::parse(value.reveal()) {
                Ok(secret) => held.push(secret),
                Err(error) => tracing::error!(name, version, %error, "not a secret that can sign"),
            }
        }
        Ok(held)
    }
}

fn versions<'a>(proofs: &[&'a Proof]) -> Vec<&'a str> {
    if proofs.is_empty() {
        return vec![NO_VERSION];
    }
    proofs.iter().map(|proof| proof.0.as_str()).collect()
}

fn decoy() -> Vec<Secret> {
    Secret::from_bytes(DECOY.to_vec()).into_iter().collect()
}

/// The digests that are kept; what cannot be read is none.
fn accepted(proofs: &[&Proof]) -> Vec<Credentials> {
    let texts = proofs.iter().map(|proof| proof.0.clone());
    texts
        .filter_map(|text| Credentials::try_from(text).ok())
        .collect()
}
