//! As whom a command calls: a token that is given, a machine, a login, the user of a local platform.

use super::sources::{self, Said, Source, TOKEN_VARIABLE};
use super::{Endpoint, Token, party};
use crate::arguments::Global;
use crate::error::Error;
use crate::identity::{Cache, Machine, stored_token};
use crate::world::World;

/// Where a token came from, which decides how to get a new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenSource {
    /// `--token`.
    Flag,
    /// `GROUNDPLANE_TOKEN`.
    Environment,
    /// A client with a secret.
    Machine,
    /// `groundplane login`.
    Login,
    /// The file of the local platform.
    LocalFile,
}

impl TokenSource {
    /// Its name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Flag => "--token",
            Self::Environment => TOKEN_VARIABLE,
            Self::Machine => party::SECRET_VARIABLE,
            Self::Login => "groundplane login",
            Self::LocalFile => "a local platform",
        }
    }
}

/// Who gives the token. A login is not looked at, and a machine not asked for, before there is need.
#[derive(Debug, Clone)]
pub(super) enum Caller {
    /// Somebody who brings it along.
    Bearer(Token, TokenSource),
    /// A machine that gets one for itself.
    Machine(Machine),
    /// Whoever has logged in at the platform.
    LoggedIn,
}

impl Caller {
    /// Asks everyone who may give a token, the nearest to the command first.
    pub(super) fn hear(
        global: &Global,
        endpoint: Option<&Said<Endpoint>>,
        world: &World<'_>,
    ) -> Result<Option<(Self, Source)>, Error> {
        if let Some(Said { value, source }) = sources::token(global, world) {
            let kind = match source {
                Source::Flag(_) => TokenSource::Flag,
                Source::Variable(_)
                | Source::Project(_)
                | Source::Local(_)
                | Source::Login(_)
                | Source::User(_)
                | Source::BuiltIn => TokenSource::Environment,
            };
            return Ok(Some((Self::Bearer(Token::parse(&value)?, kind), source)));
        }
        if let Some(Said { value, source }) = party::machine(world)? {
            return Ok(Some((Self::Machine(value), source)));
        }
        let Some(endpoint) = endpoint else {
            return Ok(None);
        };
        let file = Cache::of(world).map(|cache| cache.file(endpoint.value.as_str()));
        if let Some(file) = file.filter(|file| file.symlink_metadata().is_ok()) {
            return Ok(Some((Self::LoggedIn, Source::Login(file))));
        }
        let Some(Said { value, source }) = local_token(&endpoint.value, world)? else {
            return Ok(None);
        };
        let token = Token::parse(&value)?;
        Ok(Some((Self::Bearer(token, TokenSource::LocalFile), source)))
    }

    /// The token for calls of a platform.
    pub(super) fn token(
        self,
        endpoint: &Endpoint,
        world: &World<'_>,
    ) -> Result<(Token, TokenSource), Error> {
        let (token, source) = match self {
            Self::Bearer(token, source) => return Ok((token, source)),
            Self::Machine(machine) => (machine.token()?, TokenSource::Machine),
            Self::LoggedIn => {
                let cache = Cache::of(world).ok_or_else(super::no_token)?;
                let token = stored_token(&cache, endpoint.as_str(), world)?;
                (token, TokenSource::Login)
            }
        };
        Ok((Token::parse(token.reveal())?, source))
    }
}

/// The token of the local platform, which is for it alone and is not shown to any other.
fn local_token(endpoint: &Endpoint, world: &World<'_>) -> Result<Option<Said<String>>, Error> {
    let Some((path, file)) = sources::local(world)? else {
        return Ok(None);
    };
    let is_own = Endpoint::parse(&file.endpoint)? == *endpoint;
    let value = file.token.trim().to_owned();
    Ok((is_own && !value.is_empty()).then_some(Said {
        value,
        source: Source::Local(path),
    }))
}
