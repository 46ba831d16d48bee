//! `groundplane pool …`.

use clap::{Args, Subcommand};
use groundplane_model::{PoolName, SpaceName};

/// The commands on pools.
#[derive(Debug, Subcommand)]
pub(crate) enum PoolCommand {
    /// List the pools
    List,
    /// Show one pool and how full it is
    Show(Named),
    /// Create a pool
    Create(Create),
    /// Delete a pool that nobody holds anything of
    Delete(Named),
    /// Take a block for something that is there already, or for a network elsewhere
    Import(Import),
    /// Give back a block that was imported
    Release(Release),
    /// List what is taken of a pool or a space
    Allocations(Allocations),
}

/// The pool that a command is about.
#[derive(Debug, Args)]
pub(crate) struct Named {
    /// Pool
    #[arg(value_name = "POOL")]
    pub(crate) name: PoolName,
}

/// `pool create`.
#[derive(Debug, Args)]
pub(crate) struct Create {
    /// Name of the new pool
    #[arg(value_name = "POOL")]
    pub(crate) name: PoolName,
    /// Block that it hands out of, for example 10.0.0.0/16
    #[arg(long, value_name = "CIDR")]
    pub(crate) cidr: String,
    /// Pool that it is a part of
    #[arg(long, value_name = "POOL")]
    pub(crate) parent: Option<PoolName>,
    /// Space within which nothing overlaps; `default` if it is not said
    #[arg(long, value_name = "SPACE")]
    pub(crate) space: Option<SpaceName>,
    /// Shortest prefix length of its allocations, the one of the largest block
    #[arg(long, value_name = "LENGTH")]
    pub(crate) min_length: Option<u32>,
    /// Longest prefix length of its allocations, the one of the smallest block
    #[arg(long, value_name = "LENGTH")]
    pub(crate) max_length: Option<u32>,
    /// Range that is never handed out; may be given several times
    #[arg(long, value_name = "CIDR")]
    pub(crate) reserve: Vec<String>,
    /// Tag that it can be chosen by; may be given several times
    #[arg(long, value_name = "KEY=VALUE", value_parser = tag)]
    pub(crate) tag: Vec<(String, String)>,
    /// Subnet that all its addresses are in, for a pool that hands out of an existing one
    #[arg(long, value_name = "ID")]
    pub(crate) subnet: Option<String>,
}

/// Where a block is taken.
#[derive(Debug, Clone, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Place {
    /// Pool
    #[arg(long, value_name = "POOL")]
    pub(crate) pool: Option<PoolName>,
    /// Space, for what is in no pool
    #[arg(long, value_name = "SPACE")]
    pub(crate) space: Option<SpaceName>,
}

/// `pool import`.
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// Block, for example 172.16.0.0/12
    #[arg(value_name = "CIDR")]
    pub(crate) cidr: String,
    /// Where it is taken.
    #[command(flatten)]
    pub(crate) place: Place,
    /// What it is
    #[arg(long, value_name = "TEXT")]
    pub(crate) description: String,
}

/// `pool release`.
#[derive(Debug, Args)]
pub(crate) struct Release {
    /// Block
    #[arg(value_name = "CIDR")]
    pub(crate) cidr: String,
    /// Where it is taken.
    #[command(flatten)]
    pub(crate) place: Place,
}

/// `pool allocations`.
#[derive(Debug, Args)]
pub(crate) struct Allocations {
    /// Of what.
    #[command(flatten)]
    pub(crate) place: Place,
}

fn tag(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("a tag is a key and a value, for example tier=private".to_owned()),
    }
}
