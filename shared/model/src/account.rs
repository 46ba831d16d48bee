//! Other accounts: the role by which one is reached, and what tells the tenants apart for whom it
//! is.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Key, LandingZone, LandingZoneName, Partition, Record, TenantId};

/// The role by which the account of a landing zone is reached.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AccountRole {
    /// The ARN of the role.
    pub role_arn: String,
    /// The region that is worked in.
    pub region: String,
    /// The landing zone that names the role.
    pub landing_zone: LandingZoneName,
}

impl AccountRole {
    /// The role that `zone` names; none where what is in it is reached as the platform itself.
    #[must_use]
    pub fn of(zone: &LandingZone) -> Option<Self> {
        Some(Self {
            role_arn: zone.spec.assume_role_arn.clone()?,
            region: zone.spec.region.clone(),
            landing_zone: zone.name.clone(),
        })
    }
}

/// What the platform presents beside a role when it works for a tenant: the external id of STS. A
/// role that demands it cannot be used for another tenant. Made once, never changed, never taken
/// from a request. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExternalId {
    /// The tenant.
    pub tenant: TenantId,
    /// The id itself.
    pub value: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// The version of this record.
    #[serde(default)]
    pub version: u64,
}

impl ExternalId {
    /// One for `tenant`, from bytes that nobody can guess: 256 bits.
    #[must_use]
    pub fn of(tenant: TenantId, random: &[u8; 32], now: Timestamp) -> Self {
        let digits = random.iter().map(|byte| format!("{byte:02x}"));
        Self {
            tenant,
            value: format!("gp-{}", digits.collect::<String>()),
            created_at: now,
            version: 0,
        }
    }

    /// Where that of `tenant` lies.
    #[must_use]
    pub fn key_of(tenant: &TenantId) -> Key {
        Key::new(Partition::tenant(tenant), "EXTERNALID")
    }
}

impl fmt::Debug for ExternalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExternalId")
            .field("tenant", &self.tenant)
            .finish_non_exhaustive()
    }
}

impl Record for ExternalId {
    const KIND: &'static str = "external-id";

    fn key(&self) -> Key {
        Self::key_of(&self.tenant)
    }

    fn version(&self) -> u64 {
        self.version
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_external_id_is_legal_for_sts_and_not_shown() {
        let tenant = TenantId::parse("acme").unwrap();
        let id = ExternalId::of(tenant, &[0xab; 32], Timestamp::UNIX_EPOCH);
        assert_eq!(id.value, format!("gp-{}", "ab".repeat(32)));
        // "AssumeRole", STS API reference: 2 to 1224 of these characters.
        let is_legal = |c: char| c.is_ascii_alphanumeric() || "_+=,.@:/-".contains(c);
        assert!(id.value.chars().all(is_legal));
        assert!(!format!("{id:?}").contains("abab"));
    }
}
