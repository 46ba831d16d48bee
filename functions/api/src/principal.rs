//! Who calls: read from the claims of the token that API Gateway has verified. A request without
//! them reaches no endpoint but the health check.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use groundplane_model::{Failure, FailureKind, Principal, TenantId};
use lambda_http::request::RequestContext;

use crate::problem::Refused;

/// Which claims name the tenant and the groups, and which group runs the platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The claim that holds the tenant.
    pub tenant_claim: String,
    /// The claim that holds the groups.
    pub groups_claim: String,
    /// The group whose members may change landing zones and environments.
    pub platform_group: String,
}

/// The caller of an endpoint.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) principal: Principal,
    identity: Arc<Identity>,
}

impl Caller {
    /// Refuses callers who do not run the platform.
    pub(crate) fn must_run_the_platform(&self) -> Result<(), Failure> {
        let group = &self.identity.platform_group;
        if self.principal.is_in(group) {
            return Ok(());
        }
        let message = format!("only members of the group `{group}` may do this");
        Err(Failure::new(FailureKind::Denied, message))
    }
}

impl Caller {
    /// Whether the caller may know what `tenant` has: their own, or whoever runs the platform.
    pub(crate) fn may_see(&self, tenant: &TenantId) -> bool {
        self.principal.tenant == *tenant || self.must_run_the_platform().is_ok()
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Refused> {
        let identity = parts
            .extensions
            .get::<Arc<Identity>>()
            .cloned()
            .ok_or_else(|| {
                Failure::new(FailureKind::Internal, "the API has no identity settings")
            })?;
        let claims = claims(parts).ok_or_else(|| {
            Failure::new(
                FailureKind::Unauthenticated,
                "the request carries no verified token",
            )
        })?;
        let principal = principal(claims, &identity)?;
        Ok(Self {
            principal,
            identity,
        })
    }
}

fn claims(parts: &Parts) -> Option<&HashMap<String, String>> {
    let RequestContext::ApiGatewayV2(context) = parts.extensions.get::<RequestContext>()? else {
        return None;
    };
    Some(&context.authorizer.as_ref()?.jwt.as_ref()?.claims)
}

fn principal(claims: &HashMap<String, String>, identity: &Identity) -> Result<Principal, Failure> {
    let denied = |message: String| Failure::new(FailureKind::Denied, message);
    let subject = claims.get("sub").filter(|subject| !subject.is_empty());
    let subject = subject.ok_or_else(|| denied("the token has no claim `sub`".to_owned()))?;
    let claim = &identity.tenant_claim;
    let tenant = claims.get(claim).ok_or_else(|| {
        denied(format!(
            "the token has no claim `{claim}`, which names the tenant"
        ))
    })?;
    let tenant = TenantId::parse(tenant)
        .map_err(|error| denied(format!("the token's claim `{claim}`: {error}")))?;
    let groups = claims
        .get(&identity.groups_claim)
        .map(|text| groups(text))
        .unwrap_or_default();
    Ok(Principal {
        subject: subject.chars().filter(|c| !c.is_control()).collect(),
        tenant,
        groups,
    })
}

/// API Gateway hands a list in a claim on as text: `[platform developers]`, or as JSON.
fn groups(text: &str) -> Vec<String> {
    text.trim_start_matches('[')
        .trim_end_matches(']')
        .split([' ', ','])
        .map(|group| group.trim_matches('"'))
        .filter(|group| !group.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity() -> Identity {
        Identity {
            tenant_claim: "custom:tenant".to_owned(),
            groups_claim: "cognito:groups".to_owned(),
            platform_group: "platform".to_owned(),
        }
    }

    fn claims(pairs: &[(&str, &str)]) -> HashMap<String, String> {
        pairs
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn the_token_names_tenant_and_groups() {
        let claims = claims(&[
            ("sub", "u-1"),
            ("custom:tenant", "acme"),
            ("cognito:groups", "[platform developers]"),
        ]);
        let principal = principal(&claims, &identity()).unwrap();
        assert_eq!(principal.tenant.as_str(), "acme");
        assert!(principal.is_in("platform") && principal.is_in("developers"));
        assert!(!principal.is_in("plat"));
    }

    #[test]
    fn groups_arrive_in_several_notations() {
        for text in ["[a b]", "a,b", "[\"a\",\"b\"]", "a b", "[a, b]"] {
            assert_eq!(groups(text), ["a", "b"], "{text}");
        }
        assert!(groups("[]").is_empty());
    }

    #[test]
    fn a_token_without_a_tenant_is_refused_with_the_reason() {
        let error = principal(&claims(&[("sub", "u-1")]), &identity()).unwrap_err();
        assert_eq!(error.kind, FailureKind::Denied);
        assert!(
            error.message.contains("no claim `custom:tenant`"),
            "{error}"
        );

        let hostile = claims(&[("sub", "u-1"), ("custom:tenant", "acme#INSTANCE#x")]);
        assert_eq!(
            principal(&hostile, &identity()).unwrap_err().kind,
            FailureKind::Denied
        );
    }

    #[test]
    fn a_token_without_a_subject_is_refused() {
        let error = principal(&claims(&[("custom:tenant", "acme")]), &identity()).unwrap_err();
        assert!(error.message.contains("no claim `sub`"), "{error}");
    }
}
