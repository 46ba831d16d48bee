//! The login on another device (RFC 8628): a code is shown here and typed there.

use std::time::Duration;

use serde::Deserialize;

use super::cache::Login;
use super::grant::ask;
use super::session::Asked;
use super::sign_in::SCOPE;
use super::{IdentityError, Secret};
use crate::render;
use crate::world::World;

/// The grant's name.
const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// How long to pause where the issuer does not say, and by how much longer where it is too often.
const PAUSE: Duration = Duration::from_secs(5);

/// The longest pause: an issuer cannot make the command sleep.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// The longest that a code is good for.
const LONGEST_LIFE: Duration = Duration::from_secs(3600);

#[derive(Deserialize)]
struct Begun {
    device_code: Secret,
    user_code: String,
    #[serde(alias = "verification_url")]
    verification_uri: String,
    expires_in: u32,
    interval: Option<u32>,
}

/// Logs somebody in who types a code on another device.
///
/// # Errors
/// Where the issuer or the person does not agree, or the code's time has passed.
pub(crate) fn by_device(asked: &Asked<'_>, world: &mut World<'_>) -> Result<Login, IdentityError> {
    let begun = begin(asked)?;
    world.say(&format!(
        "to log in, open this page on any device:\n\n  {}\n\nand type this code there:\n\n  {}\n\n",
        render::line(&begun.verification_uri),
        render::line(&begun.user_code),
    ));
    let form = vec![
        ("grant_type", GRANT),
        ("device_code", begun.device_code.reveal()),
        ("client_id", asked.party.client_id.as_str()),
    ];
    let life = Duration::from_secs(begun.expires_in.into()).min(LONGEST_LIFE);
    let end = world.clock.elapsed() + life;
    let mut pause = begun
        .interval
        .map_or(PAUSE, |s| Duration::from_secs(s.into()));
    while world.clock.elapsed() < end {
        pause = pause.clamp(Duration::from_secs(1), LONGEST_PAUSE);
        world.clock.sleep(pause);
        match ask(asked.http, &asked.provider.token, &form, None) {
            Ok(Ok(tokens)) => return asked.login(tokens, None),
            // Section 3.5: five seconds longer from now on, and twice as long where nothing is
            // reached.
            Ok(Err(denied)) if denied.error == "slow_down" => pause += PAUSE,
            Err(IdentityError::Unreachable { .. }) => pause *= 2,
            Ok(Err(denied)) if denied.error == "authorization_pending" => {}
            Ok(Err(denied)) if denied.error == "expired_token" => break,
            Ok(Err(denied)) => return Err(denied.into()),
            Err(error) => return Err(error),
        }
    }
    Err(IdentityError::TimedOut(render::time::waited(life)))
}

fn begin(asked: &Asked<'_>) -> Result<Begun, IdentityError> {
    let provider = asked.provider;
    let endpoint = provider.device.as_ref();
    let endpoint = endpoint.ok_or(IdentityError::NotOffered("login by a code (RFC 8628)"))?;
    let form = vec![
        ("client_id", asked.party.client_id.as_str()),
        ("scope", SCOPE),
    ];
    let answer = asked.http.post(endpoint, &form, None)?;
    if answer.status != 200 {
        let error = answer.body.get("error").and_then(|error| error.as_str());
        let what = error.map_or_else(|| format!("status {}", answer.status), str::to_owned);
        return Err(IdentityError::Refused(what));
    }
    let begun: Begun = serde_json::from_value(answer.body)
        .map_err(|_| IdentityError::untrusted("its answer holds no code for another device"))?;
    // Somebody is asked to open it.
    provider
        .address
        .named("page to log in at", &begun.verification_uri)?;
    Ok(begun)
}
