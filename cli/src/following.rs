//! Follows a deployment to its end with its progress on standard error, and reports the end.

use std::time::Duration;

use groundplane_model::{Action, DeploymentId, DeploymentStatus};
use serde::Serialize;

use crate::answer::Report;
use crate::client::{Client, Deployment, Instance};
use crate::error::Error;
use crate::progress::Progress;
use crate::render;
use crate::wait::{self, Abandoned, Event};
use crate::world::World;

/// A deployment and the instance that it is for, as programs get them.
#[derive(Debug, Serialize)]
pub(crate) struct Situation<'a> {
    /// The instance; null where it is gone or was not asked for.
    pub(crate) instance: Option<&'a Instance>,
    /// The deployment; null where it is not known any more.
    pub(crate) deployment: Option<&'a Deployment>,
}

/// Follows `deployment` for at most `limit` and reports how it ended.
///
/// # Errors
/// Where its end was not seen: it goes on, and the error says how to follow it again.
pub(crate) fn to_the_end(
    client: &Client,
    world: &mut World<'_>,
    deployment: &DeploymentId,
    limit: Duration,
) -> Result<Report, Error> {
    (world.on_interrupt)(format!(
        "\ninterrupted: {}\n",
        render::error::resume(deployment.as_str())
    ));
    let mut progress = Progress::on(world.screen_width);
    let clock = world.clock;
    let ended = wait::follow(
        clock,
        limit,
        || client.deployment(deployment),
        |event| match event {
            Event::Answer(now) => world.say(&progress.show(now, clock.elapsed())),
            Event::Silence(error) => {
                let text = format!("{}; trying again\n", render::line(&error.to_string()));
                world.say(&progress.interject(&text));
            }
        },
    )
    .map_err(|abandoned| lost(deployment, limit, abandoned))?;
    Ok(end(client, world, ended))
}

/// The same of a deployment that was cancelled: its failure is what was wanted.
pub(crate) fn to_its_failure(
    client: &Client,
    world: &mut World<'_>,
    deployment: &DeploymentId,
    limit: Duration,
) -> Result<Report, Error> {
    let report = to_the_end(client, world, deployment, limit)?;
    Ok(match report.failure {
        Some(Error::DeploymentFailed(failed)) if failed.cancelled.is_some() => Report {
            text: format!("{} is cancelled and taken back\n", failed.id),
            failure: None,
            ..report
        },
        _ => report,
    })
}

fn lost(deployment: &DeploymentId, limit: Duration, abandoned: Abandoned) -> Error {
    let deployment = deployment.clone();
    match abandoned {
        Abandoned::TimedOut => Error::TimedOut { deployment, limit },
        Abandoned::Call(call) => Error::LostSight { call, deployment },
    }
}

fn end(client: &Client, world: &mut World<'_>, deployment: Deployment) -> Report {
    let instance = match deployment.action {
        Action::Destroy => None,
        Action::Apply => outputs_of(client, world, &deployment),
    };
    let situation = Situation {
        instance: instance.as_ref(),
        deployment: Some(&deployment),
    };
    if deployment.status == DeploymentStatus::Failed {
        return Report::new(String::new(), &situation)
            .but(Some(Error::DeploymentFailed(Box::new(deployment))));
    }
    let mut text = render::deployment::success(&deployment);
    text.extend(instance.as_ref().map(render::instance::outputs));
    Report::new(text, &situation)
}

/// The deployment has ended either way: that its instance cannot be read is no failure of it.
fn outputs_of(client: &Client, world: &mut World<'_>, deployment: &Deployment) -> Option<Instance> {
    client
        .instance(&deployment.instance)
        .inspect_err(|error| {
            world.say(&format!(
                "the instance cannot be shown: {}; try `groundplane status {}`\n",
                render::line(&error.to_string()),
                deployment.instance
            ));
        })
        .ok()
}
