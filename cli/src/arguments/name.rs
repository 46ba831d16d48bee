//! `groundplane name …`.

use clap::{Args, Subcommand};
use groundplane_model::{InstanceId, UnitName};

/// The commands on names.
#[derive(Debug, Subcommand)]
pub(crate) enum NameCommand {
    /// Show the name that a resource would get
    Preview(PreviewName),
}

/// `name preview`.
#[derive(Debug, Args)]
pub(crate) struct PreviewName {
    /// Instance, as `service.environment`; it need not exist
    #[arg(value_name = "INSTANCE")]
    pub(crate) instance: InstanceId,
    /// Unit that the resource is in, for example compute
    #[arg(long, value_name = "UNIT")]
    pub(crate) unit: UnitName,
    /// Type of the resource, for example `AWS::CloudFormation::Stack`
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) resource_type: String,
    /// What the unit calls the name, where it has several
    #[arg(long, value_name = "INPUT")]
    pub(crate) input: Option<String>,
}
