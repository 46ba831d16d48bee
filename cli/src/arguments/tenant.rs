//! `groundplane tenant …`.

use clap::{Args, Subcommand};
use groundplane_model::TenantId;

/// The commands on tenants.
#[derive(Debug, Subcommand)]
pub(crate) enum TenantCommand {
    /// Print the trust policy of a role of another account that lets the platform in for tenants
    ///
    /// The role is the one that a landing zone names as `assumeRoleArn`. It lets in nobody but the
    /// platform, and the platform for no tenant but these.
    TrustPolicy(TrustPolicy),
}

/// `tenant trust-policy`.
#[derive(Debug, Args)]
pub(crate) struct TrustPolicy {
    /// The tenants that may have instances in that account
    #[arg(value_name = "TENANT", required = true)]
    pub(crate) tenants: Vec<TenantId>,
    /// The roles of the platform that come in: its output `AccountCallerRoleArns`
    #[arg(long, value_name = "ARN", value_delimiter = ',', required = true)]
    pub(crate) callers: Vec<String>,
}
