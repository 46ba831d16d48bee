//! The section `access`: users sign in at the load balancer. It has no unit of its own: signing in
//! is an action of the rule that brings requests to the service, so `ingress` asks for it here.
//!
//! A further provider is one more type that implements [`Provider`].

use groundplane_model::Problem;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::ingress::Ingress;
use crate::secret::SecretReference;
use crate::text::pointer;
use crate::{
    Capability, CheckInput, Keys, Phase, References, RenderError, RenderInput, Resources, Sections,
};

/// What knows the users.
trait Provider {
    /// The action that has users sign in.
    fn sign_in(&self) -> Result<Value, RenderError>;

    /// What is wrong with the settings beyond what their schema says.
    fn check(&self) -> Vec<Problem> {
        Vec::new()
    }
}

/// The section's fields.
#[derive(Debug, Deserialize)]
struct Access<'a> {
    #[serde(borrow)]
    allow: Option<Allow<'a>>,
    #[serde(borrow)]
    cognito: Option<Cognito<'a>>,
    #[serde(borrow)]
    oidc: Option<Oidc<'a>>,
}

/// Who of the users may come in.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Allow<'a> {
    #[serde(borrow, default)]
    groups: Vec<&'a str>,
    #[serde(borrow, default)]
    domains: Vec<&'a str>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Cognito<'a> {
    user_pool_arn: &'a str,
    client_id: &'a str,
    domain: &'a str,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Oidc<'a> {
    issuer: &'a str,
    authorization_endpoint: &'a str,
    token_endpoint: &'a str,
    user_info_endpoint: &'a str,
    client_id: &'a str,
    client_secret: &'a str,
}

impl<'a> Access<'a> {
    fn provider(&self) -> Option<&(dyn Provider + 'a)> {
        let cognito = self.cognito.as_ref().map(|it| it as &dyn Provider);
        cognito.or_else(|| self.oidc.as_ref().map(|it| it as &dyn Provider))
    }
}

impl Provider for Cognito<'_> {
    fn sign_in(&self) -> Result<Value, RenderError> {
        Ok(json!({
            "Type": "authenticate-cognito",
            "AuthenticateCognitoConfig": {
                "UserPoolArn": self.user_pool_arn,
                "UserPoolClientId": self.client_id,
                "UserPoolDomain": self.domain,
                "OnUnauthenticatedRequest": "authenticate",
                "Scope": "openid email",
            },
        }))
    }
}

impl Provider for Oidc<'_> {
    fn sign_in(&self) -> Result<Value, RenderError> {
        let secret = SecretReference::parse(self.client_secret)
            .and_then(|reference| reference.resolved_by_cloudformation(self.client_secret));
        let secret = secret.ok_or_else(|| RenderError::Section {
            section: "access".to_owned(),
            cause: "`clientSecret` is not the ARN of a Secrets Manager secret".to_owned(),
        })?;
        Ok(json!({
            "Type": "authenticate-oidc",
            "AuthenticateOidcConfig": {
                "Issuer": self.issuer,
                "AuthorizationEndpoint": self.authorization_endpoint,
                "TokenEndpoint": self.token_endpoint,
                "UserInfoEndpoint": self.user_info_endpoint,
                "ClientId": self.client_id,
                "ClientSecret": secret,
                "OnUnauthenticatedRequest": "authenticate",
                "Scope": "openid email",
            },
        }))
    }

    fn check(&self) -> Vec<Problem> {
        if self.sign_in().is_ok() {
            return Vec::new();
        }
        // The text is not repeated: it may be the secret itself.
        let message = "`clientSecret` is not the ARN of a Secrets Manager secret";
        let pointer = pointer(&["access", "oidc", "clientSecret"]);
        vec![Problem::error(pointer, message)]
    }
}

/// The actions that come before a request is passed on; none where everyone may come.
pub(crate) fn actions(sections: &Sections<'_>) -> Result<Vec<Value>, RenderError> {
    if !sections.declares("access") {
        return Ok(Vec::new());
    }
    let access: Access<'_> = sections.read("access")?;
    let provider = access.provider().ok_or_else(|| RenderError::Section {
        section: "access".to_owned(),
        cause: "it has no settings of a provider".to_owned(),
    })?;
    Ok(vec![provider.sign_in()?])
}

/// Variables that tell the service whom to let in: the load balancer signs users in and passes on
/// who they are, but compares nothing.
pub(crate) fn variables(
    sections: &Sections<'_>,
) -> Result<Vec<(&'static str, String)>, RenderError> {
    if !sections.declares("access") {
        return Ok(Vec::new());
    }
    let access: Access<'_> = sections.read("access")?;
    let Allow { groups, domains } = access.allow.unwrap_or_default();
    let lists = [("ACCESS_GROUPS", groups), ("ACCESS_DOMAINS", domains)];
    let given = lists.into_iter().filter(|(_, list)| !list.is_empty());
    Ok(given.map(|(name, list)| (name, list.join(","))).collect())
}

/// The section `access`, for its rules.
#[derive(Debug)]
pub(crate) struct AccessRules;

impl Capability for AccessRules {
    fn unit(&self) -> &'static str {
        "access"
    }

    fn section(&self) -> Option<&'static str> {
        Some("access")
    }

    fn phase(&self) -> Phase {
        Phase::Infrastructure
    }

    fn applies(&self, _sections: &Sections<'_>) -> bool {
        false
    }

    fn requires(&self) -> &'static [&'static str] {
        &["ingress"]
    }

    fn reads<'a>(&self, _sections: &Sections<'a>) -> Keys<'a> {
        Keys::new()
    }

    fn writes<'a>(&self, _sections: &Sections<'a>) -> Keys<'a> {
        Keys::new()
    }

    fn check(&self, input: &CheckInput<'_>) -> Vec<Problem> {
        let access: Access<'_> = match input.sections.read("access") {
            Ok(access) => access,
            Err(error) => return vec![error.into()],
        };
        let mut problems = access.provider().map_or_else(Vec::new, Provider::check);
        // Users are sent to and fro with secrets in the address, so AWS refuses this without TLS.
        // https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html
        let ingress = input.sections.read::<Ingress<'_>>("ingress");
        let listener = ingress.and_then(|ingress| ingress.load_balancer(input.landing_zone));
        if listener.is_ok_and(|listener| !listener.https) {
            let zone = &input.landing_zone.name;
            let message = format!(
                "users cannot sign in: the listener of the landing zone `{zone}` has no certificate"
            );
            problems.push(Problem::error(pointer(&["access"]), message));
        }
        if access.allow.is_some() {
            let message = "the load balancer signs users in and does not compare this: the \
                           service must, with `ACCESS_GROUPS`, `ACCESS_DOMAINS` and the signed \
                           header `x-amzn-oidc-data`";
            problems.push(Problem::warning(pointer(&["access", "allow"]), message));
        }
        problems
    }

    fn render(
        &self,
        _input: &RenderInput<'_>,
        _context: &mut References<'_>,
    ) -> Result<Resources, RenderError> {
        Ok(Resources::of(self.unit()))
    }
}
