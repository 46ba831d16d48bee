//! Which platform a command talks to, and as whom.

mod caller;
mod party;
mod sources;

use std::fmt;

use ureq::http::Uri;

use crate::arguments::Global;
use crate::error::Error;
use crate::identity::is_on_this_machine;
use crate::world::World;

use caller::Caller;
pub(crate) use caller::TokenSource;
pub(crate) use party::party;
use sources::ENDPOINT_VARIABLE;
pub(crate) use sources::{Said, Source, TOKEN_VARIABLE, cache_folder, output, places};

/// One platform and one caller.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// Where the platform is.
    pub(crate) endpoint: Endpoint,
    /// What the caller identifies itself with.
    pub(crate) token: Token,
    /// Where the token came from.
    pub(crate) token_source: TokenSource,
}

/// The address that the paths of the API are appended to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Endpoint {
    address: String,
    on_this_machine: bool,
}

/// A bearer token. It is never shown.
#[derive(Clone)]
pub(crate) struct Token(String);

impl Token {
    fn parse(text: &str) -> Result<Self, Error> {
        if text.bytes().any(|byte| !byte.is_ascii_graphic()) {
            return Err(Error::usage(
                "the token holds characters that no token has, such as a space or a line break",
                "pass the bare token, without `Bearer` in front",
            ));
        }
        Ok(Self(text.to_owned()))
    }

    /// The token, for the request that needs it.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(hidden)")
    }
}

impl Endpoint {
    /// Reads an endpoint.
    ///
    /// # Errors
    /// Where it is not an address of a platform, or would send the token over the network
    /// unencrypted.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let trimmed = text.trim().trim_end_matches('/');
        let Some((scheme, host)) = scheme_and_host(trimmed) else {
            return Err(Error::usage(
                format!("`{text}` is not the address of a platform"),
                "it looks like https://host/path, without /v1",
            ));
        };
        let endpoint = Self {
            address: trimmed.to_owned(),
            on_this_machine: is_on_this_machine(&host),
        };
        if scheme == "http" && !endpoint.on_this_machine {
            return Err(Error::usage(
                format!("`{text}` would send the token over the network unencrypted"),
                "use https; http is for platforms on this machine only",
            ));
        }
        Ok(endpoint)
    }

    /// The address.
    pub(crate) fn as_str(&self) -> &str {
        &self.address
    }

    /// Whether requests stay on this machine.
    pub(crate) const fn is_on_this_machine(&self) -> bool {
        self.on_this_machine
    }
}

fn scheme_and_host(address: &str) -> Option<(String, String)> {
    // A name or a question inside the address would end up somewhere else than it seems.
    if address.contains(['@', '?', '#']) {
        return None;
    }
    let uri: Uri = address.parse().ok()?;
    let scheme = uri.scheme_str()?;
    let host = uri.host().filter(|host| !host.is_empty())?;
    matches!(scheme, "http" | "https").then(|| (scheme.to_owned(), host.to_owned()))
}

/// What is said about the platform, and by whom.
#[derive(Debug, Clone)]
pub(crate) struct Spoken {
    /// The endpoint, if anyone names one.
    pub(crate) endpoint: Option<Said<Endpoint>>,
    /// Who gives the token, if anyone does.
    pub(crate) token_source: Option<Source>,
    caller: Option<Caller>,
}

impl Spoken {
    /// Asks everyone who may say something.
    ///
    /// # Errors
    /// Where what is said cannot be used.
    pub(crate) fn hear(global: &Global, world: &World<'_>) -> Result<Self, Error> {
        let endpoint = match sources::endpoint(global, world)? {
            Some(Said { value, source }) => Some(Said {
                value: Endpoint::parse(&value)?,
                source,
            }),
            None => None,
        };
        let said = Caller::hear(global, endpoint.as_ref(), world)?;
        let (caller, token_source) = said.unzip();
        Ok(Self {
            endpoint,
            token_source,
            caller,
        })
    }
}

impl Settings {
    /// Finds platform and token.
    ///
    /// # Errors
    /// Where one of them is missing or cannot be used; the error says how to give it.
    pub(crate) fn find(global: &Global, world: &World<'_>) -> Result<Self, Error> {
        Self::look(global, world)?.ok_or_else(no_platform)
    }

    /// The same, for commands that can do without a platform: none where none is named.
    ///
    /// # Errors
    /// Where a platform is named and cannot be used, or has no token.
    pub(crate) fn look(global: &Global, world: &World<'_>) -> Result<Option<Self>, Error> {
        let Spoken {
            endpoint, caller, ..
        } = Spoken::hear(global, world)?;
        let Some(endpoint) = endpoint else {
            return Ok(None);
        };
        let endpoint = endpoint.value;
        let caller = caller.ok_or_else(no_token)?;
        let (token, token_source) = caller.token(&endpoint, world)?;
        Ok(Some(Self {
            endpoint,
            token,
            token_source,
        }))
    }
}

/// Nobody names a platform.
pub(crate) fn no_platform() -> Error {
    Error::usage(
        "there is no platform to talk to",
        format!(
            "pass --endpoint, set {ENDPOINT_VARIABLE}, write `endpoint` into groundplane.toml, or \
             start a local platform with `cargo xtask demo`"
        ),
    )
}

fn no_token() -> Error {
    Error::usage(
        "there is no token for this platform",
        format!(
            "run `groundplane login`, or set {TOKEN_VARIABLE} to a token of your identity provider"
        ),
    )
}
