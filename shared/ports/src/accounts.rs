//! Accounts: that of the platform itself, and others, which landing zones are in.

use std::fmt;
use std::future::Future;
use std::ops::Deref;

use groundplane_model::{AccountRole, TenantId};

use crate::Result;

/// Another account, as it is reached for a tenant. `Debug` does not show the external id.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Account {
    /// The role by which it is reached.
    pub role: AccountRole,
    /// The tenant for whom.
    pub tenant: TenantId,
    /// What tells this tenant from others to the role.
    pub external_id: String,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("role", &self.role)
            .field("tenant", &self.tenant)
            .finish_non_exhaustive()
    }
}

/// A port in some account.
#[derive(Debug)]
pub enum Reached<'a, P> {
    /// The one in the platform's own account.
    Own(&'a P),
    /// One in another account.
    Other(P),
}

impl<P> Deref for Reached<'_, P> {
    type Target = P;

    fn deref(&self) -> &P {
        match self {
            Self::Own(port) => port,
            Self::Other(port) => port,
        }
    }
}

/// Permission to use a port in the accounts of landing zones.
pub trait Reach: Send + Sync {
    /// What is used there.
    type Port: Send + Sync;

    /// The port in that account; in the platform's own, without asking anybody, where there is
    /// none.
    ///
    /// # Errors
    /// `Denied` where the role does not let the platform in for this tenant; otherwise as
    /// [`crate::PortError`] says.
    fn reach(
        &self,
        account: Option<&Account>,
    ) -> impl Future<Output = Result<Reached<'_, Self::Port>>> + Send;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_shown_without_its_external_id() {
        let account = Account {
            role: AccountRole {
                role_arn: "arn:aws:iam::222222222222:role/groundplane-a".to_owned(),
                region: "eu-west-1".to_owned(),
                landing_zone: "shared-eu".parse().unwrap(),
            },
            tenant: "acme".parse().unwrap(),
            external_id: "gp-unseen".to_owned(),
        };
        let shown = format!("{account:?}");
        assert!(shown.contains("groundplane-a") && !shown.contains("unseen"));
    }

    #[test]
    fn both_accounts_give_their_port() {
        let own = 1;
        assert_eq!((*Reached::Own(&own), *Reached::Other(2)), (1, 2));
    }
}
