//! `groundplane compliance …`.

use clap::{Args, Subcommand};
use groundplane_model::{EnvironmentName, FrameworkName};

/// The commands on compliance.
#[derive(Debug, Subcommand)]
pub(crate) enum ComplianceCommand {
    /// Show how the controls of frameworks stand, instance by instance
    ///
    /// `-o csv` and `-o html` give the same as a file for a spreadsheet or a browser.
    Report(ComplianceReport),
}

/// `compliance report`.
#[derive(Debug, Args)]
pub(crate) struct ComplianceReport {
    /// Only this framework
    #[arg(long, value_name = "FRAMEWORK")]
    pub(crate) framework: Option<FrameworkName>,
    /// Only the instances of this environment
    #[arg(long, visible_alias = "env", value_name = "ENVIRONMENT")]
    pub(crate) environment: Option<EnvironmentName>,
}
