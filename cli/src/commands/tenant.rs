//! `groundplane tenant trust-policy`: what a role of another account demands of the platform.

use std::collections::{BTreeMap, BTreeSet};

use groundplane_model::TenantId;
use serde::Serialize;
use serde_json::{Value, json};

use crate::answer::Report;
use crate::arguments::{Global, TenantCommand};
use crate::error::Error;
use crate::world::World;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    external_ids: BTreeMap<String, String>,
    policy: Value,
}

/// Runs the command.
pub(super) fn run(
    command: &TenantCommand,
    global: &Global,
    world: &World<'_>,
) -> Result<Report, Error> {
    let TenantCommand::TrustPolicy(arguments) = command;
    let accounts = accounts(&arguments.callers)?;
    let client = super::connect(global, world)?;
    let mut external_ids = BTreeMap::new();
    for tenant in &arguments.tenants {
        let id = client.external_id(tenant)?.ok_or_else(|| unseen(tenant))?;
        external_ids.insert(tenant.to_string(), id);
    }
    let policy = policy(&accounts, &arguments.callers, external_ids.values());
    let text = format!("{policy:#}\n");
    let answer = Answer {
        external_ids,
        policy,
    };
    Ok(Report::new(text, &answer))
}

fn unseen(tenant: &TenantId) -> Error {
    Error::usage(
        format!("the platform does not show you the external id of `{tenant}`"),
        "ask somebody who answers for the tenant or runs the platform",
    )
}

/// The accounts that the callers are of, as principals.
fn accounts(callers: &[String]) -> Result<BTreeSet<String>, Error> {
    let account = |arn: &String| {
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        match parts.as_slice() {
            ["arn", partition, "iam", "", account, role] if role.starts_with("role/") => {
                Ok(format!("arn:{partition}:iam::{account}:root"))
            }
            _ => Err(Error::usage(
                format!("`{}` is not the ARN of a role", arn.escape_debug()),
                "give the output `AccountCallerRoleArns` of the platform's stack",
            )),
        }
    };
    callers.iter().map(account).collect()
}

/// Roles are named by a condition and not as principals, so that the policy stays good when the
/// platform's stack makes one of them anew.
fn policy<'a>(
    accounts: &BTreeSet<String>,
    callers: &[String],
    external_ids: impl Iterator<Item = &'a String>,
) -> Value {
    let ids: Vec<&String> = external_ids.collect();
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": { "AWS": accounts },
            "Action": "sts:AssumeRole",
            "Condition": {
                "StringEquals": { "sts:ExternalId": ids },
                "ArnEquals": { "aws:PrincipalArn": callers },
            },
        }],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALLER: &str = "arn:aws:iam::123456789012:role/gp-ProvisionStackFunctionRole-1";

    #[test]
    fn a_policy_lets_in_the_callers_with_one_of_the_ids_and_nobody_else() {
        let callers = [CALLER.to_owned()];
        let accounts = accounts(&callers).unwrap();
        let ids = ["gp-1".to_owned(), "gp-2".to_owned()];
        let statement = &policy(&accounts, &callers, ids.iter())["Statement"][0];
        let root = "arn:aws:iam::123456789012:root";
        assert_eq!(statement["Principal"], json!({ "AWS": [root] }));
        let expected = json!({
            "StringEquals": { "sts:ExternalId": ["gp-1", "gp-2"] },
            "ArnEquals": { "aws:PrincipalArn": [CALLER] },
        });
        assert_eq!(statement["Condition"], expected);
    }

    #[test]
    fn what_is_no_role_is_no_caller() {
        for arn in [
            "",
            "*",
            "arn:aws:iam::123456789012:user/me",
            "arn:aws:s3:::a",
        ] {
            assert!(accounts(&[arn.to_owned()]).is_err(), "{arn}");
        }
    }
}
