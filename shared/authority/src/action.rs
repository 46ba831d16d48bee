//! The actions: what can be allowed, by name.

use std::fmt;

use crate::Tier;

/// One line per action: its name, the least tier that has it, and what it lets do.
macro_rules! actions {
    ($($variant:ident = $name:literal, $tier:ident, $what:literal;)*) => {
        /// Something that can be allowed.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Action {
            $(#[doc = $what] $variant,)*
        }

        impl Action {
            /// Every action.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Its name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// The least tier that has it.
            #[must_use]
            pub const fn tier(self) -> Tier {
                match self {
                    $(Self::$variant => Tier::$tier,)*
                }
            }

            /// What it lets do, in a few words.
            #[must_use]
            pub const fn what(self) -> &'static str {
                match self {
                    $(Self::$variant => $what,)*
                }
            }
        }
    };
}

actions! {
    InstanceRead = "instance:read", ReadOnly, "see instances, deployments and revisions";
    InstancePreview = "instance:preview", ReadOnly, "see what a deployment would do";
    InstanceDeploy = "instance:deploy", User, "deploy, roll back, try again, cancel";
    InstanceDestroy = "instance:destroy", User, "destroy instances";
    InstanceOperate = "instance:operate", User, "run operations and give signals";
    InstanceUpgrade = "instance:upgrade", User, "move instances to another lifecycle or version";
    InstanceApprove = "instance:approve", User, "decide about plans that wait for an approval";
    LogRead = "log:read", ReadOnly, "see what events did to instances, and their states over time";
    DriftRead = "drift:read", ReadOnly, "see the drift of instances";
    DriftCheck = "drift:check", User, "have instances checked for drift";
    DriftRemediate = "drift:remediate", System, "deploy against drift, as an environment's policy says";
    DeploymentRecord = "deployment:record", System, "record how deployments end";
    LifecycleAdvance = "lifecycle:advance", System, "begin what lifecycles run when events fire them";
    GroundRead = "ground:read", ReadOnly, "see landing zones and environments";
    GroundManage = "ground:manage", ProviderAdmin, "apply landing zones and environments";
    LifecycleRead = "lifecycle:read", ReadOnly, "see, and simulate, lifecycles and workflows";
    LifecyclePublish = "lifecycle:publish", ProviderAdmin, "publish lifecycles, register workflows";
    RoutingManage = "routing:manage", ProviderAdmin, "manage rules that route events";
    EventSourceRead = "event-source:read", ReadOnly, "see the tenant's sources of webhooks";
    EventSourceManage = "event-source:manage", User, "register, change and delete sources of webhooks";
    ResolverRead = "resolver:read", ReadOnly, "see resolvers and preview names";
    ResolverConfigure = "resolver:configure", ProviderAdmin, "configure resolvers";
    ImageRead = "image:read", ReadOnly, "see the image catalog";
    ImagePublish = "image:publish", ProviderAdmin, "put images into the catalog";
    PoolRead = "pool:read", ReadOnly, "see pools of addresses, and what is taken of them";
    PoolManage = "pool:manage", ProviderAdmin, "create and delete pools, import and give back blocks";
    HolderRead = "holder:read", ReadOnly, "see which instance of a tenant holds a block";
    ComponentPublish = "component:publish", TenantAdmin, "publish components";
    GuardrailRead = "guardrail:read", ReadOnly, "see guardrails";
    ComponentGovern = "component:govern", ProviderAdmin, "say what tenants may use, and how";
    TenantRead = "tenant:read", ReadOnly, "see what the tenant is allowed and uses";
    TenantManage = "tenant:manage", ProviderAdmin, "manage tenants";
    TrustRead = "trust:read", TenantAdmin, "see by what roles of other accounts know the tenant";
    AccessRead = "access:read", ProviderAdmin, "see roles and who has them";
    AccessManage = "access:manage", ProviderAdmin, "say who has which roles";
    AuditRead = "audit:read", TenantAdmin, "see who did what";
    ComplianceRead = "compliance:read", ReadOnly, "see what complies";
}

impl Action {
    /// The action of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|action| action.name() == name)
    }

    /// Whether it changes something, so that each use of it is remembered.
    #[must_use]
    pub fn changes_something(self) -> bool {
        let verb = self.name().rsplit(':').next();
        !verb.is_some_and(|verb| ["read", "preview"].contains(&verb))
    }

    /// Whether those who run the platform may do it to what another tenant has.
    #[must_use]
    pub const fn reaches_across_tenants(self) -> bool {
        matches!(self, Self::HolderRead | Self::AuditRead)
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_action_has_a_name_of_its_own_by_which_it_is_found() {
        let names: BTreeSet<_> = Action::ALL.iter().map(|action| action.name()).collect();
        assert_eq!(names.len(), Action::ALL.len());
        for action in Action::ALL {
            assert_eq!(Action::named(action.name()), Some(*action));
            let (noun, verb) = action.name().split_once(':').unwrap();
            let is_plain = |word: &str| word.chars().all(|c| c.is_ascii_lowercase() || c == '-');
            assert!(is_plain(noun) && is_plain(verb), "{action}");
        }
        assert_eq!(Action::named("instance:steal"), None);
    }
}
