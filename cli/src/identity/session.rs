//! A login from its beginning to its end: what is kept of an answer, renewing, logging out.

use jiff::{SignedDuration, Timestamp};

use super::cache::{Cache, Login};
use super::claims::Expected;
use super::grant::{Tokens, ask};
use super::{Claims, Http, IdentityError, Party, Provider, Secret};
use crate::world::World;

/// A token that is good for no longer is renewed: it has a way to go.
const RESERVE: SignedDuration = SignedDuration::from_secs(30);

/// How long a token is taken for good of which nobody says how long it is.
const UNSAID: SignedDuration = SignedDuration::from_secs(300);

/// Who asks whom, and for what platform.
#[derive(Debug)]
pub(crate) struct Asked<'a> {
    /// The way there.
    pub(crate) http: &'a Http,
    /// Whom one logs in with.
    pub(crate) party: &'a Party,
    /// The issuer.
    pub(crate) provider: &'a Provider,
    /// The platform.
    pub(crate) endpoint: &'a str,
    /// The time.
    pub(crate) now: Timestamp,
}

impl Asked<'_> {
    /// What is kept of an answer that is as it must be.
    pub(super) fn login(
        &self,
        tokens: Tokens,
        nonce: Option<&str>,
    ) -> Result<Login, IdentityError> {
        let Party {
            client_id,
            audience,
            ..
        } = self.party;
        let missing = || IdentityError::untrusted("the issuer gives no id token");
        let id_token = tokens.id_token.ok_or_else(missing)?;
        let claims = Claims::of(&id_token)
            .ok_or_else(|| IdentityError::untrusted("its id token cannot be read"))?;
        claims.check(&Expected {
            issuer: &self.provider.issuer,
            client: client_id,
            nonce,
            now: self.now,
        })?;
        // The platform takes tokens for one audience: the client that people log in through, to
        // whom id tokens are, or itself, to whom access tokens are.
        let is_id_token = audience == client_id;
        let token = if is_id_token {
            id_token
        } else {
            tokens.access_token
        };
        Ok(Login {
            endpoint: self.endpoint.to_owned(),
            issuer: self.provider.issuer.clone(),
            client_id: client_id.clone(),
            subject: claims.text("sub").unwrap_or_default().to_owned(),
            expires_at: end_of(&token, tokens.expires_in, self.now),
            token,
            is_id_token,
            refresh_token: tokens.refresh_token,
            token_endpoint: self.provider.token.clone(),
            revocation_endpoint: self.provider.revocation.clone(),
        })
    }
}

/// Until when a token is good: as it says itself, as the issuer says, or not long.
fn end_of(token: &Secret, expires_in: Option<u32>, now: Timestamp) -> Timestamp {
    let own = Claims::of(token).and_then(|claims| claims.expiry());
    let said = expires_in.map(|seconds| SignedDuration::from_secs(seconds.into()));
    own.unwrap_or_else(|| {
        let end = now.saturating_add(said.unwrap_or(UNSAID));
        end.unwrap_or(Timestamp::MAX)
    })
}

/// The token of the login at a platform, renewed where its time is over.
///
/// # Errors
/// Where it cannot be renewed, or the file cannot be used.
pub(crate) fn stored_token(
    cache: &Cache,
    endpoint: &str,
    world: &World<'_>,
) -> Result<Secret, IdentityError> {
    let login = cache.read(endpoint)?.ok_or(IdentityError::NotLoggedIn)?;
    let now = world.clock.now();
    if is_good(&login, now) {
        return Ok(login.token);
    }
    match renewed(&Http::new(), &login, now) {
        Ok(renewed) => {
            cache.write(&renewed, &(world.new_key)())?;
            Ok(renewed.token)
        }
        // Another command may have been faster: a refresh token is often good for once only.
        Err(IdentityError::Expired) => cache
            .read(endpoint)?
            .filter(|login| is_good(login, now))
            .map(|login| login.token)
            .ok_or(IdentityError::Expired),
        Err(error) => Err(error),
    }
}

fn is_good(login: &Login, now: Timestamp) -> bool {
    let last = now.saturating_add(RESERVE);
    last.is_ok_and(|last| last < login.expires_at)
}

fn renewed(http: &Http, login: &Login, now: Timestamp) -> Result<Login, IdentityError> {
    let old = login.refresh_token.as_ref().ok_or(IdentityError::Expired)?;
    let form = vec![
        ("grant_type", "refresh_token"),
        ("refresh_token", old.reveal()),
        ("client_id", login.client_id.as_str()),
    ];
    let tokens = match ask(http, &login.token_endpoint, &form, None)? {
        Ok(tokens) => tokens,
        // Its time is over, it was taken back, or it was used before.
        Err(denied) if denied.error == "invalid_grant" => return Err(IdentityError::Expired),
        Err(denied) => return Err(denied.into()),
    };
    if let Some(claims) = tokens.id_token.as_ref().and_then(Claims::of) {
        let expected = Expected {
            issuer: &login.issuer,
            client: &login.client_id,
            nonce: None,
            now,
        };
        claims.check(&expected)?;
        if claims.text("sub") != Some(&login.subject) {
            return Err(IdentityError::untrusted("its id token names somebody else"));
        }
    }
    let token = match (login.is_id_token, tokens.id_token) {
        (false, _) => tokens.access_token,
        (true, Some(token)) if Claims::of(&token).is_some() => token,
        // An issuer need not give another id token.
        (true, _) => return Err(IdentityError::Expired),
    };
    Ok(Login {
        expires_at: end_of(&token, tokens.expires_in, now),
        token,
        refresh_token: tokens.refresh_token.or_else(|| Some(old.clone())),
        ..login.clone()
    })
}

/// Ends a login at its issuer, where there is a way; whether there was one.
///
/// # Errors
/// Where the issuer is not reached or does not agree.
pub(crate) fn log_out(login: &Login) -> Result<bool, IdentityError> {
    let (Some(endpoint), Some(token)) = (&login.revocation_endpoint, &login.refresh_token) else {
        return Ok(false);
    };
    let form = vec![
        ("token", token.reveal()),
        ("token_type_hint", "refresh_token"),
        ("client_id", login.client_id.as_str()),
    ];
    let answer = Http::new().post(endpoint, &form, None)?;
    match answer.status {
        200 => Ok(true),
        status => {
            let message = format!("`{endpoint}` answers with status {status}");
            Err(IdentityError::Refused(message))
        }
    }
}
