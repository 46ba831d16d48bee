//! The tiers: the roles that there are without any configuration.

use std::fmt;

use crate::Action;

/// A role that the platform brings. For people each has what the one before it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// Sees what its tenant has.
    ReadOnly,
    /// Works with what its tenant has.
    User,
    /// Answers for its tenant.
    TenantAdmin,
    /// Runs the platform.
    ProviderAdmin,
    /// Is the platform. Nobody can be given it.
    System,
}

impl Tier {
    /// Every tier.
    pub const ALL: [Self; 5] = [
        Self::ReadOnly,
        Self::User,
        Self::TenantAdmin,
        Self::ProviderAdmin,
        Self::System,
    ];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ReadOnly => "read-only",
            Self::User => "user",
            Self::TenantAdmin => "tenant-admin",
            Self::ProviderAdmin => "provider-admin",
            Self::System => "system",
        }
    }

    /// The tier of that name that people and machines can have.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|tier| tier.name() == name && *tier != Self::System)
    }

    /// Whether it has `action`. What the platform does itself nobody else has.
    #[must_use]
    pub fn has(self, action: Action) -> bool {
        match (self, action.tier()) {
            (Self::System, least) | (_, least @ Self::System) => self == least,
            (_, least) => self >= least,
        }
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
