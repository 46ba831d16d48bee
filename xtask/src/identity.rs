//! Users of the local platform's user pool, and tokens for them.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::aws::{Aws, Outputs, is_refused};

/// A user, made when it first signs in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct User {
    name: &'static str,
    tenant: Option<&'static str>,
    group: Option<&'static str>,
}

impl User {
    /// A platform engineer of the tenant `demo`.
    pub(crate) const DEMO: Self = Self {
        name: "demo",
        tenant: Some("demo"),
        group: Some("platform"),
    };

    /// A developer of another tenant.
    pub(crate) const STRANGER: Self = Self {
        name: "stranger",
        tenant: Some("other"),
        group: None,
    };

    /// Someone who belongs to no tenant.
    pub(crate) const NOBODY: Self = Self {
        name: "nobody",
        tenant: None,
        group: None,
    };
}

/// Makes sure that `user` exists and gives a fresh token for it.
///
/// # Errors
/// Where the user pool refuses.
pub(crate) fn sign_in(aws: &Aws, outputs: &Outputs, user: &User) -> Result<String> {
    let output = |name: &str| {
        outputs
            .get(name)
            .with_context(|| format!("the platform's stack gives no {name}"))
    };
    let pool = output("UserPoolId")?;
    let call = |operation: &str, input: Value| {
        let target = format!("AWSCognitoIdentityProviderService.{operation}");
        aws.call("cognito-idp", &target, &input)
    };
    // A new one each time: nobody needs to remember it.
    let password = password();
    let created = call("AdminCreateUser", new_user(pool, user, &password));
    match created {
        Err(error) if !is_refused(&error, "UsernameExistsException") => return Err(error),
        _ => {}
    }
    if let Some(group) = user.group {
        let membership = json!({"UserPoolId": pool, "Username": user.name, "GroupName": group});
        call("AdminAddUserToGroup", membership)?;
    }
    call(
        "AdminSetUserPassword",
        json!({"UserPoolId": pool, "Username": user.name, "Password": password, "Permanent": true}),
    )?;
    let answer = call(
        "InitiateAuth",
        json!({
            "ClientId": output("UserPoolClientId")?,
            "AuthFlow": "USER_PASSWORD_AUTH",
            "AuthParameters": {"USERNAME": user.name, "PASSWORD": password},
        }),
    )?;
    let token = answer.pointer("/AuthenticationResult/IdToken");
    Ok(token
        .and_then(Value::as_str)
        .context("the user pool gave no token")?
        .to_owned())
}

fn new_user(pool: &str, user: &User, password: &str) -> Value {
    let email = format!("{}@example.com", user.name);
    let mut attributes = vec![json!({"Name": "email", "Value": email})];
    attributes.extend(
        user.tenant
            .map(|tenant| json!({"Name": "custom:tenant", "Value": tenant})),
    );
    json!({
        "UserPoolId": pool,
        "Username": user.name,
        "UserAttributes": attributes,
        "TemporaryPassword": password,
        "MessageAction": "SUPPRESS",
    })
}

/// A password that fits the user pool's rules: 128 bits that nobody can foresee.
fn password() -> String {
    let random = || RandomState::new().hash_one(0_u8);
    format!("Aa1-{:016x}{:016x}", random(), random())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_fit_the_rules_of_the_pool_and_are_never_the_same() {
        let one = password();
        assert!(one.len() >= 14);
        assert!(one.contains(char::is_uppercase));
        assert!(one.contains(char::is_numeric));
        assert_ne!(one, password());
    }

    #[test]
    fn a_user_without_a_tenant_is_made_without_the_claim() {
        let of = |user| new_user("pool", user, "password")["UserAttributes"].to_string();
        assert!(of(&User::DEMO).contains("custom:tenant"));
        assert!(!of(&User::NOBODY).contains("custom:tenant"));
    }
}
