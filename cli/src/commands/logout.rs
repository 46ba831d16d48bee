//! `groundplane logout`: ends the login at a platform, at its issuer too.

use serde::Serialize;

use crate::answer::Report;
use crate::arguments::Global;
use crate::error::Error;
use crate::identity::{Cache, IdentityError, log_out};
use crate::render;
use crate::settings::{Spoken, no_platform};
use crate::world::World;

#[derive(Serialize)]
struct Answer<'a> {
    endpoint: &'a str,
    /// Whether there was a login.
    #[serde(rename = "wasLoggedIn")]
    was_logged_in: bool,
    /// Whether the issuer has taken it back.
    revoked: bool,
}

/// Runs the command.
pub(super) fn run(global: &Global, world: &mut World<'_>) -> Result<Report, Error> {
    let spoken = Spoken::hear(global, world)?;
    let endpoint = spoken.endpoint.ok_or_else(no_platform)?.value;
    let endpoint = endpoint.as_str();
    let Some(cache) = Cache::of(world) else {
        return Ok(report(endpoint, false, false));
    };
    // One that cannot be read can still be forgotten.
    let login = match cache.read(endpoint) {
        Ok(None) => return Ok(report(endpoint, false, false)),
        Ok(login) => login,
        Err(IdentityError::File { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    cache.forget(endpoint)?;
    let revoked = match login.as_ref().map(log_out) {
        None => false,
        Some(Ok(revoked)) => revoked,
        Some(Err(error)) => {
            let error = render::line(&error.to_string());
            world.say(&format!(
                "warning: it is forgotten here, and its issuer was not told: {error}\n"
            ));
            false
        }
    };
    Ok(report(endpoint, true, revoked))
}

fn report(endpoint: &str, was_logged_in: bool, revoked: bool) -> Report {
    let text = match was_logged_in {
        true => format!("logged out of {endpoint}\n"),
        false => format!("nobody was logged in at {endpoint}\n"),
    };
    let answer = Answer {
        endpoint,
        was_logged_in,
        revoked,
    };
    Report::new(text, &answer)
}
