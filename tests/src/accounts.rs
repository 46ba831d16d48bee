//! Accounts in memory: the platform's own, and others, each with stacks of its own and roles that let
//! in whoever presents an external id that they trust.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use groundplane_model::Artifact;
use groundplane_ports::{Account, PortError, Reach, Reached, Result};

use crate::fake_stacks::{FakeStacks, FakeTemplate};

/// A fake that is in the platform's own account: whoever wants another one is refused.
#[derive(Debug)]
pub struct OwnAccount<'a, P>(pub &'a P);

impl<P: Send + Sync> Reach for OwnAccount<'_, P> {
    type Port = P;

    async fn reach(&self, account: Option<&Account>) -> Result<Reached<'_, P>> {
        match account {
            None => Ok(Reached::Own(self.0)),
            Some(account) => Err(denied(account)),
        }
    }
}

/// The other accounts that there are.
pub const OTHERS: [&str; 2] = ["222222222222", "333333333333"];

#[derive(Debug, Default)]
struct Doors {
    /// The external ids that each role trusts.
    trusts: BTreeMap<String, BTreeSet<String>>,
    /// Who came in: by which role, for whom, to which region.
    entries: BTreeSet<(String, String, String)>,
}

/// Accounts, and what they have of CloudFormation.
#[derive(Debug)]
pub struct FakeAccounts {
    own: Arc<FakeStacks>,
    others: BTreeMap<&'static str, FakeStacks>,
    doors: Mutex<Doors>,
}

impl FakeAccounts {
    /// The platform's own account, and the others, which trust nobody yet.
    #[must_use]
    pub fn new(own: Arc<FakeStacks>) -> Self {
        Self {
            own,
            others: OTHERS.map(|account| (account, FakeStacks::new())).into(),
            doors: Mutex::default(),
        }
    }

    /// The stacks of the platform's own account.
    #[must_use]
    pub fn own(&self) -> &FakeStacks {
        &self.own
    }

    /// The stacks of another account.
    ///
    /// # Panics
    /// Where there is no such account.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test that names another one is wrong")]
    pub fn other(&self, account: &str) -> &FakeStacks {
        self.others.get(account).expect("no such account")
    }

    /// Puts these external ids, and no others, into the trust policy of a role.
    pub fn trust(&self, role_arn: &str, external_ids: &[&str]) {
        let ids = external_ids.iter().map(|id| (*id).to_owned()).collect();
        self.doors().trusts.insert(role_arn.to_owned(), ids);
    }

    /// Who came in: by which role, with which external id, to which region.
    #[must_use]
    pub fn entries(&self) -> BTreeSet<(String, String, String)> {
        self.doors().entries.clone()
    }

    /// Says what a template comes to, in every account.
    pub fn define(&self, artifact: &Artifact, template: &FakeTemplate) {
        for stacks in self.others.values().chain([self.own.as_ref()]) {
            stacks.define(artifact, template.clone());
        }
    }

    /// Lets whoever is trusted in.
    ///
    /// # Errors
    /// `Denied` for everybody else.
    pub(crate) fn enter(&self, account: &Account) -> Result<&FakeStacks> {
        let role_arn = &account.role.role_arn;
        let mut doors = self.doors();
        let trusts = doors.trusts.get(role_arn);
        if !trusts.is_some_and(|ids| ids.contains(&account.external_id)) {
            return Err(denied(account));
        }
        let entry = (
            role_arn.clone(),
            account.external_id.clone(),
            account.role.region.clone(),
        );
        doors.entries.insert(entry);
        let found = self.others.iter().find(|(id, _)| role_arn.contains(**id));
        found
            .map(|(_, stacks)| stacks)
            .ok_or_else(|| denied(account))
    }

    fn doors(&self) -> MutexGuard<'_, Doors> {
        self.doors.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn denied(account: &Account) -> PortError {
    PortError::Denied(format!(
        "the role `{}` could not be assumed for the tenant `{}`",
        account.role.role_arn, account.tenant
    ))
}
