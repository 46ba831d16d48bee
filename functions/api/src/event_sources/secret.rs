//! Making secrets. One that signs is kept in Secrets Manager, in a version that the record names;
//! of tokens and passwords the record has the digest. Whoever makes one for Secrets Manager says so
//! in the record first, so that no two do at once; whoever dies while at it is not waited for
//! longer than a minute, and has changed nothing that counts.

use groundplane_events::credentials::{Credentials, token};
use groundplane_events::signature::Secret;
use groundplane_model::{Change, EventSource, Failure, FailureKind, Proof, Record, SourceAuth};
use groundplane_ports::{NewSecretVersion, PortError, Result, SecretValue};

use crate::problem::Refused;
use crate::{Platform, System, Table};

use super::saved;

/// Makes a secret with which `next` takes the place of `known`; gives the source, and the secret to
/// be shown once.
///
/// # Errors
/// `Conflict` where somebody else changes the source, otherwise as the services say. What counted
/// before counts still.
pub(super) async fn renew<T: Table, S: System>(
    platform: &Platform<T, S>,
    known: EventSource,
    next: EventSource,
) -> std::result::Result<(EventSource, SecretValue), Refused> {
    let was_signing = known.auth == SourceAuth::Signature;
    let next = EventSource {
        rotated_at: Some(next.updated_at),
        changing_since: None,
        ..next
    };
    let made = match next.auth {
        SourceAuth::Signature => signing(platform, known, next).await?,
        SourceAuth::Bearer | SourceAuth::Basic => digested(platform, next).await?,
    };
    let (source, _) = &made;
    if was_signing && source.auth != SourceAuth::Signature {
        // If this fails a secret that counts for nothing stays until the source is deleted.
        let name = EventSource::secret_name(&source.tenant, &source.name);
        if let Err(error) = platform.system.forget(&name).await {
            tracing::warn!(%error, "a secret is left behind");
        }
    }
    Ok(made)
}

/// A secret that signs.
async fn signing<T: Table, S: System>(
    platform: &Platform<T, S>,
    known: EventSource,
    next: EventSource,
) -> std::result::Result<(EventSource, SecretValue), Refused> {
    let secret = Secret::from_bytes(platform.system.bytes()?.to_vec())
        .map_err(|error| PortError::Internal(error.to_string()))?;
    let value = SecretValue::new(secret.reveal());
    let begun = EventSource {
        changing_since: Some(next.updated_at),
        ..known
    };
    let begun = save(&platform.table, begun).await?;
    let version = platform.system.next().to_string();
    let beside = next.previous.as_ref();
    let new = NewSecretVersion {
        name: &EventSource::secret_name(&next.tenant, &next.name),
        version: &version,
        value: &value,
        beside: beside.map(|previous| previous.proof.0.as_str()),
        tags: &[("groundplane:tenant", next.tenant.as_str())],
    };
    if let Err(error) = platform.system.keep(&new).await {
        let free = EventSource {
            changing_since: None,
            ..begun
        };
        // If this fails too, the next one waits for a minute.
        let _ = save(&platform.table, free).await;
        return Err(error.into());
    }
    let next = EventSource {
        current: Some(Proof(version)),
        version: begun.version,
        ..next
    };
    Ok((save(&platform.table, next).await?, value))
}

/// A token or a password.
async fn digested<T: Table, S: System>(
    platform: &Platform<T, S>,
    next: EventSource,
) -> std::result::Result<(EventSource, SecretValue), Refused> {
    let secret = token(platform.system.bytes()?);
    let credentials = match next.auth {
        SourceAuth::Basic => Credentials::basic(&next.address(), &secret),
        SourceAuth::Bearer | SourceAuth::Signature => Credentials::bearer(&secret),
    };
    let credentials = credentials.map_err(|error| PortError::Internal(error.to_string()))?;
    let next = EventSource {
        current: Some(Proof(credentials.into())),
        ..next
    };
    let source = save(&platform.table, next).await?;
    Ok((source, SecretValue::new(secret)))
}

/// Saves the source; gives it as it is then. Where the table says anything but yes, it is asked
/// whether it has happened: a secret that is in force must not be lost with an answer.
///
/// # Errors
/// `Conflict` where somebody else was faster, otherwise as the table says.
pub(super) async fn save(
    table: &impl Table,
    source: EventSource,
) -> std::result::Result<EventSource, Refused> {
    let change = Change::save(&source);
    let key = source.key();
    let after = saved(source);
    let Err(error) = table.commit(vec![change]).await else {
        return Ok(after);
    };
    let stored: Result<Option<EventSource>> = table.get(&key).await;
    if stored.is_ok_and(|stored| stored.as_ref() == Some(&after)) {
        return Ok(after);
    }
    if matches!(error, PortError::Conflict(_)) {
        let message = format!("someone else changes the event source `{}`", after.name);
        return Err(Failure::new(FailureKind::Conflict, message).into());
    }
    Err(error.into())
}
