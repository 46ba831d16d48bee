//! Other accounts, by the roles that landing zones name. A role is assumed once for as long as what
//! it gave is good, for each tenant by itself: no client of one tenant is ever given to another.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use aws_config::Region;
use aws_sdk_sts::config::{Credentials, SharedCredentialsProvider};
use groundplane_model::Digest;
use groundplane_ports::{Account, Clock, PortError, Reach, Reached, Result};
use jiff::{SignedDuration, Timestamp};

use crate::error::port_error;
use crate::{Aws, System};

/// What a role gave is not used when it ends sooner than this: longer than any function runs.
const REST: SignedDuration = SignedDuration::from_mins(16);

/// The longest name of a session ("`AssumeRole`", STS API reference).
const LONGEST_NAME: usize = 64;

/// The accounts of landing zones. Clones share what was assumed.
#[derive(Clone)]
pub struct Accounts {
    own: Aws,
    sessions: Arc<Mutex<BTreeMap<Place, Session>>>,
}

/// What a session is good for: role, region and external id.
type Place = (String, String, String);

#[derive(Clone)]
struct Session {
    aws: Aws,
    ends_at: Timestamp,
}

impl fmt::Debug for Accounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Accounts").finish_non_exhaustive()
    }
}

impl Accounts {
    /// The accounts that `own` reaches.
    #[must_use]
    pub fn new(own: Aws) -> Self {
        Self {
            own,
            sessions: Arc::default(),
        }
    }

    /// The port that `make` makes, in all of them.
    #[must_use]
    pub fn each<P>(&self, make: impl Fn(&Aws) -> P + Send + Sync + 'static) -> Everywhere<P> {
        Everywhere {
            own: make(&self.own),
            accounts: self.clone(),
            make: Box::new(make),
        }
    }

    async fn enter(&self, account: &Account) -> Result<Aws> {
        let role = &account.role;
        let place = (
            role.role_arn.clone(),
            role.region.clone(),
            account.external_id.clone(),
        );
        let now = System.now();
        let lock = || self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        let held = lock().get(&place).cloned();
        if let Some(session) = held.filter(|it| now.duration_since(it.ends_at) < -REST) {
            return Ok(session.aws);
        }
        let session = Box::pin(self.assume(account)).await?;
        lock().insert(place, session.clone());
        Ok(session.aws)
    }

    async fn assume(&self, account: &Account) -> Result<Session> {
        let role = &account.role;
        let action = format!(
            "the role `{}` of the landing zone `{}` could not be assumed for the tenant `{}`",
            role.role_arn, role.landing_zone, account.tenant
        );
        let asked = aws_sdk_sts::Client::new(&self.own.config)
            .assume_role()
            .role_arn(&role.role_arn)
            .external_id(&account.external_id)
            .role_session_name(session_name(account.tenant.as_str()))
            .send()
            .await;
        let given = asked.map_err(|error| port_error(&action, &error))?;
        let given = given.credentials.ok_or_else(|| {
            let message = format!("{action}: STS gave no credentials");
            PortError::Internal(message)
        })?;
        let ends_at = given.expiration().secs();
        let credentials = Credentials::new(
            given.access_key_id,
            given.secret_access_key,
            Some(given.session_token),
            None,
            "groundplane",
        );
        let config = self.own.config.clone().into_builder();
        let config = config
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .region(Region::new(role.region.clone()));
        Ok(Session {
            aws: Aws {
                config: config.build(),
                home: self.own.home.clone(),
            },
            ends_at: Timestamp::from_second(ends_at).unwrap_or(Timestamp::UNIX_EPOCH),
        })
    }
}

/// What CloudTrail in the other account calls the work that is done for `tenant`.
fn session_name(tenant: &str) -> String {
    let name = format!("groundplane-{tenant}");
    if name.len() <= LONGEST_NAME {
        return name;
    }
    let digest = Digest::of(tenant.as_bytes());
    let digest = digest.short(8);
    let start: String = name.chars().take(LONGEST_NAME - 9).collect();
    format!("{start}.{digest}")
}

/// A port in the platform's own account and in those of landing zones.
pub struct Everywhere<P> {
    own: P,
    accounts: Accounts,
    make: Box<dyn Fn(&Aws) -> P + Send + Sync>,
}

impl<P: fmt::Debug> fmt::Debug for Everywhere<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Everywhere")
            .field("own", &self.own)
            .finish_non_exhaustive()
    }
}

impl<P: Send + Sync> Reach for Everywhere<P> {
    type Port = P;

    async fn reach(&self, account: Option<&Account>) -> Result<Reached<'_, P>> {
        let Some(account) = account else {
            return Ok(Reached::Own(&self.own));
        };
        let aws = self.accounts.enter(account).await?;
        Ok(Reached::Other((self.make)(&aws)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_named_by_its_tenant_within_what_sts_takes() {
        assert_eq!(session_name("acme"), "groundplane-acme");
        let (one, other) = ("a".repeat(63), format!("{}b", "a".repeat(62)));
        let (one, other) = (session_name(&one), session_name(&other));
        assert_ne!(one, other);
        assert_eq!(one.len(), LONGEST_NAME);
        let is_legal = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
        assert!(one.chars().chain(other.chars()).all(is_legal));
    }
}
