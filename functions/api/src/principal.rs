//! Who calls: read from what API Gateway has verified, the claims of a token or the role whose
//! credentials a request was signed with. Nothing else in a request says who sends it.

use std::collections::HashMap;

use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use groundplane_authority::Authority;
use groundplane_model::{Failure, FailureKind, Machine, MachineIdentity, Principal, TenantId};
use lambda_http::request::RequestContext;

use crate::groups::groups;

/// Which claims name the tenant and the groups, and which group runs the platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The claim that holds the tenant.
    pub tenant_claim: String,
    /// The claim that holds the groups.
    pub groups_claim: String,
    /// The group whose members run the platform.
    pub platform_group: String,
}

/// What a request proves about its sender.
#[derive(Debug)]
pub(crate) enum Proof<'a> {
    /// A token that the issuer has signed.
    Token {
        /// Its claims, as API Gateway hands them on.
        claims: &'a HashMap<String, String>,
        /// The header that it came in.
        header: Option<&'a str>,
    },
    /// The ARN of whoever has signed the request with credentials of AWS.
    Signature(&'a str),
}

/// The claims that name the client of a token: as Cognito does, and as RFC 9068 and others do.
const CLIENT_CLAIMS: [&str; 2] = ["client_id", "azp"];

impl<'a> Proof<'a> {
    /// What API Gateway has verified of a request, if anything.
    pub(crate) fn of(parts: &'a Parts) -> Option<Self> {
        let RequestContext::ApiGatewayV2(context) = parts.extensions.get::<RequestContext>()?
        else {
            return None;
        };
        let authorizer = context.authorizer.as_ref()?;
        if let Some(token) = &authorizer.jwt {
            let header = parts.headers.get(AUTHORIZATION);
            return Some(Self::Token {
                claims: &token.claims,
                header: header.map(|value| value.to_str().unwrap_or_default()),
            });
        }
        let arn = authorizer.iam.as_ref()?.user_arn.as_deref()?;
        Some(Self::Signature(arn))
    }

    /// The subject, as far as it is known: even of callers that are refused.
    pub(crate) fn subject(&self) -> String {
        let subject = match self {
            Self::Token { claims, .. } => claims.get("sub").cloned().unwrap_or_default(),
            // Not the session: whoever assumes a role chooses its name, and a machine that approved
            // as `b` what it asked for as `a` would be two.
            Self::Signature(arn) => {
                assumed(arn).map_or_else(|| (*arn).to_owned(), |(role, _)| role)
            }
        };
        printable(&subject)
    }

    /// The session of a role, by the name that whoever assumed it gave it.
    pub(crate) fn session(&self) -> Option<String> {
        let Self::Signature(arn) = self else {
            return None;
        };
        assumed(arn).map(|(_, session)| printable(session))
    }

    /// The caller. A person's token names the tenant; of machines the access policy says it.
    pub(crate) fn principal(
        &self,
        identity: &Identity,
        authority: &Authority,
    ) -> Result<Principal, Failure> {
        match self {
            Self::Token { claims, header } => {
                let token = (*claims, *header);
                of_token(self.subject(), token, identity, authority)
            }
            Self::Signature(arn) => {
                let (role, _) = assumed(arn).ok_or_else(|| {
                    denied("requests are signed with the credentials of a role".to_owned())
                })?;
                let machine = MachineIdentity::Role(role);
                let unknown = || denied("the access policy does not name this role".to_owned());
                let tenant = authority.tenant_of(&machine).ok_or_else(unknown)?;
                Ok(of_machine(self.subject(), tenant, machine.clone()))
            }
        }
    }
}

fn of_token(
    subject: String,
    (claims, header): (&HashMap<String, String>, Option<&str>),
    identity: &Identity,
    authority: &Authority,
) -> Result<Principal, Failure> {
    if subject.is_empty() {
        return Err(denied("the token has no claim `sub`".to_owned()));
    }
    // A machine that is known stays one whatever else its token says: its roles are those that the
    // access policy lists for it.
    if let Some(machine) = client_of(&subject, claims)
        && let Some(tenant) = authority.tenant_of(&machine)
    {
        return Ok(of_machine(subject, tenant, machine.clone()));
    }
    let claim = &identity.tenant_claim;
    let tenant = claims.get(claim).ok_or_else(|| {
        denied(format!(
            "the token has no claim `{claim}`, which names the tenant"
        ))
    })?;
    let tenant = TenantId::parse(tenant)
        .map_err(|error| denied(format!("the token's claim `{claim}`: {error}")))?;
    let claim = &identity.groups_claim;
    let groups = groups(claims, header, claim).ok_or_else(|| {
        denied(format!(
            "the token's claim `{claim}` is neither a list of texts nor a text"
        ))
    })?;
    Ok(Principal {
        subject,
        tenant,
        groups,
        machine: None,
    })
}

/// The client that a token is of, if it is no person's.
fn client_of(subject: &str, claims: &HashMap<String, String>) -> Option<MachineIdentity> {
    let client = CLIENT_CLAIMS.iter().find_map(|name| claims.get(*name))?;
    is_about_client(subject, client).then(|| MachineIdentity::Client(client.clone()))
}

/// Whether a token is that of a client itself. A person's that was got through the client names it as
/// well, and has another subject (RFC 9068, section 2.2; Auth0 appends `@clients`).
fn is_about_client(subject: &str, client: &str) -> bool {
    let rest = subject.strip_prefix(client);
    !client.is_empty() && rest.is_some_and(|rest| rest.is_empty() || rest == "@clients")
}

fn of_machine(subject: String, tenant: &TenantId, machine: MachineIdentity) -> Principal {
    Principal {
        subject,
        tenant: tenant.clone(),
        groups: Vec::new(),
        machine: Some(machine),
    }
}

/// The role that was assumed and the name of the session, where an ARN is of one:
/// `arn:aws:sts::…:assumed-role/<role>/<session>`.
fn assumed(arn: &str) -> Option<(String, &str)> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", partition, "sts", _, account, session] = parts.as_slice() else {
        return None;
    };
    let (role, session) = session.strip_prefix("assumed-role/")?.split_once('/')?;
    Some((Machine::role_arn_of(partition, account, role), session))
}

/// A text without control characters.
fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

fn denied(message: String) -> Failure {
    Failure::new(FailureKind::Denied, message)
}

#[cfg(test)]
mod tests {
    use groundplane_authority::Policies;
    use groundplane_model::AccessPolicySpec;

    use super::*;

    fn identity() -> Identity {
        Identity {
            tenant_claim: "custom:tenant".to_owned(),
            groups_claim: "cognito:groups".to_owned(),
            platform_group: "platform".to_owned(),
        }
    }

    fn authority() -> Authority {
        let access = AccessPolicySpec {
            machines: vec![
                Machine {
                    client: Some("client-1".to_owned()),
                    role_arn: None,
                    tenant: TenantId::parse("acme").unwrap(),
                    roles: vec!["user".to_owned()],
                },
                Machine {
                    client: None,
                    role_arn: Some("arn:aws:iam::123456789012:role/ci/pipeline".to_owned()),
                    tenant: TenantId::parse("umbrella").unwrap(),
                    roles: vec!["read-only".to_owned()],
                },
            ],
            ..AccessPolicySpec::default()
        };
        Authority::new(Policies::shipped(), "platform", access).unwrap()
    }

    fn principal(pairs: &[(&str, &str)]) -> Result<Principal, Failure> {
        let claims: HashMap<String, String> = pairs
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        let proof = Proof::Token {
            claims: &claims,
            header: None,
        };
        proof.principal(&identity(), &authority())
    }

    #[test]
    fn the_token_names_tenant_and_groups() {
        let principal = principal(&[
            ("sub", "u-1"),
            ("custom:tenant", "acme"),
            ("cognito:groups", "[platform developers]"),
        ]);
        let principal = principal.unwrap();
        assert_eq!(principal.tenant.as_str(), "acme");
        assert!(principal.is_in("platform") && principal.is_in("developers"));
        assert!(!principal.is_in("plat"));
    }

    #[test]
    fn a_token_without_a_tenant_is_refused_with_the_reason() {
        let error = principal(&[("sub", "u-1")]).unwrap_err();
        assert_eq!(error.kind, FailureKind::Denied);
        assert!(
            error.message.contains("no claim `custom:tenant`"),
            "{error}"
        );
        let hostile = principal(&[("sub", "u-1"), ("custom:tenant", "acme#INSTANCE#x")]);
        assert_eq!(hostile.unwrap_err().kind, FailureKind::Denied);
    }

    #[test]
    fn a_token_without_a_subject_is_refused() {
        let error = principal(&[("custom:tenant", "acme")]).unwrap_err();
        assert!(error.message.contains("no claim `sub`"), "{error}");
    }

    #[test]
    fn a_machine_works_for_the_tenant_that_the_access_policy_says() {
        let machine = principal(&[("sub", "client-1"), ("client_id", "client-1")]).unwrap();
        assert_eq!(machine.tenant.as_str(), "acme");
        assert_eq!(authority().roles_of(&machine), ["user"]);
        assert!(principal(&[("sub", "client-1@clients"), ("azp", "client-1")]).is_ok());
        let with_a_tenant = principal(&[
            ("sub", "client-1"),
            ("client_id", "client-1"),
            ("custom:tenant", "umbrella"),
        ]);
        let with_a_tenant = with_a_tenant.unwrap();
        assert_eq!(with_a_tenant.tenant.as_str(), "acme", "its entry says it");
        assert_eq!(authority().roles_of(&with_a_tenant), ["user"]);
        for (subject, client) in [
            ("c-2", "c-2"),
            ("kim", "client-1"),
            ("client-10", "client-1"),
        ] {
            let token = [("sub", subject), ("client_id", client)];
            assert!(principal(&token).is_err(), "{subject}");
        }
    }

    #[test]
    fn a_person_who_signs_in_through_a_client_of_a_machine_is_still_a_person() {
        let claims = [
            ("sub", "u"),
            ("client_id", "client-1"),
            ("custom:tenant", "b"),
        ];
        let person = principal(&claims).unwrap();
        assert_eq!((person.tenant.as_str(), person.machine), ("b", None));
    }

    #[test]
    fn a_signed_request_is_that_of_the_role_behind_the_session() {
        let of = |arn: &str| Proof::Signature(arn).principal(&identity(), &authority());
        let known = of("arn:aws:sts::123456789012:assumed-role/pipeline/run-7").unwrap();
        assert_eq!(known.tenant.as_str(), "umbrella");
        assert_eq!(authority().roles_of(&known), ["read-only"]);
        let another = "arn:aws:sts::123456789012:assumed-role/pipeline/run-8";
        assert_eq!(
            known.subject,
            of(another).unwrap().subject,
            "one and the same"
        );
        assert_eq!(Proof::Signature(another).session().unwrap(), "run-8");
        for other in [
            "arn:aws:sts::123456789012:assumed-role/other/run-7",
            "arn:aws:sts::210987654321:assumed-role/pipeline/run-7",
            "arn:aws:iam::123456789012:user/pipeline",
            "arn:aws:iam::123456789012:root",
            "arn:aws:sts::123456789012:assumed-role/pipeline",
            "",
        ] {
            assert_eq!(of(other).unwrap_err().kind, FailureKind::Denied, "{other}");
        }
    }
}
