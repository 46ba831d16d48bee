//! Which platform a command talks to, and as whom: flags before the environment before the file
//! that a local platform leaves in the checkout.

use std::fmt;
use std::fs;
use std::net::IpAddr;
use std::path::Path;

use serde::Deserialize;
use ureq::http::Uri;

use crate::arguments::Global;
use crate::error::Error;
use crate::world::World;

/// Where a local platform says that it is, below the working directory or a directory above it.
const LOCAL_FILE: &str = ".groundplane/local.toml";

/// The environment variable that holds the endpoint.
const ENDPOINT_VARIABLE: &str = "GROUNDPLANE_ENDPOINT";

/// The environment variable that holds the token.
const TOKEN_VARIABLE: &str = "GROUNDPLANE_TOKEN";

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

/// What the file of a local platform holds.
#[derive(Deserialize)]
struct LocalFile {
    endpoint: String,
    token: String,
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
        let endpoint = given(global.endpoint.as_ref())
            .or_else(|| given(world.environment.get(ENDPOINT_VARIABLE)))
            .map(Endpoint::parse)
            .transpose()?;
        let flag = given(global.token.as_ref()).map(|token| (token, TokenSource::Flag));
        let token = flag.or_else(|| {
            given(world.environment.get(TOKEN_VARIABLE))
                .map(|token| (token, TokenSource::Environment))
        });
        // The file is read only where it is needed: a broken one is no obstacle to the others.
        if let (Some(endpoint), Some((token, source))) = (&endpoint, token) {
            return Self::new(endpoint.clone(), token, source).map(Some);
        }
        let local = find_local(&world.directory)?;
        let local_endpoint = local
            .as_ref()
            .map(|local| Endpoint::parse(&local.endpoint))
            .transpose()?;
        let Some(endpoint) = endpoint.or_else(|| local_endpoint.clone()) else {
            return Ok(None);
        };
        // The local platform's token is for the local platform and is not shown to any other.
        let own = local
            .as_ref()
            .filter(|_| local_endpoint.as_ref() == Some(&endpoint))
            .and_then(|local| given(Some(&local.token)))
            .map(|token| (token, TokenSource::LocalFile));
        let (token, source) = token.or(own).ok_or_else(no_token)?;
        Self::new(endpoint, token, source).map(Some)
    }

    fn new(endpoint: Endpoint, token: &str, token_source: TokenSource) -> Result<Self, Error> {
        if token.bytes().any(|byte| !byte.is_ascii_graphic()) {
            return Err(Error::usage(
                "the token holds characters that no token has, such as a space or a line break",
                "pass the bare token, without `Bearer` in front",
            ));
        }
        Ok(Self {
            endpoint,
            token: Token(token.to_owned()),
            token_source,
        })
    }
}

/// An empty value is as good as none: scripts set variables to nothing to take them back.
fn given(value: Option<&String>) -> Option<&str> {
    value
        .map(|text| text.trim())
        .filter(|text| !text.is_empty())
}

fn no_platform() -> Error {
    Error::usage(
        "there is no platform to talk to",
        format!(
            "pass --endpoint, set {ENDPOINT_VARIABLE}, or start a local platform with \
             `cargo xtask demo`"
        ),
    )
}

fn no_token() -> Error {
    Error::usage(
        "there is no token for this platform",
        format!("set {TOKEN_VARIABLE} or pass --token, with a token of your identity provider"),
    )
}

fn find_local(directory: &Path) -> Result<Option<LocalFile>, Error> {
    let Some(path) = directory
        .ancestors()
        .map(|above| above.join(LOCAL_FILE))
        .find(|path| path.is_file())
    else {
        return Ok(None);
    };
    let text =
        fs::read_to_string(&path).map_err(|error| broken_local(&path, &error.to_string()))?;
    toml::from_str(&text)
        .map(Some)
        // The parser's own message would quote the line, and the line may be the token's.
        .map_err(|_| broken_local(&path, "it must hold `endpoint` and `token`"))
}

fn broken_local(path: &Path, why: &str) -> Error {
    Error::usage(
        format!("cannot use `{}`: {why}", path.display()),
        "`cargo xtask demo` writes it anew",
    )
}
