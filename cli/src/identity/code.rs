//! The login in a browser: the authorization code flow with PKCE (RFC 7636), the answer coming back
//! to a port of this machine (RFC 8252).

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::str::FromStr;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use ureq::http::Uri;

use super::address::is_on_this_machine;
use super::cache::Login;
use super::grant::ask;
use super::http::query;
use super::loopback::{Awaited, Loopback};
use super::session::Asked;
use super::sign_in::SCOPE;
use super::{IdentityError, Secret};
use crate::world::World;

/// Where the browser comes back to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Redirect {
    host: String,
    /// 0 for any port that is free.
    port: u16,
    path: String,
}

impl Default for Redirect {
    fn default() -> Self {
        Self {
            host: Ipv4Addr::LOCALHOST.to_string(),
            port: 0,
            path: "/callback".to_owned(),
        }
    }
}

impl FromStr for Redirect {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refusal = || {
            "it looks like http://127.0.0.1:8976/callback: http, this machine, a port, a path"
                .to_owned()
        };
        let uri: Uri = text.parse().map_err(|_| refusal())?;
        let host = uri.host().filter(|host| is_on_this_machine(host));
        match (uri.scheme_str(), host, uri.port_u16(), uri.query()) {
            (Some("http"), Some(host), Some(port), None) if !text.contains(['@', '#']) => {
                Ok(Self {
                    host: host.to_owned(),
                    port,
                    path: uri.path().to_owned(),
                })
            }
            _ => Err(refusal()),
        }
    }
}

impl Redirect {
    fn listen(&self) -> std::io::Result<TcpListener> {
        // `localhost` may be a name of anything: what is bound is the loopback itself.
        let address = match self.host.as_str() {
            "[::1]" => SocketAddr::from((Ipv6Addr::LOCALHOST, self.port)),
            _ => SocketAddr::from((Ipv4Addr::LOCALHOST, self.port)),
        };
        TcpListener::bind(address)
    }

    fn uri(&self, port: u16) -> String {
        format!("http://{}:{port}{}", self.host, self.path)
    }
}

/// What nobody can guess, for one login.
struct Fresh {
    verifier: String,
    state: String,
    nonce: String,
}

impl Fresh {
    fn new(world: &World<'_>) -> Result<Self, IdentityError> {
        let fresh = || {
            let bytes = (world.new_secret)();
            bytes
                .map(|bytes| URL_SAFE_NO_PAD.encode(bytes))
                .ok_or_else(|| IdentityError::untrusted("this machine gives no random numbers"))
        };
        Ok(Self {
            verifier: fresh()?,
            state: fresh()?,
            nonce: fresh()?,
        })
    }

    fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(&self.verifier))
    }
}

/// Logs somebody in who has a browser on this machine.
///
/// # Errors
/// Where the issuer, or whoever sits in front of the browser, does not agree, or `limit` passes.
pub(crate) fn by_browser(
    asked: &Asked<'_>,
    redirect: &Redirect,
    limit: Duration,
    world: &mut World<'_>,
) -> Result<Login, IdentityError> {
    let provider = asked.provider;
    let endpoint = provider.authorization.as_ref();
    let endpoint = endpoint.ok_or(IdentityError::NotOffered("page to log in at"))?;
    let fresh = Fresh::new(world)?;
    let unusable = |error: std::io::Error| IdentityError::Unreachable {
        host: redirect.uri(redirect.port),
        reason: error.to_string(),
    };
    let listener = redirect.listen().map_err(unusable)?;
    let port = listener.local_addr().map_err(unusable)?.port();
    let uri = redirect.uri(port);
    let awaited = Awaited {
        path: redirect.path.clone(),
        state: fresh.state.clone(),
        issuer: provider.issuer.clone(),
        names_itself: provider.names_itself,
    };
    let loopback = Loopback::start(listener, awaited).map_err(unusable)?;
    let page = page(endpoint.as_str(), asked, (&uri, &fresh));
    world.say(&format!(
        "to log in, open this page in a browser on this machine:\n\n  {page}\n\n"
    ));
    if (world.open)(&page) {
        world.say("(a browser was asked to open it)\n");
    }
    let code = loopback.wait(limit)?;
    drop(loopback);
    redeem(asked, &code, (&uri, &fresh))
}

/// The address of the page to log in at.
fn page(endpoint: &str, asked: &Asked<'_>, (uri, fresh): (&str, &Fresh)) -> String {
    let challenge = fresh.challenge();
    let fields = vec![
        ("response_type", "code"),
        ("client_id", asked.party.client_id.as_str()),
        ("redirect_uri", uri),
        ("scope", SCOPE),
        ("state", fresh.state.as_str()),
        ("nonce", fresh.nonce.as_str()),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    let joint = if endpoint.contains('?') { '&' } else { '?' };
    format!("{endpoint}{joint}{}", query(&fields))
}

fn redeem(
    asked: &Asked<'_>,
    code: &Secret,
    (uri, fresh): (&str, &Fresh),
) -> Result<Login, IdentityError> {
    let form = vec![
        ("grant_type", "authorization_code"),
        ("code", code.reveal()),
        ("redirect_uri", uri),
        ("client_id", asked.party.client_id.as_str()),
        ("code_verifier", fresh.verifier.as_str()),
    ];
    let tokens = ask(asked.http, &asked.provider.token, &form, None)??;
    asked.login(tokens, Some(&fresh.nonce))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browser_comes_back_to_this_machine_only() {
        for good in [
            "http://127.0.0.1:8976/callback",
            "http://localhost:1/",
            "http://[::1]:8976/callback",
        ] {
            let redirect: Redirect = good.parse().unwrap();
            assert_eq!(redirect.uri(redirect.port), good);
        }
        for bad in [
            "https://127.0.0.1:8976/callback",
            "http://id.example.com:80/callback",
            "http://127.0.0.1/callback",
            "http://127.0.0.1:8976/callback?x=1",
            "http://a@127.0.0.1:8976/callback",
            "8976",
        ] {
            assert!(bad.parse::<Redirect>().is_err(), "{bad}");
        }
    }

    #[test]
    fn the_challenge_is_that_of_the_standard() {
        // RFC 7636, appendix B.
        let fresh = Fresh {
            verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned(),
            state: String::new(),
            nonce: String::new(),
        };
        assert_eq!(
            fresh.challenge(),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }
}
