//! References to secrets: what a spec has in place of the secret itself.

use serde_json::{Value, json};

use crate::policy::{allow, allow_where, arn};
use crate::text::{expression, leading_key};
use crate::{References, RenderError};

/// Where a secret is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SecretReference<'a> {
    /// In Secrets Manager, by ARN, perhaps with the key within a JSON secret behind it.
    SecretsManager {
        /// The ARN of the secret.
        arn: &'a str,
    },
    /// In a parameter of Systems Manager, by ARN.
    Parameter {
        /// The ARN of the parameter.
        arn: &'a str,
    },
    /// In Secrets Manager, by the context key that holds the ARN.
    Key(&'a str),
}

impl<'a> SecretReference<'a> {
    /// What a valid reference looks like.
    pub(crate) const RULE: &'static str = "it must be the ARN of a Secrets Manager secret or of a \
         Systems Manager parameter, or begin with a context key such as ${database.secret_arn}";

    /// Reads a reference; none if it is not one. Wildcards and IAM policy variables are not part
    /// of one: what is read here becomes the resource of a policy.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        if let Some(key) = leading_key(text) {
            return Some(Self::Key(key));
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || "-/_+=.@:".contains(c);
        if !text.chars().all(plain) {
            return None;
        }
        let parts: Vec<&str> = text.split(':').collect();
        match *parts.as_slice() {
            ["arn", _, "ssm", _, _, name] if name.starts_with("parameter/") => {
                Some(Self::Parameter { arn: text })
            }
            // An ARN of seven parts, then key, version stage and version, each possibly empty.
            ["arn", _, "secretsmanager", _, _, "secret", _, ..]
                if matches!(parts.len(), 7 | 10) =>
            {
                let mut colons = text.match_indices(':').map(|(at, _)| at);
                let end = colons.nth(6).unwrap_or(text.len());
                text.get(..end).map(|arn| Self::SecretsManager { arn })
            }
            _ => None,
        }
    }

    /// The dynamic reference by which CloudFormation looks `text` up, which this was read from;
    /// none where the secret cannot be looked up like this.
    pub(crate) fn resolved_by_cloudformation(self, text: &str) -> Option<Value> {
        let Self::SecretsManager { arn } = self else {
            return None;
        };
        // INVARIANT: the text holds nothing but the characters of an ARN, so it ends where it
        // seems to.
        let within = text.strip_prefix(arn)?.strip_prefix(':').unwrap_or("::");
        Some(format!("{{{{resolve:secretsmanager:{arn}:SecretString:{within}}}}}").into())
    }

    /// Permission to read the secret, and only it.
    pub(crate) fn read(self, context: &mut References<'_>) -> Result<Value, RenderError> {
        let (action, resource) = match self {
            Self::SecretsManager { arn } => ("secretsmanager:GetSecretValue", arn.into()),
            Self::Parameter { arn } => ("ssm:GetParameters", arn.into()),
            Self::Key(key) => ("secretsmanager:GetSecretValue", context.require(key)?),
        };
        Ok(allow(&[action], &resource))
    }

    /// Permission to have secrets decrypted that are kept under a key of their own ("Permissions for the
    /// KMS key", Secrets Manager user guide). The key's own policy has to let the account in; the
    /// services' own keys need nothing.
    pub(crate) fn decrypt() -> Value {
        let service =
            |name: &str| json!({ "Fn::Sub": format!("{name}.${{AWS::Region}}.amazonaws.com") });
        let via = json!({ "kms:ViaService": [service("secretsmanager"), service("ssm")] });
        allow_where(&["kms:Decrypt"], &arn("kms", "key/*"), &via)
    }
}

/// A secret as ECS takes it: `name` in the container, from the reference in `text`.
pub(crate) fn container_secret(
    name: &str,
    text: &str,
    context: &mut References<'_>,
) -> Result<Value, RenderError> {
    Ok(json!({ "Name": name, "ValueFrom": expression(text, context)? }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arn_ends_where_the_key_within_the_secret_begins() {
        let arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:web/api-AbCdEf";
        for suffix in ["", ":password::", ":password:AWSCURRENT:"] {
            let text = format!("{arn}{suffix}");
            let expected = Some(SecretReference::SecretsManager { arn });
            assert_eq!(SecretReference::parse(&text), expected, "{text}");
        }
    }

    #[test]
    fn a_parameter_and_a_context_key_are_references_too() {
        let arn = "arn:aws:ssm:eu-west-1:123456789012:parameter/web/token";
        assert_eq!(
            SecretReference::parse(arn),
            Some(SecretReference::Parameter { arn })
        );
        assert_eq!(
            SecretReference::parse("${database.secret_arn}:password::"),
            Some(SecretReference::Key("database.secret_arn"))
        );
    }

    #[test]
    fn cloudformation_looks_up_the_key_within_the_secret_too() {
        let arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:oidc-AbCdEf";
        for (suffix, within) in [("", "::"), (":client::", "client::"), (":::v1", "::v1")] {
            let text = format!("{arn}{suffix}");
            let reference = SecretReference::parse(&text).unwrap();
            assert_eq!(
                reference.resolved_by_cloudformation(&text),
                Some(json!(format!(
                    "{{{{resolve:secretsmanager:{arn}:SecretString:{within}}}}}"
                )))
            );
        }
        let parameter = "arn:aws:ssm:eu-west-1:123456789012:parameter/x";
        for text in [parameter, "${a.b}"] {
            let reference = SecretReference::parse(text).unwrap();
            assert_eq!(reference.resolved_by_cloudformation(text), None);
        }
    }

    #[test]
    fn what_would_widen_a_policy_is_no_reference() {
        for text in [
            "",
            "hunter2",
            "arn:aws:secretsmanager:eu-west-1:123456789012:secret:*",
            "arn:aws:secretsmanager:eu-west-1:123456789012:secret:${aws:username}",
            "arn:aws:secretsmanager:eu-west-1:123456789012:secret:a-AbCdEf:password",
            "arn:aws:ssm:eu-west-1:123456789012:document/x",
            "arn:aws:ssm:eu-west-1:123456789012:parameter/?",
            "arn:aws:iam::123456789012:role/admin",
        ] {
            assert_eq!(SecretReference::parse(text), None, "{text}");
        }
    }
}
