//! Executions of the state machines for deployments, transitions and checks of drift.

use aws_sdk_sfn::Client;
use aws_sdk_sfn::operation::describe_execution::DescribeExecutionError;
use aws_sdk_sfn::operation::send_task_success::SendTaskSuccessError;
use aws_sdk_sfn::operation::start_execution::StartExecutionError;
use aws_sdk_sfn::operation::stop_execution::StopExecutionError;
use aws_sdk_sfn::types::ExecutionStatus;
use groundplane_model::TaskToken;
use groundplane_ports::{
    ReadDeploymentRuns, ReadRuns, Result, ResumeDeployments, RunState, StartChecks,
    StartDeployments, StartRuns,
};

use crate::error::port_error;

/// The transition state machine.
#[derive(Debug, Clone)]
pub struct TransitionMachine {
    client: Client,
    arn: String,
}

impl TransitionMachine {
    /// The machine with this ARN, that `client` reaches.
    #[must_use]
    pub const fn new(client: Client, arn: String) -> Self {
        Self { client, arn }
    }
}

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

/// The drift state machine.
#[derive(Debug, Clone)]
pub struct DriftMachine {
    client: Client,
    arn: String,
}

impl DriftMachine {
    /// The machine with this ARN, that `client` reaches.
    #[must_use]
    pub const fn new(client: Client, arn: String) -> Self {
        Self { client, arn }
    }
}

impl StartChecks for DriftMachine {
    async fn start_check(&self, name: &str, input: &str) -> Result<()> {
        start(&self.client, &self.arn, (name, input)).await
    }
}

impl StartDeployments for DeployMachine {
    async fn start(&self, name: &str, input: &str) -> Result<()> {
        start(&self.client, &self.arn, (name, input)).await
    }
}

impl ResumeDeployments for DeployMachine {
    async fn resume(&self, token: &TaskToken) -> Result<()> {
        let woken = self
            .client
            .send_task_success()
            .task_token(token.reveal())
            .output("{}")
            .send()
            .await;
        match woken {
            Ok(_) => Ok(()),
            Err(error)
                if matches!(
                    error.as_service_error(),
                    Some(
                        SendTaskSuccessError::TaskDoesNotExist(_)
                            | SendTaskSuccessError::TaskTimedOut(_)
                            | SendTaskSuccessError::InvalidToken(_)
                    )
                ) =>
            {
                Ok(())
            }
            Err(error) => Err(port_error("waking the execution", &error)),
        }
    }
}

impl StartRuns for TransitionMachine {
    async fn start_run(&self, name: &str, input: &str) -> Result<()> {
        start(&self.client, &self.arn, (name, input)).await
    }

    async fn stop_run(&self, name: &str, cause: &str) -> Result<()> {
        let stopped = self
            .client
            .stop_execution()
            .execution_arn(execution(&self.arn, name))
            .error("Groundplane.TimedOut")
            .cause(cause)
            .send()
            .await;
        match stopped {
            Ok(_) => Ok(()),
            Err(error)
                if matches!(
                    error.as_service_error(),
                    Some(StopExecutionError::ExecutionDoesNotExist(_))
                ) =>
            {
                Ok(())
            }
            Err(error) => Err(port_error("stopping the execution", &error)),
        }
    }
}

async fn start(client: &Client, arn: &str, (name, input): (&str, &str)) -> Result<()> {
    let started = client
        .start_execution()
        .state_machine_arn(arn)
        .name(name)
        .input(input)
        .send()
        .await;
    match started {
        Ok(_) => Ok(()),
        // The name is that of what runs, so the execution is the one that was wanted.
        Err(error)
            if matches!(
                error.as_service_error(),
                Some(StartExecutionError::ExecutionAlreadyExists(_))
            ) =>
        {
            Ok(())
        }
        Err(error) => Err(port_error("starting the execution", &error)),
    }
}

/// The ARN of the execution of that name.
fn execution(machine: &str, name: &str) -> String {
    let executions = machine.replacen(":stateMachine:", ":execution:", 1);
    format!("{executions}:{name}")
}

impl ReadDeploymentRuns for DeployMachine {
    async fn is_running(&self, name: &str) -> Result<bool> {
        let state = state(&self.client, &self.arn, name).await?;
        Ok(state == RunState::Running)
    }
}

impl ReadRuns for TransitionMachine {
    async fn run_state(&self, name: &str) -> Result<RunState> {
        state(&self.client, &self.arn, name).await
    }
}

async fn state(client: &Client, machine: &str, name: &str) -> Result<RunState> {
    let described = client
        .describe_execution()
        .execution_arn(execution(machine, name))
        .send()
        .await;
    match described {
        Ok(described) => {
            let status = described.status();
            let is_running = matches!(
                status,
                ExecutionStatus::Running | ExecutionStatus::PendingRedrive
            );
            Ok(match is_running {
                true => RunState::Running,
                false => RunState::Over,
            })
        }
        Err(error)
            if matches!(
                error.as_service_error(),
                Some(DescribeExecutionError::ExecutionDoesNotExist(_))
            ) =>
        {
            Ok(RunState::Missing)
        }
        Err(error) => Err(port_error("looking for the execution", &error)),
    }
}
