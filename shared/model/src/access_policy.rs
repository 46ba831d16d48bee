//! Who has which roles: the configuration of the platform's permissions.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{AccessPolicyName, Index, Key, MachineIdentity, Partition, Record, TenantId};

/// The `spec` of a `kind: AccessPolicy` document. Its JSON Schema is `schema/access-policy.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccessPolicySpec {
    /// The roles of every person whose token names a tenant.
    pub everyone: Vec<String>,
    /// The roles of members of groups.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<GroupRoles>,
    /// Roles beside those of the platform.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<CustomRole>,
    /// Machines, for which tenant they work and which roles they have.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub machines: Vec<Machine>,
    /// Policies in Cedar that forbid more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<AccessRule>,
}

impl Default for AccessPolicySpec {
    /// What holds until a document is applied: whoever has a tenant works with what it has.
    fn default() -> Self {
        Self {
            everyone: vec!["user".to_owned()],
            groups: Vec::new(),
            roles: Vec::new(),
            machines: Vec::new(),
            policies: Vec::new(),
        }
    }
}

/// The roles of members of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GroupRoles {
    /// The group, as tokens name it.
    pub group: String,
    /// The tenant whose callers this is about; all if none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<TenantId>,
    /// Their roles.
    pub roles: Vec<String>,
}

/// A role beside those of the platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CustomRole {
    /// Its name.
    pub name: String,
    /// The actions that it allows; none for a role that only policies speak of.
    #[serde(default)]
    pub actions: Vec<String>,
}

/// A machine: a client of the issuer, or a role of AWS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Machine {
    /// The id of its client, for tokens by client credentials.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    /// The ARN of its role, for requests that AWS has signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role_arn: Option<String>,
    /// The tenant that it works for.
    pub tenant: TenantId,
    /// Its roles.
    pub roles: Vec<String>,
}

impl Machine {
    /// What it is known by; none where it is known by nothing or by two things. The session of a role
    /// does not tell the role's path, and a role's name is its account's alone: the path is left out.
    #[must_use]
    pub fn identity(&self) -> Option<MachineIdentity> {
        match (&self.client, &self.role_arn) {
            (Some(client), None) => Some(MachineIdentity::Client(client.clone())),
            (None, Some(arn)) => {
                let parts: Vec<&str> = arn.splitn(6, ':').collect();
                let ["arn", partition, "iam", _, account, role] = parts.as_slice() else {
                    return None;
                };
                let name = role.strip_prefix("role/")?.rsplit('/').next()?;
                let arn = Self::role_arn_of(partition, account, name);
                Some(MachineIdentity::Role(arn))
            }
            (None, None) | (Some(_), Some(_)) => None,
        }
    }

    /// The ARN of the role of that name, without its path.
    #[must_use]
    pub fn role_arn_of(partition: &str, account: &str, name: &str) -> String {
        format!("arn:{partition}:iam::{account}:role/{name}")
    }
}

/// A policy in Cedar that forbids something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccessRule {
    /// Its name.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// The access policy at one version. There is one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessPolicy {
    /// Its name.
    pub name: AccessPolicyName,
    /// What it says.
    pub spec: AccessPolicySpec,
    /// When this version was applied.
    pub updated_at: Timestamp,
    /// Who applied this version.
    pub updated_by: String,
    /// Its version, counted from 1.
    #[serde(default)]
    pub version: u64,
}

impl AccessPolicy {
    /// Where it lies.
    #[must_use]
    pub fn own_key() -> Key {
        Key::meta(Partition::access_policy())
    }
}

impl Record for AccessPolicy {
    const KIND: &'static str = "access-policy";

    fn key(&self) -> Key {
        Self::own_key()
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn index(&self) -> Option<Index> {
        Some(Index::access_policies(self.name.as_str()))
    }
}
