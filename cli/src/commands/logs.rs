//! `groundplane logs DEPLOYMENT|INSTANCE`: what a deployment did, step by step.

use jiff::Timestamp;
use serde::Serialize;

use crate::answer::Report;
use crate::arguments::{Global, Logs, Target};
use crate::error::Error;
use crate::render;
use crate::world::World;

/// One thing that happened.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct LogLine {
    /// When.
    pub(crate) at: Timestamp,
    /// The step that it happened to; none for the deployment itself.
    pub(crate) step: Option<String>,
    /// What happened.
    pub(crate) message: String,
}

#[derive(Serialize)]
struct Logged<'a> {
    deployment: &'a str,
    items: Vec<LogLine>,
}

/// Runs the command.
pub(super) fn run(
    arguments: &Logs,
    global: &Global,
    world: &mut World<'_>,
) -> Result<Report, Error> {
    let client = super::connect(global, world)?;
    let id = match &arguments.target {
        Target::Deployment(id) => id.clone(),
        Target::Instance(name) => super::find(&client, name)?
            .summary
            .latest_deployment()
            .clone(),
    };
    let deployment = client.deployment(&id)?;
    let items = render::log::lines(&deployment);
    Ok(Report::new(
        render::log::text(&deployment, &items),
        &Logged {
            deployment: id.as_str(),
            items,
        },
    ))
}
