//! `groundplane drift`.

use std::time::Duration;

use clap::Args;
use groundplane_model::EnvironmentName;

use super::{InstanceName, time};

/// `drift`.
#[derive(Debug, Args)]
pub(crate) struct Drift {
    /// What is looked at.
    #[command(flatten)]
    pub(crate) of: DriftOf,
    /// Have the instance checked now, and wait for what is found
    #[arg(long, conflicts_with = "environment")]
    pub(crate) wait: bool,
    /// Give up waiting after this time; the check goes on
    #[arg(long, value_name = "TIME", default_value = "30m", value_parser = time, requires = "wait")]
    pub(crate) timeout: Duration,
}

/// One instance, or all of an environment.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct DriftOf {
    /// Instance, as `service.environment`, or just the service where it is in one environment only
    #[arg(value_name = "INSTANCE")]
    pub(crate) instance: Option<InstanceName>,
    /// Every instance of this environment, in a few words each
    #[arg(long, visible_alias = "env", value_name = "ENVIRONMENT")]
    pub(crate) environment: Option<EnvironmentName>,
}
