//! Whom someone logs in with, as far as flags, the environment and files say it.

use super::sources::{Said, SettingsFile, Source, given, project, user};
use crate::arguments::Login;
use crate::error::Error;
use crate::identity::{Machine, Secret};
use crate::world::World;

/// The environment variable that names the issuer.
const ISSUER_VARIABLE: &str = "GROUNDPLANE_ISSUER";

/// The environment variable that names the client.
const CLIENT_VARIABLE: &str = "GROUNDPLANE_CLIENT_ID";

/// The environment variable that holds the secret of a machine's client.
pub(super) const SECRET_VARIABLE: &str = "GROUNDPLANE_CLIENT_SECRET";

/// The machine that the environment names. Its secret goes to the issuer that is named beside it
/// and to no other: not to one that a file of somebody's project names, or a platform.
///
/// # Errors
/// Where one of the three is missing.
pub(super) fn machine(world: &World<'_>) -> Result<Option<Said<Machine>>, Error> {
    let variable = |name| given(world.environment.get(name)).map(str::to_owned);
    let Some(secret) = variable(SECRET_VARIABLE) else {
        return Ok(None);
    };
    match (variable(ISSUER_VARIABLE), variable(CLIENT_VARIABLE)) {
        (Some(issuer), Some(id)) => Ok(Some(Said {
            value: Machine {
                issuer,
                id,
                secret: Secret::new(secret),
            },
            source: Source::Variable(SECRET_VARIABLE),
        })),
        _ => Err(Error::usage(
            format!("{SECRET_VARIABLE} is set, and not whom to send it to"),
            format!("set {ISSUER_VARIABLE} and {CLIENT_VARIABLE} too"),
        )),
    }
}

/// The issuer and the client that somebody wants to log in with, as far as anyone says.
///
/// # Errors
/// Where a file that is asked cannot be used.
pub(crate) fn party(
    login: &Login,
    world: &World<'_>,
) -> Result<(Option<String>, Option<String>), Error> {
    let (project, user) = (project(world)?, user(world)?);
    let files = [&project, &user];
    let files = || files.into_iter().flatten().map(|(_, file)| file);
    let said = |flag: Option<&String>, variable, of: fn(&SettingsFile) -> Option<&String>| {
        let flag = given(flag).or_else(|| given(world.environment.get(variable)));
        let said = flag.or_else(|| files().find_map(|file| given(of(file))));
        said.map(str::to_owned)
    };
    Ok((
        said(login.issuer.as_ref(), ISSUER_VARIABLE, |file| {
            file.issuer.as_ref()
        }),
        said(login.client_id.as_ref(), CLIENT_VARIABLE, |file| {
            file.client_id.as_ref()
        }),
    ))
}
