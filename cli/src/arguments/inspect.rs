//! What is asked about what was deployed: `explain`, `revisions`, `diff`, `logs`.

use clap::Args;
use groundplane_model::InstanceId;

use super::{InstanceName, Target};

/// `explain`.
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// Instance, as `service.environment`, or just the service where it is in one environment only
    #[arg(value_name = "INSTANCE")]
    pub(crate) instance: InstanceName,
    /// Only the value here and those below it: a JSON pointer such as /spec/compute
    #[arg(value_name = "POINTER")]
    pub(crate) pointer: Option<String>,
}

/// `revisions`.
#[derive(Debug, Args)]
pub(crate) struct Revisions {
    /// Instance, as `service.environment`
    #[arg(value_name = "INSTANCE")]
    pub(crate) instance: InstanceId,
}

/// `diff`.
#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// Instance, as `service.environment`
    #[arg(value_name = "INSTANCE")]
    pub(crate) instance: InstanceId,
    /// Number of the one revision
    #[arg(value_name = "FROM")]
    pub(crate) from: u64,
    /// Number of the other revision
    #[arg(value_name = "TO")]
    pub(crate) to: u64,
}

/// `logs`.
#[derive(Debug, Args)]
pub(crate) struct Logs {
    /// Deployment (`dep-…`), or the instance whose last deployment is meant
    #[arg(value_name = "DEPLOYMENT|INSTANCE")]
    pub(crate) target: Target,
}
