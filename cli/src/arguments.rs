//! The command line: commands, their flags, and what `--help` says of them.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use groundplane_deployment::PlanId;
use groundplane_model::{
    DeploymentId, EnvironmentName, InstanceId, InvalidIdentifier, ServiceName,
};
use jiff::SignedDuration;

pub(crate) use audit::Audit;
pub(crate) use compliance::ComplianceCommand;
pub(crate) use deployments::{Approve, Cancel, Reject, Retry, Rollback};
pub(crate) use drift::{Drift, DriftOf};
pub(crate) use event_source::{CreateSource, EventSourceCommand};
pub(crate) use identity::Login;
pub(crate) use image::ImageCommand;
pub(crate) use inspect::{Diff, Explain, Logs, Revisions};
pub(crate) use life::{
    LifecycleCommand, MoveLifecycle, OfInstance, RunOperation, SendSignal, ShowLifecycle, Simulate,
};
pub(crate) use name::{NameCommand, PreviewName};
pub(crate) use planning::{Completions, Graph, Init, Language, Man, Preview, Schema};
pub(crate) use pool::{Create, Import, Place, PoolCommand};
pub(crate) use tenant::TenantCommand;

mod audit;
mod compliance;
mod deployments;
mod drift;
mod event_source;
mod identity;
mod image;
mod inspect;
mod life;
mod name;
mod planning;
mod pool;
mod tenant;

const ABOUT: &str = "A spec goes in, infrastructure comes out";

const LONG_ABOUT: &str = "\
A spec goes in, infrastructure comes out.

A command finds its platform by --endpoint, by GROUNDPLANE_ENDPOINT, by `endpoint` in the \
project's groundplane.toml, in a checkout where `cargo xtask demo` has started a local one by \
itself, or by `endpoint` in the user's groundplane/config.toml; `groundplane config explain` says \
which.

Exit codes: 0 it is done or accepted; 1 the platform said no, failed or was not reached; 2 wrong \
usage or an invalid document; 3 there is something to do (`preview --exit-code`) or something \
has drifted (`drift`); 130 interrupted.";

/// Where the help lists what every command understands.
const EVERYWHERE: &str = "Options of every command";

/// One command line.
#[derive(Debug, Parser)]
#[command(name = "groundplane", version, about = ABOUT, long_about = LONG_ABOUT)]
pub(crate) struct Arguments {
    /// What every command understands.
    #[command(flatten)]
    pub(crate) global: Global,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command understands.
#[derive(Debug, Default, Args)]
pub(crate) struct Global {
    /// Address of the platform [environment: `GROUNDPLANE_ENDPOINT`]
    #[arg(long, global = true, value_name = "URL", help_heading = EVERYWHERE)]
    pub(crate) endpoint: Option<String>,
    /// Token of the caller; others on this machine can see a command line, so prefer the
    /// environment [environment: `GROUNDPLANE_TOKEN`]
    #[arg(long, global = true, value_name = "TOKEN", help_heading = EVERYWHERE)]
    pub(crate) token: Option<String>,
    /// Form of the answer on standard output, text if nothing is set; progress and errors go to
    /// standard error [environment: `GROUNDPLANE_OUTPUT`]
    #[arg(short, long, global = true, value_enum, value_name = "FORM", help_heading = EVERYWHERE)]
    pub(crate) output: Option<Format>,
}

/// The form of an answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// for people
    #[default]
    Text,
    /// for programs: one JSON object
    Json,
    /// for pull requests; `preview` alone
    Markdown,
    /// for spreadsheets; `compliance report` alone
    #[value(hide = true)]
    Csv,
    /// for browsers; `compliance report` alone
    #[value(hide = true)]
    Html,
}

impl Format {
    /// Its name, as flags and files have it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Markdown => "markdown",
            Self::Csv => "csv",
            Self::Html => "html",
        }
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check documents without a platform and show every problem at once
    Validate(Validate),
    /// Say what a deployment would do, resource by resource
    Preview(Preview),
    /// Register documents of every kind, and deploy services
    Apply(Apply),
    /// Deploy a service, or update the one of the same name and environment
    Deploy(Deploy),
    /// List what is deployed
    List(List),
    /// Show one instance: what is deployed, how its last deployment went, what to do next
    Status(Status),
    /// Destroy an instance and everything that it holds
    Destroy(Destroy),
    /// Follow a deployment until its end
    Watch(Watch),
    /// Show what a deployment did, step by step
    Logs(Logs),
    /// Say where each effective value of an instance comes from
    Explain(Explain),
    /// List what was deployed of an instance, revision by revision
    Revisions(Revisions),
    /// Show how two revisions of an instance differ
    Diff(Diff),
    /// Show what is there against what was asked for, of an instance or of an environment
    Drift(Drift),
    /// Show who did what
    Audit(Audit),
    /// Approve the plan of a deployment that waits for it
    Approve(Approve),
    /// Reject the plan of a deployment that waits for an approval
    Reject(Reject),
    /// End a deployment before its time, and take back what it did
    Cancel(Cancel),
    /// Try a failed deployment again, or start a lost one anew
    Retry(Retry),
    /// Deploy an earlier revision of an instance again
    Rollback(Rollback),
    /// Show what each event did to an instance
    Events(OfInstance),
    /// Show the states of an instance over time
    History(OfInstance),
    /// Run a day-2 operation of an instance
    Run(RunOperation),
    /// Give an instance a signal of its lifecycle
    Signal(SendSignal),
    /// Lifecycles: the state machines that instances live in
    Lifecycle {
        /// What to do.
        #[command(subcommand)]
        command: LifecycleCommand,
    },
    /// Event sources: who may send webhooks, and with which secret
    EventSource {
        /// What to do.
        #[command(subcommand)]
        command: EventSourceCommand,
    },
    /// Pools of addresses: create, look at, import into
    Pool {
        /// What to do.
        #[command(subcommand)]
        command: PoolCommand,
    },
    /// The image catalog: look at, put images into
    Image {
        /// What to do.
        #[command(subcommand)]
        command: ImageCommand,
    },
    /// Compliance: how the controls of frameworks stand
    Compliance {
        /// What to do.
        #[command(subcommand)]
        command: ComplianceCommand,
    },
    /// Tenants: by what roles of other accounts know them
    Tenant {
        /// What to do.
        #[command(subcommand)]
        command: TenantCommand,
    },
    /// Draw the units of a service and the order in which they are provisioned
    Graph(Graph),
    /// Write a spec to begin with, which editors check and complete
    Init(Init),
    /// Print the JSON Schema of a kind of document, or what there is to know about one field
    Schema(Schema),
    /// Log in at a platform, in a browser or by a code
    Login(Login),
    /// End the login at a platform
    Logout,
    /// Say whom the platform takes you for
    Whoami,
    /// What is set, and by whom
    Config {
        /// What to do.
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Print the completions of a shell
    Completions(Completions),
    /// Print the manual page of a command
    Man(Man),
    /// Names of resources, before they are handed out
    Name {
        /// What to do.
        #[command(subcommand)]
        command: NameCommand,
    },
}

/// The commands on settings.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Say each setting and who said it
    Explain,
}

/// `validate`.
#[derive(Debug, Args)]
pub(crate) struct Validate {
    /// Files to check; `-` is standard input, a directory stands for the YAML and JSON files in it
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
}

/// `apply`.
#[derive(Debug, Args)]
pub(crate) struct Apply {
    /// Files to apply; `-` is standard input, a directory stands for the YAML and JSON files in it
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
}

/// `deploy`.
#[derive(Debug, Args)]
pub(crate) struct Deploy {
    /// File with the service; `-` is standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Environment to deploy to, where the document does not name one
    #[arg(long, value_name = "ENVIRONMENT")]
    pub(crate) env: Option<EnvironmentName>,
    /// Do exactly what this plan of `groundplane preview` announces, or nothing
    #[arg(long, value_name = "PLAN")]
    pub(crate) plan: Option<PlanId>,
    /// Only if the instance is in this state, as `status --output json` shows it; `*` is any
    #[arg(long, value_name = "ETAG")]
    pub(crate) if_match: Option<String>,
    /// What to wait for.
    #[command(flatten)]
    pub(crate) waiting: Waiting,
}

/// `list`.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only the instances of this environment
    #[arg(long, value_name = "ENVIRONMENT")]
    pub(crate) env: Option<EnvironmentName>,
}

/// `status`.
#[derive(Debug, Args)]
pub(crate) struct Status {
    /// Instance, as `service.environment`, or just the service where it is in one environment only
    #[arg(value_name = "INSTANCE")]
    pub(crate) instance: InstanceName,
}

/// `destroy`.
#[derive(Debug, Args)]
pub(crate) struct Destroy {
    /// Instance, as `service.environment`
    #[arg(value_name = "INSTANCE")]
    pub(crate) instance: InstanceId,
    /// Do not ask for the name to be typed
    #[arg(long)]
    pub(crate) yes: bool,
    /// What to wait for.
    #[command(flatten)]
    pub(crate) waiting: Waiting,
}

/// `watch`.
#[derive(Debug, Args)]
pub(crate) struct Watch {
    /// Deployment (`dep-…`), or the instance whose last deployment is meant
    #[arg(value_name = "DEPLOYMENT|INSTANCE")]
    pub(crate) target: Target,
    /// Give up watching after this time; the deployment goes on
    #[arg(long, value_name = "TIME", default_value = "30m", value_parser = time)]
    pub(crate) timeout: Duration,
}

/// Whether to wait and how long.
#[derive(Debug, Args)]
pub(crate) struct Waiting {
    /// Wait until the deployment has ended and show its progress
    #[arg(long)]
    pub(crate) wait: bool,
    /// Give up waiting after this time; the deployment goes on
    #[arg(long, value_name = "TIME", default_value = "30m", value_parser = time, requires = "wait")]
    pub(crate) timeout: Duration,
}

/// An instance as people name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum InstanceName {
    /// `service.environment`.
    Full(InstanceId),
    /// The service alone.
    Service(ServiceName),
}

impl FromStr for InstanceName {
    type Err = InvalidIdentifier;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(service) = ServiceName::parse(text) {
            return Ok(Self::Service(service));
        }
        InstanceId::parse(text).map(Self::Full)
    }
}

/// What can be watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// A deployment.
    Deployment(DeploymentId),
    /// The deployment of an instance that tells most about it now.
    Instance(InstanceName),
}

impl FromStr for Target {
    type Err = InvalidIdentifier;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(deployment) = DeploymentId::parse(text) {
            return Ok(Self::Deployment(deployment));
        }
        text.parse().map(Self::Instance)
    }
}

fn time(text: &str) -> Result<Duration, String> {
    let refusal = || "a time is a number with a unit, for example 90s, 30m or 2h".to_owned();
    let parsed: SignedDuration = text.parse().map_err(|_| refusal())?;
    let time = Duration::try_from(parsed).map_err(|_| refusal())?;
    if time.is_zero() {
        return Err("it must be longer than nothing".to_owned());
    }
    Ok(time)
}

#[cfg(test)]
mod tests;
