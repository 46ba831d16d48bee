//! Whom one logs in with at a platform: said by the user, otherwise by the platform itself
//! (RFC 9728).

use serde::Deserialize;

use super::{Address, Http};
use crate::error::Error;
use crate::settings::Endpoint;

/// Where a platform says it.
const METADATA: &str = "/.well-known/oauth-protected-resource";

/// What is asked for. A refresh token comes by itself or not at all: where an issuer wants to be
/// asked for one by `offline_access`, asking others for it fails.
pub(super) const SCOPE: &str = "openid";

/// An issuer and the client that people log in through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Party {
    /// The issuer.
    pub(crate) issuer: String,
    /// The client.
    pub(crate) client_id: String,
    /// Whom the platform wants tokens to be for.
    pub(super) audience: String,
    /// Where the browser comes back to, where it cannot be anywhere on this machine.
    pub(crate) redirect: Option<String>,
}

#[derive(Deserialize)]
struct Metadata {
    resource: String,
    authorization_servers: Vec<String>,
    groundplane_client_id: Option<String>,
    groundplane_audience: Option<String>,
    groundplane_redirect_uri: Option<String>,
}

/// Finds it out. The platform is asked only for what the user does not say.
///
/// # Errors
/// Where nobody says it, or what is said cannot be used.
pub(crate) fn find_party(
    http: &Http,
    endpoint: &Endpoint,
    issuer: Option<String>,
    client_id: Option<String>,
) -> Result<Party, Error> {
    if let (Some(issuer), Some(client_id)) = (&issuer, &client_id) {
        return Ok(Party {
            issuer: issuer.clone(),
            audience: client_id.clone(),
            client_id: client_id.clone(),
            redirect: None,
        });
    }
    let metadata = ask(http, endpoint)?;
    let said_by_platform = metadata.authorization_servers.into_iter().next();
    let client_id = client_id.or(metadata.groundplane_client_id);
    match (issuer.or(said_by_platform), client_id) {
        (Some(issuer), Some(client_id)) => Ok(Party {
            issuer,
            audience: metadata
                .groundplane_audience
                .unwrap_or_else(|| client_id.clone()),
            client_id,
            redirect: metadata.groundplane_redirect_uri,
        }),
        _ => Err(unknown(endpoint)),
    }
}

fn ask(http: &Http, endpoint: &Endpoint) -> Result<Metadata, Error> {
    let address = format!("{}{METADATA}", endpoint.as_str());
    let answer = http.get(&Address::parse("platform", &address)?)?;
    let metadata: Option<Metadata> = serde_json::from_value(answer.body).ok();
    metadata
        .filter(|metadata| answer.status == 200 && is_about(endpoint, &metadata.resource))
        .ok_or_else(|| unknown(endpoint))
}

/// Whether what is said is about this platform: the same address, or below it, since a platform does
/// not know the path that others reach it by.
fn is_about(endpoint: &Endpoint, resource: &str) -> bool {
    let rest = endpoint
        .as_str()
        .strip_prefix(resource.trim_end_matches('/'));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn unknown(endpoint: &Endpoint) -> Error {
    Error::usage(
        format!(
            "the platform at `{}` does not say where one logs in",
            endpoint.as_str()
        ),
        "pass --issuer and --client-id, or write `issuer` and `client_id` into groundplane.toml",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_another_platform_is_not_believed() {
        let is_about = |endpoint: &str, resource: &str| {
            is_about(&Endpoint::parse(endpoint).unwrap(), resource)
        };
        assert!(is_about(
            "https://api.example.com",
            "https://api.example.com"
        ));
        assert!(is_about(
            "https://api.example.com/dev/",
            "https://api.example.com/"
        ));
        assert!(!is_about(
            "https://api.example.com.evil.org",
            "https://api.example.com"
        ));
        assert!(!is_about(
            "https://api.example.com",
            "https://evil.example.com"
        ));
    }
}
