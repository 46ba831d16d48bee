//! The decision: who asks, for which action, on whose object.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::str::FromStr as _;

use cedar_policy::{
    Authorizer, Context, Entities, Entity, EntityId, EntityTypeName, EntityUid, PolicySet, Request,
    RestrictedExpression,
};
use groundplane_model::{AccessPolicySpec, MachineIdentity, Principal, TenantId};

use crate::policies::groups_of;
use crate::{Action, Policies, Tier};

/// What is asked for, as far as the decision depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Object<'a> {
    tenant: Option<&'a TenantId>,
}

impl<'a> Object<'a> {
    /// Something that belongs to the provider and is shared by all tenants.
    pub const PROVIDERS: Object<'static> = Object { tenant: None };

    /// Something that a tenant has.
    #[must_use]
    pub const fn of(tenant: &'a TenantId) -> Self {
        Self {
            tenant: Some(tenant),
        }
    }
}

/// What was decided, and by which policies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Whether it may be done.
    pub allowed: bool,
    /// The policies that say so, sorted; none where no policy allows it.
    pub policies: Vec<String>,
}

/// Why nothing can be decided: policies that Cedar does not take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the policies cannot be used: {0}")]
pub struct NoAuthority(String);

/// Policies and roles, ready to decide.
#[derive(Debug)]
pub struct Authority {
    authorizer: Authorizer,
    policies: PolicySet,
    /// Those without the ones of the access policy: they alone decide who may replace it, so that no
    /// document can take that away from those who run the platform.
    shipped: PolicySet,
    words: Words,
    actions: HashMap<Action, Named>,
    access: AccessPolicySpec,
    platform_group: String,
}

/// An action by its name in Cedar, with the entity that has its groups. It is made once: to find out
/// what is in what takes Cedar longer than to evaluate the shipped policies.
#[derive(Debug)]
struct Named {
    uid: EntityUid,
    entities: Entities,
}

/// The types of Cedar's entities, made once.
#[derive(Debug)]
struct Words {
    role: EntityTypeName,
    caller: EntityTypeName,
    object: EntityUid,
}

impl Authority {
    /// What `policies` and `access` say, where members of `platform_group` run the platform. An
    /// access policy that [`crate::check_access`] finds nothing wrong with is always taken.
    ///
    /// # Errors
    /// Where Cedar cannot read a policy.
    pub fn new(
        policies: Policies,
        platform_group: &str,
        access: AccessPolicySpec,
    ) -> Result<Self, NoAuthority> {
        let shipped = policies.parse().map_err(NoAuthority)?;
        let own = access.policies.iter();
        let policies = own.fold(policies, |all, rule| {
            all.with(&format!("policy:{}", rule.name), &rule.text)
        });
        let typed = |name: &str| {
            let parsed = EntityTypeName::from_str(name);
            parsed.map_err(|error| NoAuthority(error.to_string()))
        };
        let kind = typed("Action")?;
        let uid = |name: &str| EntityUid::from_type_name_and_id(kind.clone(), EntityId::new(name));
        let named = |action: &Action| {
            let groups: HashSet<EntityUid> = groups_of(*action).map(uid).collect();
            let uid = uid(action.name());
            let entity = Entity::new_no_attrs(uid.clone(), groups);
            let entities = Entities::from_entities([entity], None);
            let entities = entities.map_err(|error| NoAuthority(error.to_string()))?;
            Ok((*action, Named { uid, entities }))
        };
        let object = typed("Object")?;
        Ok(Self {
            authorizer: Authorizer::new(),
            shipped,
            policies: policies.parse().map_err(NoAuthority)?,
            actions: Action::ALL.iter().map(named).collect::<Result<_, _>>()?,
            words: Words {
                role: typed("Role")?,
                caller: typed("Caller")?,
                object: EntityUid::from_type_name_and_id(object, EntityId::new("object")),
            },
            access,
            platform_group: platform_group.to_owned(),
        })
    }

    /// The roles of a caller, sorted.
    #[must_use]
    pub fn roles_of(&self, principal: &Principal) -> Vec<String> {
        let mut roles: BTreeSet<&str> = BTreeSet::new();
        if principal.is_in(&self.platform_group) {
            roles.insert(Tier::ProviderAdmin.name());
        }
        let of_groups = self.access.groups.iter().filter(|mapping| {
            principal.is_in(&mapping.group)
                && mapping
                    .tenant
                    .as_ref()
                    .is_none_or(|tenant| *tenant == principal.tenant)
        });
        roles.extend(of_groups.flat_map(|mapping| mapping.roles.iter().map(String::as_str)));
        if let Some(machine) = &principal.machine {
            let known = self.access.machines.iter();
            let own = known.filter(|known| known.identity().as_ref() == Some(machine));
            roles.extend(own.flat_map(|known| known.roles.iter().map(String::as_str)));
        } else {
            roles.extend(self.access.everyone.iter().map(String::as_str));
        }
        roles.into_iter().map(str::to_owned).collect()
    }

    /// The tenant that a machine works for, where the access policy knows it.
    #[must_use]
    pub fn tenant_of(&self, machine: &MachineIdentity) -> Option<&TenantId> {
        let known = self.access.machines.iter();
        let mut own = known.filter(|known| known.identity().as_ref() == Some(machine));
        own.next().map(|known| &known.tenant)
    }

    /// Whether `principal` may do `action` to `object`.
    #[must_use]
    pub fn decide(&self, principal: &Principal, action: Action, object: Object<'_>) -> Decision {
        let roles = self.roles_of(principal);
        let asks = Asks {
            name: &principal.subject,
            tenant: Some(&principal.tenant),
            groups: &principal.groups,
            roles: &roles,
        };
        self.judge(&asks, action, object)
    }

    /// Whether the platform itself may do `action` to `object`.
    #[must_use]
    pub fn decide_for_the_platform(&self, action: Action, object: Object<'_>) -> Decision {
        let asks = Asks {
            name: "groundplane",
            tenant: None,
            groups: &[],
            roles: &[Tier::System.name().to_owned()],
        };
        self.judge(&asks, action, object)
    }

    /// Every action that `principal` may do to what its own tenant has.
    #[must_use]
    pub fn actions_of(&self, principal: &Principal) -> Vec<Action> {
        let own = Object::of(&principal.tenant);
        let all = Action::ALL.iter().copied();
        all.filter(|action| self.decide(principal, *action, own).allowed)
            .collect()
    }

    fn judge(&self, asks: &Asks<'_>, action: Action, object: Object<'_>) -> Decision {
        let denied = Decision {
            allowed: false,
            policies: Vec::new(),
        };
        // Whatever Cedar does not take is denied; nothing that callers say reaches its parsers.
        let Some((request, entities)) = self.question(asks, action, object) else {
            return denied;
        };
        let is_of_access = [Action::AccessManage, Action::AccessRead].contains(&action);
        let policies = if is_of_access {
            &self.shipped
        } else {
            &self.policies
        };
        let answer = self.authorizer.is_authorized(&request, policies, &entities);
        let mut policies: Vec<String> = answer
            .diagnostics()
            .reason()
            .map(ToString::to_string)
            .collect();
        policies.sort_unstable();
        // Cedar leaves out a policy that fails, which must not be how a `forbid` ends.
        if answer.diagnostics().errors().next().is_some() {
            return denied;
        }
        Decision {
            allowed: answer.decision() == cedar_policy::Decision::Allow,
            policies,
        }
    }

    fn question(
        &self,
        asks: &Asks<'_>,
        action: Action,
        object: Object<'_>,
    ) -> Option<(Request, Entities)> {
        let named = self.actions.get(&action)?;
        let caller_uid = uid(&self.words.caller, asks.name);
        let role = |name: &String| uid(&self.words.role, name);
        let mut fields = tenant_field(asks.tenant);
        fields.insert(
            "groups".to_owned(),
            texts(asks.groups.iter().map(String::as_str)),
        );
        fields.insert("granted".to_owned(), texts(self.granted(asks.roles)));
        let roles: HashSet<EntityUid> = asks.roles.iter().map(role).collect();
        let caller = Entity::new(caller_uid.clone(), fields, roles).ok()?;
        let asked = self.words.object.clone();
        let asked_for = Entity::new(asked.clone(), tenant_field(object.tenant), HashSet::new());
        let name = RestrictedExpression::new_string(action.name().to_owned());
        let context = Context::from_pairs([("action".to_owned(), name)]).ok()?;
        let request = Request::new(caller_uid, named.uid.clone(), asked, context, None).ok()?;
        let others = [caller, asked_for.ok()?];
        let entities = named.entities.clone().add_entities(others, None);
        Some((request, entities.ok()?))
    }

    /// The actions that roles of the access policy list.
    fn granted<'a>(&'a self, roles: &'a [String]) -> impl Iterator<Item = &'a str> {
        let custom = self.access.roles.iter();
        custom
            .filter(|role| roles.contains(&role.name))
            .flat_map(|role| role.actions.iter().map(String::as_str))
    }
}

/// Who asks.
struct Asks<'a> {
    name: &'a str,
    tenant: Option<&'a TenantId>,
    groups: &'a [String],
    roles: &'a [String],
}

fn uid(kind: &EntityTypeName, name: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(kind.clone(), EntityId::new(name))
}

fn tenant_field(tenant: Option<&TenantId>) -> HashMap<String, RestrictedExpression> {
    let text = |tenant: &TenantId| RestrictedExpression::new_string(tenant.to_string());
    let field = tenant.map(|tenant| ("tenant".to_owned(), text(tenant)));
    field.into_iter().collect()
}

fn texts<'a>(texts: impl Iterator<Item = &'a str>) -> RestrictedExpression {
    let distinct: BTreeSet<&str> = texts.collect();
    let text = |text: &str| RestrictedExpression::new_string(text.to_owned());
    RestrictedExpression::new_set(distinct.into_iter().map(text))
}
