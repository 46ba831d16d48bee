//! Which platform a command talks to, and as whom.

mod sources;

use std::fmt;
use std::net::IpAddr;

use ureq::http::Uri;

use crate::arguments::Global;
use crate::error::Error;
use crate::world::World;

use sources::{ENDPOINT_VARIABLE, TOKEN_VARIABLE};
pub(crate) use sources::{Said, Source, output, places};

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

/// Where a token came from, which decides how to get a new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenSource {
    /// `--token`.
    Flag,
    /// `GROUNDPLANE_TOKEN`.
    Environment,
    /// The file of the local platform.
    LocalFile,
}

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

fn is_on_this_machine(host: &str) -> bool {
    let address: Result<IpAddr, _> = host.trim_matches(['[', ']']).parse();
    host == "localhost"
        || host.ends_with(".localhost")
        || address.is_ok_and(|address| address.is_loopback())
}

/// What is said about the platform, and by whom.
#[derive(Debug, Clone)]
pub(crate) struct Spoken {
    /// The endpoint, if anyone names one.
    pub(crate) endpoint: Option<Said<Endpoint>>,
    /// Who gives the token, if anyone does.
    pub(crate) token_source: Option<Source>,
    token: Option<(Token, TokenSource)>,
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
        let said = match sources::token(global, world) {
            Some(said) => Some(said),
            None => local_token(endpoint.as_ref(), world)?,
        };
        let Some(Said { value, source }) = said else {
            return Ok(Self {
                endpoint,
                token_source: None,
                token: None,
            });
        };
        let kind = match source {
            Source::Flag(_) => TokenSource::Flag,
            Source::Local(_) => TokenSource::LocalFile,
            Source::Variable(_) | Source::Project(_) | Source::User(_) | Source::BuiltIn => {
                TokenSource::Environment
            }
        };
        Ok(Self {
            endpoint,
            token_source: Some(source),
            token: Some((Token::parse(&value)?, kind)),
        })
    }
}

/// The token of the local platform, which is for it alone and is not shown to any other.
fn local_token(
    endpoint: Option<&Said<Endpoint>>,
    world: &World<'_>,
) -> Result<Option<Said<String>>, Error> {
    let Some(endpoint) = endpoint else {
        return Ok(None);
    };
    let Some((path, file)) = sources::local(world)? else {
        return Ok(None);
    };
    let is_own = Endpoint::parse(&file.endpoint)? == endpoint.value;
    let value = file.token.trim().to_owned();
    Ok((is_own && !value.is_empty()).then_some(Said {
        value,
        source: Source::Local(path),
    }))
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
            endpoint, token, ..
        } = Spoken::hear(global, world)?;
        let Some(endpoint) = endpoint else {
            return Ok(None);
        };
        let (token, token_source) = token.ok_or_else(no_token)?;
        Ok(Some(Self {
            endpoint: endpoint.value,
            token,
            token_source,
        }))
    }
}

fn no_platform() -> Error {
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
        format!("set {TOKEN_VARIABLE} or pass --token, with a token of your identity provider"),
    )
}
