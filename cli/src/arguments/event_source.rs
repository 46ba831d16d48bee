//! `groundplane event-source …`.

use clap::{Args, Subcommand};
use groundplane_model::{EventSourceName, SourceAuth, WebhookFormat};

/// The commands on event sources.
#[derive(Debug, Subcommand)]
pub(crate) enum EventSourceCommand {
    /// List the sources of webhooks
    List,
    /// Show one source and where its webhooks go
    Show(NamedSource),
    /// Register a source and show its secret, this once; or change what it sends
    Create(CreateSource),
    /// Make a new secret and show it, this once; the one before stays valid for a while
    Rotate(RotateSource),
    /// Delete a source; its webhooks are refused from then on
    Delete(NamedSource),
}

/// The source that a command is about.
#[derive(Debug, Args)]
pub(crate) struct NamedSource {
    /// Event source
    #[arg(value_name = "SOURCE")]
    pub(crate) name: EventSourceName,
}

/// `event-source create`.
#[derive(Debug, Args)]
pub(crate) struct CreateSource {
    /// Name of the source
    #[arg(value_name = "SOURCE")]
    pub(crate) name: EventSourceName,
    /// What it sends: alertmanager, grafana, json or cloudevents
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format: WebhookFormat,
    /// How it proves who it is: signature, bearer or basic
    #[arg(long, value_name = "AUTH")]
    pub(crate) auth: SourceAuth,
}

/// `event-source rotate`.
#[derive(Debug, Args)]
pub(crate) struct RotateSource {
    /// Event source
    #[arg(value_name = "SOURCE")]
    pub(crate) name: EventSourceName,
    /// For how many hours the secret before stays valid, 0 to 168; 24 if it is not said
    #[arg(long, value_name = "HOURS")]
    pub(crate) previous_valid_hours: Option<u16>,
}
