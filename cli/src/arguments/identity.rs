//! The flags of `login`.

use std::time::Duration;

use clap::Args;

use super::time;
use crate::identity::Redirect;

/// `login`.
#[derive(Debug, Args)]
pub(crate) struct Login {
    /// Type a code on another device, where this machine has no browser
    #[arg(long)]
    pub(crate) device: bool,
    /// Issuer to log in at; otherwise the platform names it [environment: `GROUNDPLANE_ISSUER`]
    #[arg(long, value_name = "URL")]
    pub(crate) issuer: Option<String>,
    /// Client to log in through; otherwise the platform names it [environment:
    /// `GROUNDPLANE_CLIENT_ID`]
    #[arg(long, value_name = "ID")]
    pub(crate) client_id: Option<String>,
    /// Where the browser comes back to, for issuers that want one address; otherwise any port of
    /// this machine that is free
    #[arg(long, value_name = "URL", conflicts_with = "device")]
    pub(crate) redirect_uri: Option<Redirect>,
    /// Give up waiting for the browser after this time
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = time)]
    pub(crate) timeout: Duration,
    /// Print the token of the login that there is, renewed where it has expired; nobody logs in
    #[arg(long, conflicts_with_all = ["device", "issuer", "client_id", "redirect_uri"])]
    pub(crate) print_token: bool,
}
