//! `groundplane lifecycle …`, and what is done to the life of one instance.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use groundplane_model::{InstanceId, LifecycleRequest, OperationName, SignalName, StateName};

/// The commands on lifecycles.
#[derive(Debug, Subcommand)]
pub(crate) enum LifecycleCommand {
    /// List the versions that are published
    List,
    /// Show one version as a diagram, the newest if none is named
    Show(ShowLifecycle),
    /// Publish versions; the same as `apply`
    Publish(PublishLifecycle),
    /// Let events happen to an instance that does not exist, without a platform
    Simulate(Simulate),
    /// Move an instance to another lifecycle, or another version of its own
    Move(MoveLifecycle),
}

/// `lifecycle show`.
#[derive(Debug, Args)]
pub(crate) struct ShowLifecycle {
    /// Lifecycle, as `name` or `name@1.2.0`; `default` is the built-in one
    #[arg(value_name = "LIFECYCLE")]
    pub(crate) lifecycle: String,
}

/// `lifecycle publish`.
#[derive(Debug, Args)]
pub(crate) struct PublishLifecycle {
    /// Files with lifecycles; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
}

/// `lifecycle simulate`.
#[derive(Debug, Args)]
pub(crate) struct Simulate {
    /// File with the lifecycle
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// File with an event in EventBridge's envelope, or a JSON list of them; several in their order
    #[arg(long = "event", required = true, value_name = "EVENT")]
    pub(crate) events: Vec<PathBuf>,
    /// Workflow whose runs fail; the others succeed
    #[arg(long = "fail", value_name = "WORKFLOW")]
    pub(crate) failing: Vec<groundplane_model::WorkflowName>,
}

/// `lifecycle move`.
#[derive(Debug, Args)]
pub(crate) struct MoveLifecycle {
    /// Instance, as `service.environment`
    #[arg(value_name = "INSTANCE")]
    pub(crate) instance: InstanceId,
    /// Lifecycle that it is to follow, as `name` or `name@RANGE`
    #[arg(value_name = "LIFECYCLE")]
    pub(crate) lifecycle: LifecycleRequest,
    /// What becomes of a state that the other lifecycle does not have; may be given several times
    #[arg(long = "state", value_name = "OLD=NEW", value_parser = states)]
    pub(crate) states: Vec<(StateName, StateName)>,
}

/// An instance alone.
#[derive(Debug, Args)]
pub(crate) struct OfInstance {
    /// Instance, as `service.environment`
    #[arg(value_name = "INSTANCE")]
    pub(crate) instance: InstanceId,
}

/// `run`.
#[derive(Debug, Args)]
pub(crate) struct RunOperation {
    /// Instance, as `service.environment`
    #[arg(value_name = "INSTANCE")]
    pub(crate) instance: InstanceId,
    /// Operation of its lifecycle
    #[arg(value_name = "OPERATION")]
    pub(crate) operation: OperationName,
    /// What it is told; a value that is JSON is taken as such, any other is a text
    #[arg(value_name = "KEY=VALUE", value_parser = pair)]
    pub(crate) input: Vec<(String, serde_json::Value)>,
}

/// `signal`.
#[derive(Debug, Args)]
pub(crate) struct SendSignal {
    /// Instance, as `service.environment`
    #[arg(value_name = "INSTANCE")]
    pub(crate) instance: InstanceId,
    /// Signal
    #[arg(value_name = "SIGNAL")]
    pub(crate) signal: SignalName,
}

fn states(text: &str) -> Result<(StateName, StateName), String> {
    let (old, new) = text.split_once('=').ok_or("give it as OLD=NEW")?;
    let parse = |name: &str| StateName::parse(name).map_err(|error| error.to_string());
    Ok((parse(old)?, parse(new)?))
}

fn pair(text: &str) -> Result<(String, serde_json::Value), String> {
    let (key, value) = text.split_once('=').ok_or("give it as KEY=VALUE")?;
    let parsed = serde_json::from_str(value);
    Ok((
        key.to_owned(),
        parsed.unwrap_or_else(|_| serde_json::Value::from(value)),
    ))
}
