//! The project's own tasks: `cargo xtask demo`, `test`, `lint`, `bench` and what they are made of.

mod aws;
mod bench;
mod checkout;
mod command;
mod commands;
mod contract;
mod fingerprint;
mod functions;
mod ground;
mod identity;
mod local_aws;
mod platform;
mod step;
mod temporary;
mod tools;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use checkout::Checkout;
use commands::test::Suite;

/// The project's own tasks.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Start the platform on a local AWS and deploy examples/web-service.yaml to it
    Demo,
    /// Start the platform on a local AWS, or bring the one that runs up to date
    Up,
    /// Stop the local AWS and forget what it held
    Down {
        /// Remove the installed tools and the logs too
        #[arg(long)]
        wipe: bool,
    },
    /// Get a fresh token for the local platform
    Token,
    /// Run the tests: all of them, or one kind
    Test {
        /// Only those that need no local AWS
        #[arg(long, conflicts_with = "e2e")]
        unit: bool,
        /// Only those that drive a platform on a local AWS of their own
        #[arg(long)]
        e2e: bool,
        /// Only those with this in their name
        filter: Option<String>,
    },
    /// Check format, lints, crates and templates
    Lint {
        /// Also ask the `RustSec` database what is known against the crates; needs a network
        #[arg(long)]
        advisories: bool,
    },
    /// Measure and print the figures of docs/performance.md
    Bench {
        /// Only those of a platform on a local AWS: deployments, and a storm of events
        #[arg(long)]
        platform: bool,
    },
    /// Write anew what is known about resource types of AWS
    AwsData,
}

fn main() -> ExitCode {
    match run(&Arguments::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: &Task) -> Result<()> {
    let checkout = Checkout::find();
    match task {
        Task::Demo => commands::demo::run(&checkout),
        Task::Up => commands::up::run(&checkout).map(drop),
        Task::Down { wipe } => commands::down::run(&checkout, *wipe),
        Task::Token => commands::token::run(&checkout),
        Task::Test { unit, e2e, filter } => {
            commands::test::run(&checkout, Suite::of(*unit, *e2e), filter.as_deref())
        }
        Task::Lint { advisories } => commands::lint::run(&checkout, *advisories),
        Task::Bench { platform } => commands::bench::run(&checkout, *platform),
        Task::AwsData => commands::aws_data::run(&checkout),
    }
}
