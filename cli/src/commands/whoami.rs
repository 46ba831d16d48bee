//! `groundplane whoami`: whom the platform takes the caller for.

use serde::Serialize;

use crate::answer::Report;
use crate::arguments::Global;
use crate::client::{CallError, Client, Whoami};
use crate::error::Error;
use crate::identity::{Claims, Secret};
use crate::render;
use crate::settings::Settings;
use crate::world::World;

/// Whom someone is taken for.
#[derive(Debug, Serialize)]
pub(crate) struct Identity {
    /// The platform.
    pub(crate) endpoint: String,
    /// What it says, or what the token says of itself.
    #[serde(flatten)]
    pub(crate) who: Whoami,
    /// Whether the platform has said it.
    pub(crate) confirmed: bool,
    /// Where the token came from.
    #[serde(rename = "tokenFrom")]
    pub(crate) token_from: &'static str,
    /// Until when it is good, as it says itself.
    #[serde(rename = "expiresAt")]
    pub(crate) expires_at: Option<jiff::Timestamp>,
}

/// Runs the command.
pub(super) fn run(global: &Global, world: &World<'_>) -> Result<Report, Error> {
    let settings = Settings::find(global, world)?;
    let claims = Claims::of(&Secret::new(settings.token.reveal()));
    let endpoint = settings.endpoint.as_str().to_owned();
    let token_from = settings.token_source.name();
    let (who, confirmed) = match Client::new(settings).whoami() {
        Ok(who) => (who, true),
        // A platform of an earlier version does not say it.
        Err(CallError::Refused(refusal)) if refusal.status == 404 => {
            (said_by_token(claims.as_ref())?, false)
        }
        Err(error) => return Err(error.into()),
    };
    let identity = Identity {
        endpoint,
        who,
        confirmed,
        token_from,
        expires_at: claims.as_ref().and_then(Claims::expiry),
    };
    Ok(Report::new(render::identity::whoami(&identity), &identity))
}

fn said_by_token(claims: Option<&Claims>) -> Result<Whoami, Error> {
    let claims = claims.ok_or_else(|| {
        Error::usage(
            "the platform does not say who you are, and your token says nothing that can be read",
            "use a platform of the same version as this command",
        )
    })?;
    let text = |name| claims.text(name).map(str::to_owned);
    let groups = ["cognito:groups", "groups"].map(|name| claims.list(name));
    Ok(Whoami {
        subject: text("sub").unwrap_or_default(),
        tenant: text("custom:tenant").or_else(|| text("tenant")),
        groups: groups.concat().into_iter().map(str::to_owned).collect(),
        roles: Vec::new(),
        actions: Vec::new(),
    })
}
