//! Executions of the deploy state machine.

use aws_sdk_sfn::Client;
use aws_sdk_sfn::operation::describe_execution::DescribeExecutionError;
use aws_sdk_sfn::operation::start_execution::StartExecutionError;
use aws_sdk_sfn::types::ExecutionStatus;
use groundplane_ports::{PortError, ReadDeploymentRuns, Result, StartDeployments};

use crate::error::port_error;

/// The deploy state machine.
#[derive(Debug, Clone)]
pub struct DeployMachine {
    client: Client,
    arn: String,
}

impl DeployMachine {
    /// The machine with this ARN, that `client` reaches.
    #[must_use]
    pub const fn new(client: Client, arn: String) -> Self {
        Self { client, arn }
    }
}

impl StartDeployments for DeployMachine {
    async fn start(&self, name: &str, input: &str) -> Result<()> {
        let started = self
            .client
            .start_execution()
            .state_machine_arn(&self.arn)
            .name(name)
            .input(input)
            .send()
            .await;
        match started {
            Ok(_) => Ok(()),
            // The name is the deployment's, so the execution is the one that was wanted.
            Err(error)
                if matches!(
                    error.as_service_error(),
                    Some(StartExecutionError::ExecutionAlreadyExists(_))
                ) =>
            {
                Ok(())
            }
            Err(error) => Err(port_error("starting the deployment", &error)),
        }
    }
}

impl ReadDeploymentRuns for DeployMachine {
    async fn is_running(&self, name: &str) -> Result<bool> {
        let arn = format!(
            "{}:{name}",
            self.arn.replacen(":stateMachine:", ":execution:", 1)
        );
        match self
            .client
            .describe_execution()
            .execution_arn(arn)
            .send()
            .await
        {
            Ok(execution) => Ok(matches!(
                execution.status(),
                ExecutionStatus::Running | ExecutionStatus::PendingRedrive
            )),
            Err(error)
                if matches!(
                    error.as_service_error(),
                    Some(DescribeExecutionError::ExecutionDoesNotExist(_))
                ) =>
            {
                Ok(false)
            }
            Err(error) => Err::<bool, PortError>(port_error("looking for the execution", &error)),
        }
    }
}
