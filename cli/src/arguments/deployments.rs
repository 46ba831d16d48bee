//! The flags of the commands on deployments that someone has second thoughts about.

use clap::Args;
use groundplane_model::InstanceId;

use super::{Target, Waiting};

/// `rollback`.
#[derive(Debug, Args)]
pub(crate) struct Rollback {
    /// Instance, as `service.environment`
    #[arg(value_name = "INSTANCE")]
    pub(crate) instance: InstanceId,
    /// Revision to deploy again; otherwise the one before what is deployed
    #[arg(long = "to", value_name = "REVISION", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) revision: Option<u64>,
    /// Only say what it would do
    #[arg(long, conflicts_with_all = ["yes", "wait"])]
    pub(crate) preview: bool,
    /// Do not show what it would do, and do not ask
    #[arg(long)]
    pub(crate) yes: bool,
    /// What to wait for.
    #[command(flatten)]
    pub(crate) waiting: Waiting,
}

/// `cancel`.
#[derive(Debug, Args)]
pub(crate) struct Cancel {
    /// Deployment (`dep-…`), or the instance whose deployment is under way
    #[arg(value_name = "DEPLOYMENT|INSTANCE")]
    pub(crate) target: Target,
    /// What to wait for.
    #[command(flatten)]
    pub(crate) waiting: Waiting,
}

/// `retry`.
#[derive(Debug, Args)]
pub(crate) struct Retry {
    /// Deployment (`dep-…`), or the instance whose last deployment is meant
    #[arg(value_name = "DEPLOYMENT|INSTANCE")]
    pub(crate) target: Target,
    /// What to wait for.
    #[command(flatten)]
    pub(crate) waiting: Waiting,
}

/// `approve`.
#[derive(Debug, Args)]
pub(crate) struct Approve {
    /// Deployment (`dep-…`), or the instance whose deployment waits
    #[arg(value_name = "DEPLOYMENT|INSTANCE")]
    pub(crate) target: Target,
    /// Digest of the plan that is approved, and no other; otherwise the one that waits
    #[arg(long, value_name = "DIGEST")]
    pub(crate) plan: Option<String>,
    /// Do not show what it will do, and do not ask
    #[arg(long)]
    pub(crate) yes: bool,
}

/// `reject`.
#[derive(Debug, Args)]
pub(crate) struct Reject {
    /// Deployment (`dep-…`), or the instance whose deployment waits
    #[arg(value_name = "DEPLOYMENT|INSTANCE")]
    pub(crate) target: Target,
    /// Why, for those who asked for it
    #[arg(long, value_name = "REASON")]
    pub(crate) reason: String,
    /// Digest of the plan that is rejected, and no other; otherwise the one that waits
    #[arg(long, value_name = "DIGEST")]
    pub(crate) plan: Option<String>,
}
