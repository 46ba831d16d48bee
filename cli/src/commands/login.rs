//! `groundplane login`: somebody logs in, and stays so until it expires.

use serde::Serialize;

use crate::answer::Report;
use crate::arguments::{Global, Login as Arguments};
use crate::error::Error;
use crate::identity::{
    Asked, Cache, Http, IdentityError, Login, Provider, Redirect, Secret, by_browser, by_device,
    find_party, stored_token,
};
use crate::render;
use crate::settings::{Spoken, TOKEN_VARIABLE, no_platform, party};
use crate::world::World;

#[derive(Serialize)]
struct Answer<'a> {
    endpoint: &'a str,
    issuer: &'a str,
    subject: &'a str,
    #[serde(rename = "expiresAt")]
    expires_at: jiff::Timestamp,
}

#[derive(Serialize)]
struct Printed<'a> {
    token: &'a str,
}

/// Runs the command.
pub(super) fn run(
    arguments: &Arguments,
    global: &Global,
    world: &mut World<'_>,
) -> Result<Report, Error> {
    let spoken = Spoken::hear(global, world)?;
    let endpoint = spoken.endpoint.ok_or_else(no_platform)?.value;
    let cache = Cache::of(world).ok_or_else(nowhere)?;
    if arguments.print_token {
        let token = stored_token(&cache, endpoint.as_str(), world)?;
        return Ok(printed(&token));
    }
    let (issuer, client_id) = party(arguments, world)?;
    let http = Http::new();
    let party = find_party(&http, &endpoint, issuer, client_id)?;
    let provider = Provider::discover(&http, &party.issuer)?;
    let asked = Asked {
        http: &http,
        party: &party,
        provider: &provider,
        endpoint: endpoint.as_str(),
        now: world.clock.now(),
    };
    let login = if arguments.device {
        by_device(&asked, world)?
    } else {
        let redirect = redirect(arguments, party.redirect.as_deref())?;
        by_browser(&asked, &redirect, arguments.timeout, world)?
    };
    cache.write(&login, &(world.new_key)())?;
    if world
        .environment
        .get(TOKEN_VARIABLE)
        .is_some_and(|token| !token.is_empty())
    {
        world.say(&format!(
            "warning: {TOKEN_VARIABLE} is set, and goes before the login\n"
        ));
    }
    Ok(report(&login))
}

/// Where the browser comes back to: as the user says, as the platform says, or anywhere.
fn redirect(arguments: &Arguments, said: Option<&str>) -> Result<Redirect, Error> {
    match (&arguments.redirect_uri, said) {
        (Some(redirect), _) => Ok(redirect.clone()),
        (None, None) => Ok(Redirect::default()),
        (None, Some(said)) => said.parse().map_err(|_| {
            let message = format!("the platform wants browsers to come back to `{said}`");
            IdentityError::untrusted(message).into()
        }),
    }
}

fn nowhere() -> Error {
    Error::usage(
        "there is no place to keep a login",
        "set HOME, or XDG_CACHE_HOME to a directory of your own",
    )
}

fn printed(token: &Secret) -> Report {
    let token = token.reveal();
    Report::new(format!("{token}\n"), &Printed { token })
}

fn report(login: &Login) -> Report {
    let answer = Answer {
        endpoint: &login.endpoint,
        issuer: &login.issuer,
        subject: &login.subject,
        expires_at: login.expires_at,
    };
    Report::new(render::identity::logged_in(login), &answer)
}
