//! Secrets that are there already. They are looked up, never read.

use std::collections::BTreeMap;

use groundplane_model::{Allocation, Failure, FailureKind, Owner};
use groundplane_ports::{DescribeSecrets, SecretDescription};

use crate::{output, outputs};

/// The tag that tells which tenant a secret was made for.
const TENANT: &str = "groundplane:tenant";

/// The longest ARN that Secrets Manager takes ("`DescribeSecret`", API reference).
const LONGEST: usize = 2048;

/// The secret that is called `name`, or has that ARN. One that was made for another tenant is not
/// there for this one.
///
/// # Errors
/// `Invalid` where it is not there, otherwise as the port says.
pub(crate) async fn find(
    secrets: &impl DescribeSecrets,
    owner: &Owner,
    name: &str,
) -> Result<SecretDescription, Failure> {
    let legal = |c: char| c.is_ascii_alphanumeric() || "/_+=.@:-".contains(c);
    if name.len() > LONGEST || !name.chars().all(legal) {
        let name: String = name
            .chars()
            .take(80)
            .flat_map(char::escape_default)
            .collect();
        return Err(invalid(format!(
            "`{name}` is not the name or ARN of a secret"
        )));
    }
    let found = secrets.secret(name).await?;
    let of_another = |secret: &SecretDescription| {
        let tenant = secret.tags.get(TENANT);
        tenant.is_some_and(|tenant| tenant != owner.tenant.as_str())
    };
    match found.filter(|secret| !of_another(secret)) {
        None => Err(invalid(format!("there is no secret `{name}`"))),
        Some(secret) if secret.is_deleted => {
            let message = format!("the secret `{name}` was deleted; it has to be restored first");
            Err(invalid(message))
        }
        Some(secret) => Ok(secret),
    }
}

fn invalid(message: String) -> Failure {
    Failure::new(FailureKind::Invalid, message)
}

/// What is handed out of a secret that was found. A stack that was made for the owner before stays
/// in mind until it is released.
pub(crate) fn answer(
    secret: &SecretDescription,
    held: Option<&Allocation>,
) -> BTreeMap<String, String> {
    let mut answer = outputs(&secret.arn, &secret.name);
    for kept in [output::STACK, output::GENERATION] {
        let made = held.and_then(|held| held.outputs.get(kept));
        answer.extend(made.map(|made| (kept.to_owned(), made.clone())));
    }
    answer
}
