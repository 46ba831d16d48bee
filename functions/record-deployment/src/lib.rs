//! Records how steps and deployments end. Every event may be told again; the second time changes
//! nothing.

mod deployment;
mod life;
mod owned;
mod step;

use groundplane_deployment::{ReleaseBatch, Wave};
use groundplane_model::{DeploymentId, EngineOutput, Failure, StepId, TenantId};
use groundplane_ports::{Clock, ReadTable, WriteTable};
use serde::{Deserialize, Serialize};

/// What has happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The engine of a step ended well.
    StepDone {
        /// The step.
        step: StepId,
        /// What the engine gave.
        output: EngineOutput,
    },
    /// A step failed.
    StepFailed {
        /// The step.
        step: StepId,
        /// The error name.
        error: String,
        /// The cause, possibly wrapped.
        #[serde(default)]
        cause: String,
    },
    /// A step was taken back.
    StepUndone {
        /// The step.
        step: StepId,
    },
    /// A step could not be taken back.
    UndoFailed {
        /// The step.
        step: StepId,
        /// The error name.
        error: String,
        /// The cause, possibly wrapped.
        #[serde(default)]
        cause: String,
    },
    /// The deployment failed and is to be taken back.
    Failed {
        /// The error name.
        error: String,
        /// The cause, possibly wrapped.
        #[serde(default)]
        cause: String,
    },
    /// Every step has ended or was taken back.
    Settled,
    /// What was not needed was released.
    Finished,
}

/// What has happened, and to which deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The tenant.
    pub tenant: TenantId,
    /// The deployment.
    pub deployment: DeploymentId,
    /// What has happened.
    #[serde(flatten)]
    pub event: Event,
}

/// What follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Answer {
    /// After `failed`: the steps to take back.
    Undo {
        /// Last wave first.
        waves: Vec<Wave>,
    },
    /// After `settled`: what the resolvers are to take back.
    Release {
        /// A batch for each invocation of a resolver.
        releases: Vec<ReleaseBatch>,
    },
    /// After anything else: nothing.
    Nothing {},
}

/// Records an event.
///
/// # Errors
/// `Internal` where an engine did not keep its contract; otherwise as the table says.
pub async fn handle(
    table: &(impl ReadTable + WriteTable),
    clock: &impl Clock,
    Request {
        tenant,
        deployment,
        event,
    }: Request,
) -> Result<Answer, Failure> {
    let target = groundplane_model::DeploymentRef { tenant, deployment };
    let now = clock.now();
    match event {
        Event::StepDone { step, output } => step::done(table, &target, &step, &output, now).await,
        Event::StepFailed { step, error, cause } => {
            step::failed(table, &target, &step, (&error, &cause), now).await
        }
        Event::StepUndone { step } => step::undone(table, &target, &step, now).await,
        Event::UndoFailed { step, error, cause } => {
            step::undo_failed(table, &target, &step, (&error, &cause), now).await
        }
        Event::Failed { error, cause } => {
            deployment::failed(table, &target, (&error, &cause)).await
        }
        Event::Settled => deployment::settled(table, &target).await,
        Event::Finished => deployment::finished(table, &target, now).await,
    }
}
