//! `groundplane audit`.

use clap::Args;
use groundplane_model::parse_duration;
use jiff::SignedDuration;

/// `audit`.
#[derive(Debug, Args)]
pub(crate) struct Audit {
    /// Only what was done to this, for example `instances/web-service.dev`
    #[arg(long, value_name = "OBJECT")]
    pub(crate) object: Option<String>,
    /// Only what this subject did
    #[arg(long, value_name = "SUBJECT")]
    pub(crate) actor: Option<String>,
    /// How far back to look
    #[arg(long, value_name = "TIME", default_value = "24h", value_parser = parse_duration)]
    pub(crate) since: SignedDuration,
    /// Another tenant than your own; for those who run the platform
    #[arg(long, value_name = "TENANT")]
    pub(crate) tenant: Option<String>,
}
