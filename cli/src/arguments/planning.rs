//! The flags of the commands that look ahead, and of those that help to write documents.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use groundplane_model::{EnvironmentName, ServiceName};

/// `preview`.
#[derive(Debug, Args)]
pub(crate) struct Preview {
    /// Files with services and what they stand on: landing zones, environments, resolvers; `-` is
    /// standard input, a directory stands for the YAML and JSON files in it
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Environment to deploy to, where a document does not name one
    #[arg(long, visible_alias = "environment", value_name = "ENVIRONMENT")]
    pub(crate) env: Option<EnvironmentName>,
    /// Ask no platform: the ground is taken from the files, and everything would be created
    #[arg(long)]
    pub(crate) offline: bool,
    /// Exit with 3 where there is something to do, with 0 only where there is not
    #[arg(long)]
    pub(crate) exit_code: bool,
}

/// `graph`.
#[derive(Debug, Args)]
pub(crate) struct Graph {
    /// File with the service; `-` is standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The language of the drawing
    #[arg(long, value_enum, default_value_t, value_name = "LANGUAGE")]
    pub(crate) language: Language,
}

/// A language for drawings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    /// what GitHub and GitLab draw by themselves
    #[default]
    Mermaid,
    /// what Graphviz draws
    Dot,
}

/// `init`.
#[derive(Debug, Args)]
pub(crate) struct Init {
    /// Name of the service, which the file is named after
    #[arg(value_name = "NAME")]
    pub(crate) name: ServiceName,
    /// Environment that it goes to
    #[arg(long, value_name = "ENVIRONMENT", default_value = "dev")]
    pub(crate) env: EnvironmentName,
}

/// `schema`.
#[derive(Debug, Args)]
pub(crate) struct Schema {
    /// Kind of document, for example `Service` or `landing-zone`
    #[arg(value_name = "KIND", default_value = "Service")]
    pub(crate) kind: String,
    /// Field to read about, as a JSON pointer, for example `/spec/compute/cpu`; otherwise the whole
    /// schema is printed
    #[arg(value_name = "POINTER")]
    pub(crate) pointer: Option<String>,
}

/// `completions`.
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// Shell that completes
    #[arg(value_enum, value_name = "SHELL")]
    pub(crate) shell: clap_complete::Shell,
}

/// `man`.
#[derive(Debug, Args)]
pub(crate) struct Man {
    /// Command that the page is about; otherwise it is about all of them
    #[arg(value_name = "COMMAND")]
    pub(crate) command: Option<String>,
}
