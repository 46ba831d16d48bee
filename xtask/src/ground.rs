//! The ground of the local platform: the stack of `infra/bootstrap.yaml`, registered as the landing
//! zone `sandbox` with the environment `dev`.

use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::aws::{Aws, Outputs, Refused, Stack};
use crate::checkout::Checkout;
use crate::command::{command, quiet};
use crate::local_aws::{LocalAws, REGION};
use crate::platform::Platform;
use crate::step::{Outcome, now, step, step_with};

/// The name of the stack, as in `samconfig.toml`.
const STACK: &str = "groundplane-sandbox";

const DEADLINE: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(50);

/// Deploys the ground and gives the outputs of its stack.
///
/// # Errors
/// Where the stack cannot be made.
pub(crate) fn deploy(checkout: &Checkout, aws: &LocalAws) -> Result<Outputs> {
    step_with("deploy infra/bootstrap.yaml", || {
        let client = aws.client();
        let template = fs::read_to_string(checkout.path("infra/bootstrap.yaml"))?;
        let action = match client.stack(STACK)? {
            None => "CreateStack",
            Some(_) => "UpdateStack",
        };
        let asked = client.cloudformation(
            action,
            &[
                ("StackName", STACK),
                ("TemplateBody", &template),
                // The local AWS has no NAT gateway, and its tasks pull no images.
                ("Parameters.member.1.ParameterKey", "Egress"),
                ("Parameters.member.1.ParameterValue", "none"),
            ],
        );
        match asked {
            Ok(_) => {
                let stack = wait(&client)?;
                Ok((stack.outputs, Outcome::Done(stack.status)))
            }
            Err(error) if is_no_change(&error) => Ok((wait(&client)?.outputs, Outcome::Unchanged)),
            Err(error) => Err(error),
        }
    })
}

/// Registers the ground with the platform, through its command line.
///
/// # Errors
/// Where the platform refuses.
pub(crate) fn register(platform: &Platform, ground: &Outputs, folder: &Path) -> Result<()> {
    step("register sandbox and dev", || {
        let landing_zone = folder.join("landing-zone.json");
        fs::write(
            &landing_zone,
            landing_zone_document(&platform.outputs, ground)?.to_string(),
        )?;
        let environment = folder.join("environment.json");
        fs::write(&environment, environment_document().to_string())?;
        let mut apply = command(&platform.cli, folder);
        apply
            .arg("apply")
            .arg(&landing_zone)
            .arg(&environment)
            .env("GROUNDPLANE_ENDPOINT", &platform.endpoint)
            .env("GROUNDPLANE_TOKEN", &platform.token);
        quiet(&mut apply, &folder.join("register.log"))?;
        Ok(Outcome::done())
    })
}

fn wait(client: &Aws) -> Result<Stack> {
    let start = now();
    loop {
        let stack = client.stack(STACK)?.context("the stack is gone")?;
        match stack.status.as_str() {
            "CREATE_COMPLETE" | "UPDATE_COMPLETE" => return Ok(stack),
            status if status.ends_with("_IN_PROGRESS") && start.elapsed() < DEADLINE => {
                sleep(POLL);
            }
            status => bail!("the stack `{STACK}` is {status}: {}", stack.reason),
        }
    }
}

fn is_no_change(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<Refused>()
        .is_some_and(|refused| refused.message.contains("No updates are to be performed"))
}

fn landing_zone_document(platform: &Outputs, ground: &Outputs) -> Result<Value> {
    let from = |outputs: &Outputs, name: &str| {
        let value = outputs.get(name).cloned();
        value.with_context(|| format!("a stack gives no {name}"))
    };
    let subnets = |name| -> Result<Vec<String>> {
        Ok(from(ground, name)?.split(',').map(str::to_owned).collect())
    };
    let role = from(platform, "CloudFormationRoleArn")?;
    let account = role
        .split(':')
        .nth(4)
        .context("the service role's ARN has no account")?;
    Ok(json!({
        "apiVersion": "groundplane.dev/v1",
        "kind": "LandingZone",
        "metadata": {"name": "sandbox"},
        "spec": {
            "account": account,
            "region": REGION,
            "network": {
                "vpcId": from(ground, "VpcId")?,
                "privateSubnetIds": subnets("PrivateSubnetIds")?,
                "publicSubnetIds": subnets("PublicSubnetIds")?,
            },
            "cluster": from(ground, "ClusterName")?,
            "loadBalancer": {
                "listenerArn": from(ground, "ListenerArn")?,
                "securityGroupId": from(ground, "LoadBalancerSecurityGroupId")?,
            },
            "serviceRoleArn": role,
            "permissionsBoundaryArn": from(platform, "WorkloadBoundaryArn")?,
        },
    }))
}

fn environment_document() -> Value {
    json!({
        "apiVersion": "groundplane.dev/v1",
        "kind": "Environment",
        "metadata": {"name": "dev"},
        "spec": {"landingZone": "sandbox"},
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outputs(pairs: &[(&str, &str)]) -> Outputs {
        pairs
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn the_landing_zone_is_made_of_what_the_stacks_give() {
        let platform = outputs(&[
            ("CloudFormationRoleArn", "arn:aws:iam::000000000000:role/r"),
            ("WorkloadBoundaryArn", "arn:aws:iam::000000000000:policy/b"),
        ]);
        let ground = outputs(&[
            ("VpcId", "vpc-1"),
            ("PrivateSubnetIds", "subnet-1,subnet-2"),
            ("PublicSubnetIds", "subnet-3,subnet-4"),
            ("ClusterName", "sandbox"),
            ("ListenerArn", "arn:listener"),
            ("LoadBalancerSecurityGroupId", "sg-1"),
        ]);

        let document = landing_zone_document(&platform, &ground).unwrap();

        assert_eq!(document["spec"]["account"], "000000000000");
        assert_eq!(
            document["spec"]["network"]["privateSubnetIds"],
            json!(["subnet-1", "subnet-2"])
        );
        assert_eq!(
            document["spec"]["permissionsBoundaryArn"],
            "arn:aws:iam::000000000000:policy/b"
        );
    }

    #[test]
    fn an_output_that_is_missing_is_named() {
        let platform = outputs(&[("CloudFormationRoleArn", "arn:aws:iam::000000000000:role/r")]);
        let error = landing_zone_document(&platform, &Outputs::new()).unwrap_err();
        assert_eq!(error.to_string(), "a stack gives no VpcId");
    }
}
