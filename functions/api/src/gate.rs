//! The one place where it is decided whether a request reaches its endpoint: who calls, which roles
//! they have, and whether these allow the action that the route declares.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use groundplane_audit::Retention;
use groundplane_authority::{Action, Authority, Decision, Object, Policies};
use groundplane_model::{AccessPolicy, Failure, FailureKind, Principal, Record, TenantId};
use groundplane_ports::ReadTable;

use crate::principal::{Identity, Proof};
use crate::problem::Refused;

/// How callers are recognised, what decides about them, and how long that is remembered.
#[derive(Debug, Clone)]
pub struct Gate {
    /// What tokens say.
    pub identity: Identity,
    /// The policies; the access policy adds to them.
    pub policies: Policies,
    /// How long entries of the audit log are kept.
    pub retention: Retention,
}

impl From<Identity> for Gate {
    fn from(identity: Identity) -> Self {
        Self {
            identity,
            policies: Policies::shipped(),
            retention: Retention::default(),
        }
    }
}

/// The gate with what it has prepared.
#[derive(Debug)]
pub(crate) struct Gatekeeper {
    pub(crate) gate: Gate,
    /// The version of the access policy, and what was made of it.
    known: Mutex<Option<(u64, Arc<Authority>)>>,
}

/// The caller of an endpoint, whom the gate has let through.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) principal: Principal,
    /// The tenant that the request is about: the caller's own unless the route takes another one.
    pub(crate) about: TenantId,
    authority: Arc<Authority>,
}

impl Gatekeeper {
    pub(crate) const fn new(gate: Gate) -> Self {
        Self {
            gate,
            known: Mutex::new(None),
        }
    }

    /// Who calls.
    pub(crate) async fn recognise(
        &self,
        table: &impl ReadTable,
        parts: &Parts,
    ) -> Result<Caller, Refused> {
        let proof = Proof::of(parts).ok_or_else(|| {
            Failure::new(
                FailureKind::Unauthenticated,
                "the request carries no verified token",
            )
        })?;
        let authority = self.authority(table).await?;
        let principal = proof.principal(&self.gate.identity, &authority)?;
        Ok(Caller {
            about: principal.tenant.clone(),
            principal,
            authority,
        })
    }

    /// What decides, with the access policy as it is now: a role that was taken away is gone with
    /// the next request.
    async fn authority(&self, table: &impl ReadTable) -> Result<Arc<Authority>, Refused> {
        let stored: Option<AccessPolicy> = table.get(&AccessPolicy::own_key()).await?;
        let version = stored.as_ref().map_or(0, Record::version);
        let known = self.known();
        if let Some((prepared, authority)) = &known
            && *prepared == version
        {
            return Ok(Arc::clone(authority));
        }
        let access = stored.map(|stored| stored.spec).unwrap_or_default();
        let group = &self.gate.identity.platform_group;
        match Authority::new(self.gate.policies.clone(), group, access) {
            Ok(authority) => {
                let authority = Arc::new(authority);
                let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
                *known = Some((version, Arc::clone(&authority)));
                Ok(authority)
            }
            Err(error) => {
                // It was checked before it was stored, so only another release could have let it in.
                tracing::error!(%error, version, "the access policy cannot be used");
                let fault = || Failure::new(FailureKind::Internal, "the platform has a fault");
                let (_, authority) = known.ok_or_else(fault)?;
                Ok(authority)
            }
        }
    }

    fn known(&self) -> Option<(u64, Arc<Authority>)> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.clone()
    }
}

impl Caller {
    /// Whether the caller may do `action` to `object`.
    pub(crate) fn may(&self, action: Action, object: Object<'_>) -> Decision {
        self.authority.decide(&self.principal, action, object)
    }

    /// The roles of the caller.
    pub(crate) fn roles(&self) -> Vec<String> {
        self.authority.roles_of(&self.principal)
    }

    /// What the caller may do to what its own tenant has.
    pub(crate) fn actions(&self) -> Vec<Action> {
        self.authority.actions_of(&self.principal)
    }

    /// Why an action is denied.
    pub(crate) fn denied(&self, action: Action, decision: &Decision) -> Failure {
        let forbidding = decision.policies.iter().map(|name| format!("`{name}`"));
        let forbidding: Vec<String> = forbidding.collect();
        let roles = self.roles().into_iter().map(|role| format!("`{role}`"));
        let roles: Vec<String> = roles.collect();
        let why = match (forbidding.is_empty(), roles.is_empty()) {
            (false, _) => format!("{} forbids it", forbidding.join(", ")),
            (true, true) => "you have no role".to_owned(),
            (true, false) => format!("your roles do not allow it: {}", roles.join(", ")),
        };
        Failure::new(
            FailureKind::Denied,
            format!("you may not `{action}`: {why}"),
        )
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Refused> {
        let caller = parts.extensions.get::<Self>().cloned();
        // An endpoint that is open to everyone has no caller, and must not ask for one.
        caller.ok_or_else(|| {
            Failure::new(FailureKind::Internal, "nobody was let through to this").into()
        })
    }
}
