//! How long a deployment takes, from the submission of a spec until its execution has ended. What
//! is asked meanwhile is asked of Step Functions, so that no function runs and no table is read
//! but for the deployment itself.

use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use ureq::Agent;

use crate::aws::is_refused;
use crate::platform::Platform;
use crate::step::now;

const DEADLINE: Duration = Duration::from_secs(120);
const POLL: Duration = Duration::from_millis(10);

/// Submits `spec` and waits until its deployment has succeeded. Gives how long that took.
///
/// # Errors
/// Where it is refused, fails or does not end.
pub(crate) fn deploy(platform: &Platform, spec: &str) -> Result<Duration> {
    let start = now();
    let accepted = submit(platform, spec)?;
    let id = accepted
        .get("deployment")
        .and_then(Value::as_str)
        .with_context(|| format!("the platform refused: {accepted}"))?;
    loop {
        match status(platform, id)?.as_str() {
            "SUCCEEDED" => return Ok(start.elapsed()),
            "NOT_STARTED" | "RUNNING" if start.elapsed() < DEADLINE => sleep(POLL),
            status => bail!("the execution of {id} is {status}"),
        }
    }
}

fn submit(platform: &Platform, spec: &str) -> Result<Value> {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .proxy(None);
    let agent: Agent = config.build().into();
    let request = agent
        .post(format!("{}/v1/instances", platform.endpoint))
        .header("authorization", format!("Bearer {}", platform.token))
        .header("content-type", "application/yaml");
    Ok(request.send(spec)?.body_mut().read_json()?)
}

/// The status of the execution that carries a deployment out, which is named after it.
fn status(platform: &Platform, deployment: &str) -> Result<String> {
    let machine = platform.outputs.get("DeployMachineArn");
    let machine = machine.context("the platform's stack gives no DeployMachineArn")?;
    let execution = execution_arn(machine, deployment);
    let target = "AWSStepFunctions.DescribeExecution";
    let input = json!({ "executionArn": execution });
    match platform.aws.client().call("states", target, &input) {
        Ok(answer) => {
            let status = answer.get("status").and_then(Value::as_str);
            Ok(status.context("the execution has no status")?.to_owned())
        }
        Err(error) if is_refused(&error, "ExecutionDoesNotExist") => Ok("NOT_STARTED".to_owned()),
        Err(error) => Err(error),
    }
}

fn execution_arn(machine: &str, name: &str) -> String {
    let of_machine = machine.replacen(":stateMachine:", ":execution:", 1);
    format!("{of_machine}:{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_execution_is_found_by_its_machine_and_the_deployment() {
        assert_eq!(
            execution_arn(
                "arn:aws:states:us-east-1:000000000000:stateMachine:deploy",
                "dep-1"
            ),
            "arn:aws:states:us-east-1:000000000000:execution:deploy:dep-1"
        );
    }
}
